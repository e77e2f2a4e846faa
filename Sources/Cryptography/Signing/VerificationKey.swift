internal import COpenSSL

/// A public key for ECDSA on P-256 (FIPS 186-5), with which signatures are verified.
public struct VerificationKey: Sendable {
    let handle: KeyHandle

    init(_ handle: KeyHandle) { self.handle = handle }

    /// Reads a `PUBLIC KEY` in PEM (RFC 7468 §13), as `openssl pkey -pubout` and cosign write it.
    ///
    /// - Throws: ``KeyFault``.
    public init(pem: [UInt8]) throws(KeyFault) {
        let label = PEM.label(of: pem)
        guard label == "PUBLIC KEY" else { throw label.map { .otherKind($0) } ?? .malformed }
        let buffer = MemoryBuffer(pem)
        defer { ERR_clear_error() }
        guard let key = PEM_read_bio_PUBKEY(buffer.bio, nil, nil, nil) else { throw .malformed }
        handle = try KeyHandle(key)
    }

    /// The key in PEM.
    public var pem: [UInt8] {
        let buffer = MemoryBuffer()
        PEM_write_bio_PUBKEY(buffer.bio, handle.pointer)
        return buffer.contents()
    }

    /// The SHA-256 of the key in DER (`SubjectPublicKeyInfo`): what tells keys apart.
    public var fingerprint: SHA256Digest {
        var output: UnsafeMutablePointer<UInt8>?
        let count = i2d_PUBKEY(handle.pointer, &output)
        defer { CRYPTO_free(output, nil, 0) }
        guard let output, count > 0 else { preconditionFailure("OpenSSL cannot write a key that it has read") }
        return SHA256Digest(of: Array(UnsafeBufferPointer(start: output, count: Int(count))))
    }

    /// Whether a signature, `ECDSA-Sig-Value` in DER (RFC 3279 §2.2.3), is this key's over the SHA-256 of a message.
    public func verifies(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, handle.pointer) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

extension VerificationKey: Equatable {
    public static func == (a: Self, b: Self) -> Bool { EVP_PKEY_eq(a.handle.pointer, b.handle.pointer) == 1 }
}
