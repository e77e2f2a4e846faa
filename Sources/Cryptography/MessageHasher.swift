internal import COpenSSL

/// A running hash by an algorithm that is named where it is used: a wheel's RECORD may use any that is at least as
/// strong as SHA-256 (PEP 427).
public struct MessageHasher: ~Copyable {
    private var context: DigestContext

    /// The algorithms there are, by the names that Python's `hashlib` gives them.
    public static let algorithms = ["sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512"]

    /// `nil` for any other name.
    public init?(_ algorithm: some StringProtocol) {
        let method: OpaquePointer?
        switch algorithm {
        case "sha256": method = EVP_sha256()
        case "sha384": method = EVP_sha384()
        case "sha512": method = EVP_sha512()
        case "sha3_256": method = EVP_sha3_256()
        case "sha3_384": method = EVP_sha3_384()
        case "sha3_512": method = EVP_sha3_512()
        default: return nil
        }
        // Only a broken OpenSSL gets here; no input can.
        guard let context = DigestContext(method) else { preconditionFailure("OpenSSL cannot start \(algorithm)") }
        self.context = context
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        context.update(bytes)
    }

    /// The hash of everything so far, in unpadded URL-safe base64 as RECORD writes it. The hasher cannot be used
    /// afterwards.
    public consuming func base64URL() -> String {
        encodeBase64URL(context.finish())
    }
}
