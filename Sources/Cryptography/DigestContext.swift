internal import COpenSSL

/// A running digest of OpenSSL's: what every hasher is made of.
struct DigestContext: ~Copyable {
    private let context: OpaquePointer

    /// - Returns: `nil` where OpenSSL does not do it: a machine may forbid an algorithm (MD5 in FIPS mode).
    init?(_ method: OpaquePointer?) {
        // Only an exhausted heap gets here; no input can.
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL cannot start a digest") }
        guard EVP_DigestInit_ex(context, method, nil) == 1 else {
            EVP_MD_CTX_free(context)
            return nil
        }
        self.context = context
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let base = bytes.baseAddress else { return }
        EVP_DigestUpdate(context, base, bytes.count)
    }

    /// The digest of everything so far. The context cannot be used afterwards.
    consuming func finish() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        EVP_DigestFinal_ex(context, &bytes, &count)
        return Array(bytes.prefix(Int(count)))
    }
}
