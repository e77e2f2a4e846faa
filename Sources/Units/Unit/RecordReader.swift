internal import Cryptography
internal import PythonPackaging

/// Reads the numbers, texts and digests of a record, never past its end.
struct RecordReader {
    private let bytes: [UInt8]
    private var position: Int
    private let end: Int

    init(_ bytes: [UInt8], range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    var remaining: Int { end - position }

    var damaged: UnitsError {
        UnitsError(
            .damagedRecord, subject: "a unit's description",
            message: "cannot be read at byte \(position) of \(bytes.count)",
            advice: "run `chidori store verify`, which makes it again")
    }

    mutating func byte() throws -> UInt8 {
        guard position < end else { throw damaged }
        defer { position += 1 }
        return bytes[position]
    }

    mutating func expect(_ expected: [UInt8]) throws {
        let range = try take(expected.count)
        guard bytes[range].elementsEqual(expected) else { throw damaged }
    }

    /// Passes over some bytes and tells where they are.
    mutating func take(_ count: Int) throws -> Range<Int> {
        guard count >= 0, count <= end - position else { throw damaged }
        defer { position += count }
        return position..<position + count
    }

    /// Unsigned LEB128.
    mutating func number() throws -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || (shift == 63 && next <= 1) else { throw damaged }
            value |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return value }
            shift += 7
        }
    }

    /// A number that counts something in memory.
    mutating func count() throws -> Int {
        guard let count = Int(exactly: try number()) else { throw damaged }
        return count
    }

    mutating func text() throws -> String {
        let length = try count()
        let range = try take(length)
        return bytes.withUnsafeBufferPointer { String(decoding: $0[range], as: UTF8.self) }
    }

    mutating func python() throws -> PythonVersion {
        guard let python = try? PythonVersion(try text()) else { throw damaged }
        return python
    }

    mutating func digest() throws -> SHA256Digest {
        let range = try take(32)
        guard let digest = SHA256Digest(bytes: bytes[range]) else { throw damaged }
        return digest
    }
}
