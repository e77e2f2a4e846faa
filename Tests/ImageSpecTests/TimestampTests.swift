import ImageSpec
import Testing

@Suite("Times")
struct TimestampTests {
    @Test(
        "are written as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (951_868_799, "2000-02-29T23:59:59Z"),
            (1_700_000_000, "2023-11-14T22:13:20Z"), (4_102_444_800, "2100-01-01T00:00:00Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
            (Timestamp.latest, "9999-12-31T23:59:59Z"),
        ] as [(UInt64, String)])
    func text(_ seconds: UInt64, _ expected: String) {
        #expect(Timestamp.text(seconds) == expected)
    }

    @Test("come from SOURCE_DATE_EPOCH, or are the epoch")
    func epoch() throws {
        #expect(try Timestamp.epoch(nil) == 0)
        #expect(try Timestamp.epoch("1700000000") == 1_700_000_000)
    }

    @Test(
        "a SOURCE_DATE_EPOCH that is no whole number is refused",
        arguments: ["", "x", "1.5", "-1", " 1", "1e9", "99999999999999"])
    func badEpoch(_ text: String) {
        let error = #expect(throws: ImageSpecError.self) { try Timestamp.epoch(text) }
        #expect(error?.code == .badEpoch)
    }
}
