/// How a sealed file is made of chunks, so that it can be written and read as a stream (the STREAM construction of
/// Hoang, Reyhanitabar, Rogaway and Vizár, 2015, as `age` uses it):
///
/// - a header: `chidori sealed 1`, a line feed, and 32 random bytes;
/// - chunks of 64 KiB, the last one of any size up to that, each enciphered by AES-256-GCM (NIST SP 800-38D) and followed
///   by its 16 bytes of authentication.
///
/// Each file has a key of its own, made from the sealing key, the random bytes and the first line by HKDF. A chunk's nonce
/// is its number, in eleven big-endian bytes, and a byte that is 1 for the last chunk. So chunks that were changed,
/// reordered, left out or cut off are noticed, and no nonce is ever used twice with a key.
enum SealedFormat {
    static let mark = Array("chidori sealed 1\n".utf8)
    static let saltSize = 32
    static let headerSize = mark.count + saltSize
    static let chunkSize = 64 << 10
    static let tagSize = 16

    static func fileKey(_ key: SealingKey, salt: [UInt8]) -> [UInt8] {
        derivedKey(from: key.bytes, salt: salt, purpose: mark, count: 32)
    }

    static func nonce(_ number: UInt64, isLast: Bool) -> [UInt8] {
        [0, 0, 0] + withUnsafeBytes(of: number.bigEndian) { Array($0) } + [isLast ? 1 : 0]
    }
}
