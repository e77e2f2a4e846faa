import ContentStore
import Cryptography
import Testing

@Suite("records are written and read")
struct RecordCodingTests {
    private static let digest = SHA256Digest(of: [1, 2, 3])

    private static let written: RecordWriter = {
        var writer = RecordWriter()
        writer.number(UInt32(0x0102_0304))
        writer.number(Int64(-2))
        writer.shortNumber(UInt64(300))
        writer.shortNumber(UInt64.max)
        writer.text("é")
        writer.text("ab", length: UInt16.self)
        writer.stretch([7, 8])
        writer.row([UInt16](arrayLiteral: 1, 0xFFFF))
        writer.digest(digest)
        writer.append([9])
        return writer
    }()

    @Test("the bytes are these, on any machine")
    func golden() {
        let start: [UInt8] = [
            4, 3, 2, 1, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xAC, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
            0xFF, 0xFF, 0xFF, 1, 2, 0xC3, 0xA9, 2, 0, 97, 98, 2, 7, 8, 2, 0, 0, 0, 1, 0, 0xFF, 0xFF,
        ]
        #expect(Self.written.bytes == start + Self.digest.bytes + [9])
        #expect(Self.written.count == start.count + 33)
    }

    private func readAll(_ bytes: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(bytes)
        #expect(try reader.number(UInt32.self) == 0x0102_0304)
        #expect(try reader.number(Int64.self) == -2)
        #expect(try reader.shortNumber() == 300)
        #expect(try reader.shortNumber() == .max)
        #expect(try reader.text() == "é")
        #expect(try reader.text(length: UInt16.self) == "ab")
        #expect(bytes[try reader.stretch()] == [7, 8])
        #expect(try reader.row(of: UInt16.self) == [1, 0xFFFF])
        #expect(try reader.digest() == Self.digest)
        try reader.expect([9])
        try reader.expectEnd()
    }

    @Test("what was written is read")
    func read() throws {
        try readAll(Self.written.bytes)
    }

    @Test("a record cut off anywhere is damaged")
    func cut() {
        for count in 0..<Self.written.count {
            #expect(throws: (any Error).self) { try Self.skim(Array(Self.written.bytes.prefix(count))) }
        }
        #expect(throws: Never.self) { try Self.skim(Self.written.bytes) }
        let damage = #expect(throws: RecordDamage.self) { try Self.skim(Self.written.bytes + [0]) }
        #expect(damage?.position == Self.written.count)
        #expect(damage?.size == Self.written.count + 1)
    }

    private static func skim(_ bytes: [UInt8]) throws(RecordDamage) {
        var reader = RecordReader(bytes)
        _ = try reader.number(UInt32.self)
        _ = try reader.number(Int64.self)
        _ = try (reader.shortNumber(), reader.shortNumber(), reader.text())
        _ = try (reader.text(length: UInt16.self), reader.stretch(), reader.row(of: UInt16.self), reader.digest())
        try reader.expect([9])
        try reader.expectEnd()
    }

    @Test(
        "lengths that lie are refused before anything is set aside for them",
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
            [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [5, 1],
        ] as [[UInt8]])
    func lying(bytes: [UInt8]) {
        #expect(throws: RecordDamage.self) {
            var reader = RecordReader(bytes)
            _ = try reader.stretch()
        }
        #expect(throws: RecordDamage.self) {
            var reader = RecordReader(bytes)
            _ = try reader.row(of: UInt64.self)
        }
        #expect(throws: RecordDamage.self) {
            var reader = RecordReader(bytes)
            _ = try reader.text(length: UInt64.self)
        }
    }

    @Test("outside its bytes, a reader reads nothing", arguments: [-1, 4, .max, .min])
    func outside(position: Int) {
        var reader = RecordReader([1, 2, 3], at: position)
        #expect(throws: RecordDamage.self) { try reader.number(UInt8.self) }
    }

    @Test("within a range, a reader sees neither what is before nor after")
    func range() throws {
        var reader = RecordReader([1, 2, 3, 4], in: 1..<3)
        #expect(try reader.number(UInt16.self) == 0x0302)
        #expect(reader.remaining == 0)
        #expect(throws: RecordDamage.self) { try reader.number(UInt8.self) }
    }

    @Test("a text that its length cannot tell is cut")
    func long() throws {
        var writer = RecordWriter()
        writer.text(String(repeating: "a", count: 300), length: UInt8.self)
        #expect(writer.count == 256)
        var reader = RecordReader(writer.bytes)
        #expect(try reader.text(length: UInt8.self).utf8.count == 255)
    }
}
