internal import Cryptography

/// A token's text: 256 random bits, recognisable for those who look for secrets where none should be.
struct Secret {
    let text: String

    init(using generator: inout some RandomNumberGenerator) {
        let bits = SHA256Digest(words: (generator.next(), generator.next(), generator.next(), generator.next()))
        text = "chidori_" + bits.base64URL
    }

    /// What is kept of it.
    var digest: SHA256Digest { SHA256Digest(of: text) }
}
