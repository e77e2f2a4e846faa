internal import COpenSSL

/// A key of OpenSSL's, which belongs to one owner and is never changed. OpenSSL clears a private one when it is freed.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes a key over: one on P-256, else it is freed.
    init(_ pointer: OpaquePointer) throws(KeyFault) {
        let algorithm = EVP_PKEY_get0_type_name(pointer).map { String(cString: $0) } ?? "unknown"
        guard algorithm == "EC" else {
            EVP_PKEY_free(pointer)
            throw .otherAlgorithm(algorithm)
        }
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        let isNamed = EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1
        let curve = isNamed ? String(decoding: name.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self) : "EC"
        guard curve == "prime256v1" else {
            EVP_PKEY_free(pointer)
            throw .otherAlgorithm(curve)
        }
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }
}

/// Bytes in memory of OpenSSL's, read or written by its functions, and cleared at the end.
struct MemoryBuffer: ~Copyable {
    let bio: OpaquePointer

    /// An empty one.
    init() {
        // Only an exhausted heap gets here; no input can.
        guard let bio = BIO_new(BIO_s_secmem()) else { preconditionFailure("OpenSSL has no memory") }
        self.bio = bio
    }

    init(_ bytes: [UInt8]) {
        self.init()
        BIO_write(bio, bytes, CInt(clamping: bytes.count))
    }

    deinit {
        BIO_free(bio)
    }

    /// Everything that was written and not yet read.
    func contents() -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        defer { wipe(&piece) }
        while true {
            let count = BIO_read(bio, &piece, CInt(piece.count))
            guard count > 0 else { return bytes }
            bytes += piece.prefix(Int(count))
        }
    }
}

/// Clears bytes that were secret; the compiler does not leave it out.
func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
}
