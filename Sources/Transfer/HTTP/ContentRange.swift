/// A `Content-Range` header of bytes (RFC 9110 §14.4).
struct ContentRange: Equatable {
    /// Which bytes are in the answer; `nil` in an answer that says that none are (416).
    var bytes: Range<UInt64>?
    /// How many bytes the whole has; `nil` if the server does not know.
    var size: UInt64?

    init?(_ text: String) {
        guard text.lowercased().hasPrefix("bytes") else { return nil }
        let rest = text.dropFirst("bytes".count).filter { $0 != " " && $0 != "=" }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        if parts[1] != "*" {
            guard let size = UInt64(parts[1]) else { return nil }
            self.size = size
        }
        if parts[0] == "*" { return }
        let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = UInt64(ends[0]), let last = UInt64(ends[1]), first <= last, last < .max,
            size.map({ last < $0 }) ?? true
        else { return nil }
        bytes = first..<last + 1
    }
}

/// Which part of a file to ask for (RFC 9110 §14.2).
public enum ByteRange: Sendable, Equatable {
    case bytes(Range<UInt64>)
    case from(UInt64)
    case last(UInt64)

    /// The value of a `Range` header.
    var header: String {
        switch self {
        case .bytes(let range): "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        case .from(let first): "bytes=\(first)-"
        case .last(let count): "bytes=-\(count)"
        }
    }
}
