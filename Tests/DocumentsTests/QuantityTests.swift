import Documents
import JSONDocument
import Testing

@Suite("Quantities as people write them")
struct QuantityTests {
    private func read<Value>(_ codec: Codec<Value>, _ text: String) -> Value? {
        var reading = Reading(file: "test")
        let value = codec.read(.text(text), &reading)
        #expect((value == nil) == (reading.error != nil))
        return value
    }

    /// Whether an editor that knows the schema lets the text stand.
    private func allows<Value>(_ codec: Codec<Value>, _ text: String) throws -> Bool {
        let pattern = try #require(codec.schema.first { $0.name == "pattern" })
        guard case .string(let expression) = pattern.value else { return false }
        return try text.contains(Regex(expression))
    }

    @Test(
        "durations are milliseconds",
        arguments: [
            ("90s", 90_000), ("15m", 900_000), ("15min", 900_000), ("2h", 7_200_000), ("1h30m", 5_400_000),
            ("500ms", 500), ("7d", 604_800_000), ("2w", 1_209_600_000), ("1w1d", 691_200_000), ("1d12h", 129_600_000),
            ("1.5h", 5_400_000), ("1 h 30 m", 5_400_000),
            ("90", 90_000), ("0.25", 250), ("0", 0), ("0s", 0), ("1.0001s", 1000),
        ] as [(String, Int64)])
    func durations(text: String, milliseconds: Int64) throws {
        #expect(read(.duration(), text) == milliseconds)
        #expect(try allows(Codec<Int64>.duration(), text))
    }

    @Test(
        "what is no duration is refused",
        arguments: [
            "", "s", "-1s", "1x", "30m1h", "1h1h", "1h30", "30 1h", "1.s", ".5s", "1..5s", "1.5.5s", "1e3s", "1S",
            "99999999999999999s", "999999999999999d", "1h,30m", " 1s", "١s",
        ])
    func noDurations(text: String) {
        #expect(read(.duration(), text) == nil)
    }

    @Test(
        "a duration is written so that it is read as the same",
        arguments: [
            (0, "0s"), (1, "1ms"), (90_000, "1m30s"), (5_400_000, "1h30m"), (86_400_000, "1d"),
            (90_061_001, "1d1h1m1s1ms"),
        ] as [(Int64, String)])
    func writtenDurations(milliseconds: Int64, text: String) {
        let codec = Codec<Int64>.duration()
        #expect(codec.write(milliseconds) == .text(text))
        #expect(read(codec, text) == milliseconds)
    }

    @Test(
        "memory is bytes, in powers of 1024, and a number alone is MiB",
        arguments: [
            ("512m", 512 << 20), ("4g", 4 << 30), ("4G", 4 << 30), ("1t", 1 << 40), ("2048k", 2 << 20),
            ("512mb", 512 << 20),
            ("1.5 GiB", 3 << 29), ("512MiB", 512 << 20), ("2Gi", 2 << 30), ("1024", 1 << 30), ("100b", 100), ("0", 0),
        ] as [(String, Int64)])
    func memory(text: String, bytes: Int64) throws {
        #expect(read(.memory(), text) == bytes)
        #expect(try allows(Codec<Int64>.memory(), text))
    }

    @Test(
        "what is no memory is refused",
        arguments: ["", "g", "-1g", "4 apples", "4gg", "1e3m", "99999999t", "1.5b", "4bi"])
    func noMemory(text: String) {
        #expect(read(.memory(), text) == nil)
    }

    @Test(
        "memory is written as the JVM reads it",
        arguments: [(4 << 30, "4g"), (3 << 29, "1536m"), (1 << 40, "1t"), (1000, "1000b"), (0, "0b")]
            as [(Int64, String)])
    func writtenMemory(bytes: Int64, text: String) {
        #expect(Codec<Int64>.memory().write(bytes) == .text(text))
        #expect(read(.memory(), text) == bytes)
    }

    @Test(
        "sizes are bytes, with decimal units and binary ones",
        arguments: [("500 MB", 500_000_000), ("1.5GiB", 3 << 29), ("1048576", 1 << 20), ("2 kB", 2000)]
            as [(String, UInt64)])
    func sizes(text: String, bytes: UInt64) {
        #expect(read(.byteCount, text) == bytes)
        for text in ["5 apples", "500 M B", "-1", "1.5", "500 MB ", "99999999999999 TB"] {
            #expect(read(Codec<UInt64>.byteCount, text) == nil, "\(text)")
        }
    }

    @Test("a number of JSON is as good as its digits")
    func numbers() {
        var reading = Reading(file: "test")
        #expect(Codec<UInt64>.byteCount.read(SourceNode(1_048_576), &reading) == 1 << 20)
        #expect(Codec<UInt64>.byteCount.read(SourceNode(.number(1e6)), &reading) == 1_000_000)
        #expect(Codec<Int64>.duration().read(SourceNode(.number(0.5)), &reading) == 500)
        #expect(Codec<Int64>.memory().read(SourceNode(2048), &reading) == 2 << 30)
        #expect(reading.error == nil)
    }
}
