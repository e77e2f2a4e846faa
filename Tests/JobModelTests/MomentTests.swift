import JobModel
import Testing

@Suite("A moment")
struct MomentTests {
    @Test(
        "is written in RFC 3339 and read back",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_795_320_109_007, "2026-11-22T04:01:49.007Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        ] as [(Int64, String)])
    func text(milliseconds: Int64, text: String) {
        #expect(Moment(milliseconds: milliseconds).description == text)
        #expect(Moment(text)?.milliseconds == milliseconds)
    }

    @Test(
        "is read with offsets, fractions and as a date alone",
        arguments: [
            ("1970-01-01", 0), ("1970-01-02T00:00:00Z", 86_400_000), ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T00:00:00.1234567Z", 123), ("1969-12-31T19:30:00-04:30", 0), ("1970-01-01 00:00:01z", 1000),
        ] as [(String, Int64)])
    func read(text: String, milliseconds: Int64) {
        #expect(Moment(text)?.milliseconds == milliseconds)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "yesterday", "2026-13-01", "2026-02-29", "2026-11-22T25:00:00Z", "2026-11-22T04:01:49",
            "2026-11-22T04:01:49.Z",
            "2026-11-22T04:01:49Zx",
        ])
    func refused(text: String) {
        #expect(Moment(text) == nil)
    }

    @Test("never leaves the range of its numbers")
    func ends() {
        #expect(Moment(milliseconds: .max).advanced(by: 1).milliseconds == .max)
        #expect(Moment(milliseconds: .min).advanced(by: -1).milliseconds == .min)
    }
}
