import Archive
import Testing

@Suite("CRC-32")
struct CRC32Tests {
    @Test("has the standard's check value")
    func checkValue() {
        #expect(CRC32.of(Array("123456789".utf8)) == 0xCBF4_3926)
        #expect(CRC32.of([]) == 0)
    }

    @Test("is the same in pieces")
    func pieces() {
        var crc = CRC32()
        for piece in ["1234", "", "56789"] {
            Array(piece.utf8).withUnsafeBytes { crc.update($0) }
        }
        #expect(crc.value == 0xCBF4_3926)
    }
}
