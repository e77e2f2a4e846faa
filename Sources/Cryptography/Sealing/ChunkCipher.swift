internal import COpenSSL

/// AES-256-GCM on one chunk after the other, by OpenSSL (which uses the processor's AES instructions).
struct ChunkCipher: ~Copyable {
    private let context: OpaquePointer
    private let key: [UInt8]

    /// - Parameter key: 32 bytes.
    init(key: [UInt8]) {
        // Only an exhausted heap gets here; no input can.
        guard let context = EVP_CIPHER_CTX_new() else { preconditionFailure("OpenSSL cannot start a cipher") }
        self.context = context
        self.key = key
    }

    deinit {
        EVP_CIPHER_CTX_free(context)
    }

    /// The chunk, enciphered, and its tag.
    mutating func seal(_ chunk: [UInt8], nonce: [UInt8]) -> [UInt8] {
        var sealed = [UInt8](repeating: 0, count: chunk.count + SealedFormat.tagSize)
        let isDone = sealed.withUnsafeMutableBufferPointer { output -> Bool in
            guard let start = output.baseAddress else { return false }
            var count: CInt = 0
            return EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
                && EVP_EncryptUpdate(context, start, &count, chunk, CInt(chunk.count)) == 1
                && EVP_EncryptFinal_ex(context, start + Int(count), &count) == 1
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, CInt(SealedFormat.tagSize), start + chunk.count) == 1
        }
        // Only a broken OpenSSL gets here; no input can.
        precondition(isDone, "OpenSSL cannot encipher with AES-256-GCM")
        return sealed
    }

    /// The chunk's content; `nil` where the tag does not fit it: another key, another place, or changed bytes.
    mutating func open(_ sealed: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        let size = sealed.count - SealedFormat.tagSize
        guard size >= 0 else { return nil }
        var tag = Array(sealed[size...])
        // One byte more, so that it has an address also where there is no content.
        var chunk = [UInt8](repeating: 0, count: size + 1)
        let isSound = chunk.withUnsafeMutableBufferPointer { output -> Bool in
            guard let start = output.baseAddress else { return false }
            var count: CInt = 0
            return EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1
                && EVP_DecryptUpdate(context, start, &count, sealed, CInt(size)) == 1
                && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tag.count), &tag) == 1
                && EVP_DecryptFinal_ex(context, start + Int(count), &count) == 1
        }
        guard isSound else { return nil }
        chunk.removeLast()
        return chunk
    }
}
