import Testing

@testable import Cryptography

@Suite("SHA-256 of a stream and its segments")
struct SegmentedSHA256Tests {
    static let means = [false] + (SHA256State.isAvailable ? [true] : [])

    /// Bytes without a pattern, the same ones each time.
    private static func bytes(_ count: Int) -> [UInt8] {
        var state: UInt64 = 42
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }

    @Test("every length around the blocks' borders has OpenSSL's digest", arguments: means)
    func lengths(inOnePass: Bool) {
        let bytes = Self.bytes(300)
        for count in bytes.indices {
            var hasher = SegmentedSHA256Hasher(inOnePass: inOnePass)
            hasher.beginSegment()
            bytes[..<count].withUnsafeBytes { hasher.update($0) }
            let expected = SHA256Digest(of: bytes[..<count])
            #expect(hasher.endSegment() == expected)
            #expect(hasher.finalize() == expected)
        }
    }

    @Test(
        "a tar's and its files' digests, in pieces of any size", arguments: means, [1, 7, 63, 64, 65, 512, 1000, 4096])
    func pieces(inOnePass: Bool, size: Int) {
        let bytes = Self.bytes(20_000)
        let files = [512..<513, 1024..<1024, 1536..<9000, 9216..<9280, 9792..<20_000]
        var hasher = SegmentedSHA256Hasher(inOnePass: inOnePass)
        func feed(_ range: Range<Int>, to hasher: inout SegmentedSHA256Hasher) {
            for start in stride(from: range.lowerBound, to: range.upperBound, by: size) {
                bytes[start..<min(start + size, range.upperBound)].withUnsafeBytes { hasher.update($0) }
            }
        }
        var place = 0
        for file in files {
            feed(place..<file.lowerBound, to: &hasher)
            hasher.beginSegment()
            feed(file, to: &hasher)
            #expect(hasher.endSegment() == SHA256Digest(of: bytes[file]))
            place = file.upperBound
        }
        #expect(hasher.finalize() == SHA256Digest(of: bytes))
    }
}
