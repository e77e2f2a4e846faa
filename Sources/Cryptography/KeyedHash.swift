internal import COpenSSL

/// HMAC with SHA-256 (RFC 2104): 32 bytes that only who has the key can make or check.
public func authenticationCode(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    var code = [UInt8](repeating: 0, count: 32)
    var count: UInt32 = 0
    // An empty array may have no address, and OpenSSL takes a missing key for an old one.
    let key = key.isEmpty ? [0] : key
    let result = HMAC(EVP_sha256(), key, CInt(key.count), message, message.count, &code, &count)
    // Only a broken OpenSSL gets here; no input can.
    precondition(result != nil && count == 32, "OpenSSL cannot make an HMAC with SHA-256")
    return code
}

/// Further keys from one (HKDF with SHA-256, RFC 5869).
///
/// - Parameters:
///   - salt: makes keys for different things from one; need not be secret.
///   - purpose: what the key is for, so that no two uses share one.
///   - count: in bytes, 8,160 at most.
public func derivedKey(from secret: [UInt8], salt: [UInt8], purpose: [UInt8], count: Int) -> [UInt8] {
    precondition(count <= 255 * 32, "HKDF gives no more than 255 blocks")
    let seed = authenticationCode(of: secret, key: salt)
    var key: [UInt8] = []
    var block: [UInt8] = []
    var number: UInt8 = 1
    while key.count < count {
        block = authenticationCode(of: block + purpose + [number], key: seed)
        key += block
        number &+= 1
    }
    return Array(key.prefix(count))
}
