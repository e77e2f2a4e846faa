/// One range of bytes as `Range` names it (RFC 9110 §14.1.2).
struct ByteSpan: Equatable {
    var start: Int64
    /// Behind the last.
    var end: Int64

    /// `nil` for what is no single range of bytes, which is then passed over (RFC 9110 §14.2).
    init?(_ header: String, size: Int64) {
        guard header.hasPrefix("bytes="), !header.contains(",") else { return nil }
        let sides = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        func number(_ text: Substring) -> Int64? {
            text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
        }
        if sides[0].isEmpty {
            guard let last = number(sides[1]) else { return nil }
            (start, end) = (max(0, size - last), size)
            return
        }
        guard let first = number(sides[0]) else { return nil }
        start = first
        end = size
        if !sides[1].isEmpty {
            guard let last = number(sides[1]), last >= first else { return nil }
            end = min(size, last == .max ? last : last + 1)
        }
    }

    init(_ range: Range<Int64>) {
        (start, end) = (range.lowerBound, range.upperBound)
    }

    /// Whether a range ends before it begins. It is invalid then, and may be refused or passed over (RFC 9110 §14.1.1).
    static func isReversed(_ header: String) -> Bool {
        guard let match = header.wholeMatch(of: /bytes=([0-9]+)-([0-9]+)/), let first = Int64(match.1),
            let last = Int64(match.2)
        else { return false }
        return last < first
    }

    var isEmpty: Bool { start >= end }

    /// As `Content-Range` says it.
    func contentRange(of size: Int64) -> String { "bytes \(start)-\(end - 1)/\(size)" }
}
