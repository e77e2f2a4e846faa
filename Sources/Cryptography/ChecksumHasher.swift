internal import COpenSSL

/// A running checksum by one of the algorithms that Maven repositories put beside their files.
///
/// MD5 and SHA-1 show that nothing broke on its way. They prove nothing against who wants to deceive.
public struct ChecksumHasher: ~Copyable {
    private let context: OpaquePointer

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
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL cannot start \(algorithm)") }
        guard EVP_DigestInit_ex(context, method, nil) == 1 else {
            // A machine may forbid MD5 (FIPS mode).
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        EVP_DigestUpdate(context, base, bytes.count)
    }

    /// The checksum of everything so far in lower-case hexadecimal digits. The hasher cannot be used afterwards.
    public consuming func hex() -> String {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &count)
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.prefix(Int(count)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
