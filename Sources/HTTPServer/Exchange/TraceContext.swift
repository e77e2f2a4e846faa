/// Where a request belongs among those that led to it (W3C Trace Context §3).
public struct TraceContext: Hashable, Sendable {
    /// 16 bytes, never all zero.
    public var trace: (high: UInt64, low: UInt64)
    /// Our own span within the trace.
    public var span: UInt64
    /// The caller's span; `nil` where the trace begins here.
    public var parent: UInt64?
    public var isSampled: Bool

    /// A trace of our own.
    public init(using generator: inout some RandomNumberGenerator) {
        trace = (generator.next() | 1, generator.next())
        span = generator.next() | 1
        isSampled = false
    }

    /// A span of ours in the caller's trace; `nil` for a header that says nothing.
    public init?(header: String, using generator: inout some RandomNumberGenerator) {
        let parts = header.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].utf8.count == 2, parts[0] != "ff", parts[0] == "00" ? parts.count == 4 : true,
            Self.isHex(parts[0]), parts[1].utf8.count == 32, Self.isHex(parts[1]), parts[2].utf8.count == 16,
            Self.isHex(parts[2]), parts[3].utf8.count == 2, Self.isHex(parts[3]),
            let high = UInt64(parts[1].prefix(16), radix: 16), let low = UInt64(parts[1].suffix(16), radix: 16),
            let parent = UInt64(parts[2], radix: 16), let flags = UInt8(parts[3], radix: 16), (high, low) != (0, 0),
            parent != 0
        else { return nil }
        trace = (high, low)
        self.parent = parent
        span = generator.next() | 1
        isSampled = flags & 1 == 1
    }

    /// `traceparent` for what we ask others to do.
    public var header: String {
        "00-\(Self.hex(trace.high))\(Self.hex(trace.low))-\(Self.hex(span))-\(isSampled ? "01" : "00")"
    }

    private static func isHex(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func hex(_ value: UInt64) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: 16 - text.utf8.count) + text
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.trace == right.trace && left.span == right.span && left.parent == right.parent
            && left.isSampled == right.isSampled
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(trace.high)
        hasher.combine(trace.low)
        hasher.combine(span)
    }
}
