import Archive
import SystemPackage
import TestSupport
import Testing

@Suite("Compressed streams")
struct StreamTests {
    @Test("gzip files are read by GNU gzip, one member or many", arguments: [0, 1, 1000, 200_000])
    func gzip(_ size: Int) async throws {
        let folder = try Scratch()
        let bytes = sample(5, count: size)
        var file: [UInt8] = []
        var encoder = GzipEncoder()
        for _ in 0..<2 {
            bytes.withUnsafeBytes { content in encoder.write(content) { file += $0 } }
            encoder.finish { file += $0 }
        }
        let path = try folder.write("x.gz", file)
        try await Command("gzip", ["-t", path.string]).run()
        let outcome = try await Command("gzip", ["-dc", path.string]).outcome()
        #expect(outcome.output == bytes + bytes)
    }

    @Test("a gzip member's frame names no time, file or system")
    func frame() {
        var encoder = GzipEncoder()
        var file: [UInt8] = []
        encoder.finish { file += $0 }
        #expect(file == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test(
        "zstd files are read by zstd", .enabled(if: Peer.has("zstd"), "needs zstd"), arguments: [0, 1, 1000, 500_000])
    func zstd(_ size: Int) async throws {
        let folder = try Scratch()
        let bytes = sample(6, count: size)
        var file: [UInt8] = []
        var encoder = ZstdEncoder()
        for _ in 0..<2 {
            file.removeAll()
            try bytes.withUnsafeBytes { content in try encoder.write(content) { file += $0 } }
            try encoder.finish { file += $0 }
        }
        let path = try folder.write("x.zst", file)
        let outcome = try await Command("zstd", ["-dc", path.string]).outcome()
        #expect(outcome.output == bytes)
    }

    @Test("zstd's bytes are the same for any number of threads and any cutting of the input")
    func zstdThreads() throws {
        let bytes = sample(8, count: 6_000_000)
        var files: Set<[UInt8]> = []
        for (threads, cut) in [(1, 6_000_000), (2, 100_000), (3, 1_234_567)] as [(Int32, Int)] {
            var encoder = ZstdEncoder(threads: threads)
            var file: [UInt8] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                try Array(rest.prefix(cut)).withUnsafeBytes { piece in try encoder.write(piece) { file += $0 } }
                rest = rest.dropFirst(cut)
            }
            try encoder.finish { file += $0 }
            files.insert(file)
        }
        #expect(files.count == 1)
    }

    @Test("what a sink throws comes out")
    func sinkThrows() {
        struct Full: Error {}
        var encoder = GzipEncoder()
        #expect(throws: Full.self) { try encoder.finish { _ in throw Full() } }
    }
}
