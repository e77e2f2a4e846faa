internal import COpenSSL

/// A running checksum by one of the algorithms that Maven repositories put beside their files.
///
/// MD5 and SHA-1 show that nothing broke on its way. They prove nothing against who wants to deceive.
public struct ChecksumHasher: ~Copyable {
    private var context: DigestContext

    /// - Parameter algorithm: `md5`, `sha1`, `sha256` or `sha512`; `nil` for any other name.
    public init?(_ algorithm: some StringProtocol) {
        let method: OpaquePointer?
        switch algorithm {
        case "md5": method = EVP_md5()
        case "sha1": method = EVP_sha1()
        case "sha256": method = EVP_sha256()
        case "sha512": method = EVP_sha512()
        default: return nil
        }
        guard let context = DigestContext(method) else { return nil }
        self.context = context
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        context.update(bytes)
    }

    /// The checksum of everything so far in lower-case hexadecimal digits. The hasher cannot be used afterwards.
    public consuming func hex() -> String {
        hexadecimal(context.finish())
    }
}
