internal import COpenSSL

/// A running SHA-256 over a stream, by OpenSSL (which uses the processor's SHA instructions).
public struct SHA256Hasher: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new(), EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            // Only an exhausted heap or a broken OpenSSL gets here; no input can.
            preconditionFailure("OpenSSL cannot start a SHA-256")
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

    public mutating func update(_ bytes: some Collection<UInt8>) {
        if bytes.withContiguousStorageIfAvailable({ update(UnsafeRawBufferPointer($0)) }) == nil {
            Array(bytes).withUnsafeBytes { update($0) }
        }
    }

    public mutating func update(_ text: some StringProtocol) {
        update(text.utf8)
    }

    /// The digest of everything so far. The hasher cannot be used afterwards.
    public consuming func finalize() -> SHA256Digest {
        let bytes = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
            EVP_DigestFinal_ex(context, buffer.baseAddress, nil)
            return Array(buffer)
        }
        guard let digest = SHA256Digest(bytes: bytes) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }
}

extension SHA256Digest {
    /// The digest of some bytes at once.
    public init(of bytes: some Collection<UInt8>) {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        self = hasher.finalize()
    }

    /// The digest of a text's UTF-8.
    public init(of text: some StringProtocol) {
        self.init(of: text.utf8)
    }
}
