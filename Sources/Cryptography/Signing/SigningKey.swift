internal import COpenSSL

/// A private key for ECDSA on P-256 (FIPS 186-5), with which is signed. OpenSSL clears it from memory when nobody has it
/// any more.
public struct SigningKey: Sendable {
    private let handle: KeyHandle

    /// A new one.
    public init() {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else {
            preconditionFailure("OpenSSL has no elliptic curves")
        }
        defer { EVP_PKEY_CTX_free(context) }
        var key: OpaquePointer?
        let isMade =
            EVP_PKEY_keygen_init(context) == 1 && EVP_PKEY_CTX_set_group_name(context, "P-256") == 1
            && EVP_PKEY_generate(context, &key) == 1
        // Only a machine without randomness gets here; no input can.
        guard isMade, let key, let handle = try? KeyHandle(key) else { preconditionFailure("OpenSSL makes no key") }
        self.handle = handle
    }

    /// Reads a `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY` (PKCS #8, RFC 5958) or an `EC PRIVATE KEY` (SEC 1, RFC 5915) in
    /// PEM.
    ///
    /// - Parameter password: of an encrypted one.
    /// - Throws: ``KeyFault``.
    public init(pem: [UInt8], password: [UInt8]? = nil) throws(KeyFault) {
        let label = PEM.label(of: pem)
        switch label {
        case "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY": break
        case "ENCRYPTED COSIGN PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY": throw .ofCosign
        default: throw label.map { .otherKind($0) } ?? .malformed
        }
        let buffer = MemoryBuffer(pem)
        defer { ERR_clear_error() }
        var request = PasswordRequest(password: password)
        let key = withUnsafeMutablePointer(to: &request) { request in
            PEM_read_bio_PrivateKey(buffer.bio, nil, PasswordRequest.answer, request)
        }
        guard let key else {
            guard request.wasAsked else { throw .malformed }
            throw password == nil ? .needsPassword : .wrongPassword
        }
        handle = try KeyHandle(key)
    }

    /// The key in PEM, PKCS #8; encrypted by AES-256 in CBC mode with a key that PBKDF2 makes of the password, if there is
    /// one.
    public func pem(password: [UInt8]? = nil) -> [UInt8] {
        let buffer = MemoryBuffer()
        let isWritten =
            if let password {
                password.withUnsafeBufferPointer { bytes in
                    bytes.withMemoryRebound(to: CChar.self) { text in
                        PEM_write_bio_PKCS8PrivateKey(
                            buffer.bio, handle.pointer, EVP_aes_256_cbc(), text.baseAddress, CInt(text.count), nil, nil)
                    }
                }
            } else {
                PEM_write_bio_PKCS8PrivateKey(buffer.bio, handle.pointer, nil, nil, 0, nil, nil)
            }
        precondition(isWritten == 1, "OpenSSL cannot write a key that it has read")
        return buffer.contents()
    }

    /// What verifies its signatures.
    public var verification: VerificationKey { VerificationKey(handle) }

    /// A signature over the SHA-256 of a message: `ECDSA-Sig-Value` in DER (RFC 3279 §2.2.3). Each is another.
    public func signature(of message: [UInt8]) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("OpenSSL cannot start a signature") }
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 128)
        var count = signature.count
        let isSigned =
            EVP_DigestSignInit(context, nil, EVP_sha256(), nil, handle.pointer) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        // Only a broken OpenSSL gets here; no input can.
        precondition(isSigned, "OpenSSL cannot sign")
        return Array(signature.prefix(count))
    }
}

/// What OpenSSL asks for while it reads an encrypted key; without it, it would ask the terminal.
private struct PasswordRequest {
    var password: [UInt8]?
    var wasAsked = false

    static let answer: @convention(c) (UnsafeMutablePointer<CChar>?, CInt, CInt, UnsafeMutableRawPointer?) -> CInt = {
        buffer, size, _, request in
        guard let buffer, let request = request?.assumingMemoryBound(to: PasswordRequest.self) else { return -1 }
        request.pointee.wasAsked = true
        guard let password = request.pointee.password, password.count <= Int(size) else { return -1 }
        password.withUnsafeBytes { UnsafeMutableRawBufferPointer(start: buffer, count: Int(size)).copyMemory(from: $0) }
        return CInt(password.count)
    }
}
