import Archive
import Cryptography
import SystemPackage
import TestSupport
import Testing

/// Bytes that depend on a seed alone: some text, some runs, some noise.
func sample(_ seed: UInt64, count: Int) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
    let words = ["import ", "self.", "return ", "None\n", "    ", "def ", "class ", "\0\0\0", "tensorflow", "é"]
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 300)
    while bytes.count < count {
        switch next() % 16 {
        case 0: bytes.append(contentsOf: repeatElement(UInt8(truncatingIfNeeded: next()), count: Int(next() % 300)))
        case 1: (0..<next() % 40).forEach { _ in bytes.append(UInt8(truncatingIfNeeded: next())) }
        case 2 where !bytes.isEmpty:
            let from = Int(next() % UInt64(bytes.count))
            bytes += Array(bytes[from..<min(bytes.count, from + Int(next() % 200))])
        default: bytes += words[Int(next() % UInt64(words.count))].utf8
        }
    }
    return Array(bytes.prefix(count))
}

/// The whole stream for some bytes, by a new encoder.
private func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var encoder = DeflateEncoder()
    var output: [UInt8] = []
    bytes.withUnsafeBytes { encoder.encode($0, appendingTo: &output) }
    return output
}

private func inflated(_ stream: [UInt8], size: Int) throws -> [UInt8] {
    var inflater = Inflater()
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: size + 1)
    let step = try buffer.withUnsafeMutableBytes { buffer in
        try stream.withUnsafeBytes { try inflater.inflate($0, into: buffer, name: "stream") }
    }
    output += buffer[..<step.produced]
    let isFinished = inflater.isFinished
    #expect(isFinished)
    #expect(step.consumed == stream.count)
    return output
}

@Suite("Our deflate encoder")
struct DeflateTests {
    static let sizes = [0, 1, 2, 3, 4, 5, 100, 511, 1024, 32767, 32768, 63999, 64000, 64001, 128_000, 300_000]

    @Test("writes streams that inflate to the same bytes", arguments: sizes)
    func roundTrip(_ size: Int) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let bytes = sample(seed, count: size)
            #expect(try inflated(deflated(bytes), size: size) == bytes)
        }
        let zeros = [UInt8](repeating: 0, count: size)
        #expect(try inflated(deflated(zeros), size: size) == zeros)
    }

    @Test("writes the bytes it has always written")
    func golden() {
        // A changed digest is a changed format: every layer's digest changes with it. Then raise
        // DeflateEncoder.version; never edit these numbers alone.
        #expect(DeflateEncoder.version == 2)
        var streams: [UInt8] = []
        for size in Self.sizes { streams += deflated(sample(UInt64(size), count: size)) }
        #expect(SHA256Digest(of: streams).hex == "d87c56dfabce7df2b13a7367a067885691c3dfd171d0e3826996907fe7e85858")
        #expect(deflated([]) == [3, 0])
        #expect(deflated(Array("abcabcabcabc".utf8)) == [0x4B, 0x4C, 0x4A, 0x86, 0x23, 0x00])
        #expect(deflated([UInt8](repeating: 0, count: 1024)).count < 20)
    }

    @Test("gives the same bytes however its input is cut, and whatever it compressed before")
    func independent() {
        let bytes = sample(7, count: 200_000)
        let whole = deflated(bytes)
        var encoder = DeflateEncoder()
        for cut in [1, 7, 1000, 63999, 64000, 64001, 150_000] {
            var pieces: [UInt8] = []
            bytes.withUnsafeBytes { all in
                var at = 0
                while at < all.count {
                    let end = min(all.count, at + cut)
                    encoder.write(UnsafeRawBufferPointer(rebasing: all[at..<end])) { pieces += $0 }
                    at = end
                }
            }
            encoder.finish { pieces += $0 }
            #expect(pieces == whole)
        }
    }

    @Test("stays within a few bytes of noise that cannot be compressed")
    func noise() throws {
        var state: UInt64 = 99
        let bytes = (0..<200_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 33)
        }
        let stream = deflated(bytes)
        #expect(stream.count <= bytes.count + 4 * 6)
        #expect(try inflated(stream, size: bytes.count) == bytes)
    }

    @Test("makes no more of a tar header than its name and a few numbers")
    func headers() throws {
        var block = [UInt8](repeating: 0, count: 300)
        let path = "lib/python3.11/site-packages/numpy/core/numeric.py"
        try TarHeader(path: path, mode: 0o644, size: 12345).append(to: &block)
        #expect(deflated(block).count <= path.utf8.count + 55)
    }

    @Test("is understood by zlib, and comes close to its level 6")
    func zlib() async throws {
        let folder = try Scratch()
        for seed in 1...6 as ClosedRange<UInt64> {
            let bytes = sample(seed, count: Int(seed) * 40_000 + 11)
            try folder.write("plain\(seed)", bytes)
            try folder.write("deflated\(seed)", deflated(bytes))
        }
        let program = """
            import sys, zlib
            for seed in range(1, 7):
                plain = open(f'{sys.argv[1]}/plain{seed}', 'rb').read()
                deflated = open(f'{sys.argv[1]}/deflated{seed}', 'rb').read()
                d = zlib.decompressobj(-15)
                assert d.decompress(deflated) == plain and d.eof and not d.unused_data
                c = zlib.compressobj(6, zlib.DEFLATED, -15)
                assert len(deflated) <= 1.12 * len(c.compress(plain) + c.flush())
            """
        try await Command("python3", ["-c", program, folder.path.string]).run()
    }
}

@Suite("The inflater")
struct InflaterTests {
    @Test("tells where a stream ends, however its bytes are cut")
    func ends() throws {
        let bytes = sample(3, count: 90_000)
        let stream = deflated(bytes)
        for trailing in [0, 1, 7, 8, 9, 100] {
            let input = stream + [UInt8](repeating: 0xAB, count: trailing)
            for cut in [1, 5, 8, 1000, input.count] {
                var inflater = Inflater()
                var output: [UInt8] = []
                var consumed = 0
                var buffer = [UInt8](repeating: 0, count: 10_000)
                var at = 0
                while !inflater.isFinished {
                    let end = min(input.count, at + cut)
                    let step = try buffer.withUnsafeMutableBytes { buffer in
                        try input.withUnsafeBytes {
                            try inflater.inflate(
                                UnsafeRawBufferPointer(rebasing: $0[at..<end]), into: buffer, name: "stream")
                        }
                    }
                    output += buffer[..<step.produced]
                    consumed += step.consumed
                    at += inflater.isFinished ? 0 : step.consumed
                    if at == input.count, step.produced == 0 { break }
                }
                let isFinished = inflater.isFinished
                #expect(isFinished)
                #expect(output == bytes)
                #expect(consumed == stream.count)
            }
        }
    }

    @Test("can be used again after a broken stream")
    func reset() throws {
        var inflater = Inflater()
        var buffer = [UInt8](repeating: 0, count: 100)
        #expect(throws: ArchiveError.self) {
            _ = try buffer.withUnsafeMutableBytes { buffer in
                try [7, 7, 7, 7].withUnsafeBytes { try inflater.inflate($0, into: buffer, name: "stream") }
            }
        }
        inflater.reset()
        let step = try buffer.withUnsafeMutableBytes { buffer in
            try deflated([1, 2, 3]).withUnsafeBytes { try inflater.inflate($0, into: buffer, name: "stream") }
        }
        #expect(buffer[..<step.produced] == [1, 2, 3])
    }
}
