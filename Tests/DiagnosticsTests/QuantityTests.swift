import Diagnostics
import Testing

@Suite("quantities for people")
struct QuantityTests {
    @Test(
        "a duration has its two largest units",
        arguments: [
            (0, "0 ms"), (0.0124, "12 ms"), (3.44, "3.4 s"), (59.9, "59.9 s"), (125, "2 min 5 s"),
            (3599, "59 min 59 s"),
            (3600, "1 h 0 min"), (12_029, "3 h 20 min"), (172_799, "47 h 59 min"), (187_200, "2 d 4 h"),
        ])
    func durations(seconds: Double, text: String) { #expect(readable(seconds: seconds) == text) }

    @Test(
        "a size has decimal units",
        arguments: [
            (0, "0 B"), (640, "640 B"), (12_300, "12 kB"), (231_000_000, "231.0 MB"), (1_440_000_000, "1.4 GB"),
        ])
    func sizes(bytes: UInt64, text: String) { #expect(readable(bytes: bytes) == text) }
}
