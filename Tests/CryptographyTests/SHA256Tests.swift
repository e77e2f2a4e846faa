import Cryptography
import Testing

@Suite("SHA-256")
struct SHA256Tests {
    @Test(
        "FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func examples(text: String, hex: String) {
        #expect(SHA256Digest(of: text).hex == hex)
    }

    @Test("bytes fed in pieces give the digest of the whole")
    func pieces() {
        var hasher = SHA256Hasher()
        hasher.update("a")
        hasher.update([UInt8(ascii: "b")])
        hasher.update("c")
        #expect(hasher.finalize() == SHA256Digest(of: "abc"))
    }

    @Test("every written form reads back")
    func forms() throws {
        let digest = SHA256Digest(of: "chidori")
        #expect(SHA256Digest(hex: digest.hex.uppercased()) == digest)
        #expect(SHA256Digest(prefixed: digest.prefixed) == digest)
        #expect(SHA256Digest(base64URL: digest.base64URL) == digest)
        #expect(SHA256Digest(bytes: digest.bytes) == digest)
    }

    @Test(
        "what is no digest is refused",
        arguments: ["", "sha256:", "sha512:ab", "zz", String(repeating: "g", count: 64)])
    func refused(text: String) {
        #expect(SHA256Digest(text) == nil)
        #expect(SHA256Digest(base64URL: text) == nil)
    }

    @Test("digests sort as their bytes do")
    func order() {
        let digests = (0..<50).map { SHA256Digest(of: "\($0)") }
        #expect(digests.sorted().map(\.hex) == digests.map(\.hex).sorted())
    }
}
