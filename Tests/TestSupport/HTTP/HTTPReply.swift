import Foundation

/// What an ``HTTPFixtureServer`` answers, and how badly it behaves while it does.
public struct HTTPReply: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var body: [UInt8]
    /// Whether a `Range` request gets a part; if not, it gets the whole body and status 200.
    public var honoursRange = true
    /// The `Content-Length` to claim instead of the true one.
    public var claimedLength: Int?
    /// Closes the connection after this many bytes of the body.
    public var droppedAfter: Int?
    /// Sends the body in pieces of `bytes`, sleeping `milliseconds` after each.
    public var drip: (bytes: Int, milliseconds: Int)?
    /// Sends nothing for so long before the status line.
    public var delayMilliseconds = 0
    /// Reads the request and never answers.
    public var hangs = false
    /// Bytes to send as they are in place of a status line, headers and body.
    public var raw: [UInt8]?

    public init(
        _ status: Int = 200, _ body: some Sequence<UInt8> = [], type: String? = nil,
        headers: [(name: String, value: String)] = []
    ) {
        self.status = status
        self.body = Array(body)
        self.headers = headers
        if let type { self.headers.append(("Content-Type", type)) }
    }

    /// A page of HTML or other text.
    public static func text(_ text: String, type: String = "text/html; charset=utf-8") -> Self {
        Self(200, text.utf8, type: type)
    }

    /// A file as servers of artifacts send it.
    public static func file(_ bytes: some Sequence<UInt8>, eTag: String? = nil) -> Self {
        Self(200, bytes, type: "application/octet-stream", headers: eTag.map { [("ETag", $0)] } ?? [])
    }

    /// A redirect to any text whatever.
    public static func redirect(_ location: String, status: Int = 302) -> Self {
        Self(status, [], headers: [("Location", location)])
    }

    /// Reads the request and never answers.
    public static var hanging: Self { Self().with(\.hangs, true) }

    /// The reply with one thing changed.
    public func with<Value>(_ path: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
        var copy = self
        copy[keyPath: path] = value
        return copy
    }

    /// The reply with one more header.
    public func header(_ name: String, _ value: String) -> Self {
        var copy = self
        copy.headers.append((name, value))
        return copy
    }

    /// The reply, broken off after so many bytes of its body.
    public func dropped(after count: Int) -> Self { with(\.droppedAfter, count) }

    /// The reply of a server that knows no ranges.
    public var withoutRanges: Self { with(\.honoursRange, false) }
}

/// A request as an ``HTTPFixtureServer`` saw it.
public struct HTTPRequest: Sendable {
    public var method: String
    /// The path and, after a `?`, the query, as sent.
    public var target: String
    public var headers: [(name: String, value: String)]
    /// Which connection it came on: 0, 1, 2 …
    public var connection: Int
    public var body: [UInt8] = []

    /// The path alone.
    public var path: String { String(target.prefix { $0 != "?" }) }

    /// The values of a query's item, decoded as far as tests need it.
    public func query(_ name: String) -> [String] {
        guard let mark = target.firstIndex(of: "?") else { return [] }
        return target[target.index(after: mark)...].split(separator: "&").compactMap { item in
            guard item.hasPrefix(name + "=") else { return nil }
            return String(item.dropFirst(name.count + 1)).removingPercentEncoding
        }
    }

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }

    init?(head: [UInt8], connection: Int) {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: true)
        guard let words = lines.first?.split(separator: " "), words.count == 3 else { return nil }
        method = String(words[0])
        target = String(words[1])
        headers = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            return (String(line[..<colon]), String(value))
        }
        self.connection = connection
    }

    /// The bytes that the `Range` header asks for, of a body of `size` bytes; `nil` without one, empty if there are none.
    func range(of size: Int) -> Range<Int>? {
        guard let text = header("Range"), text.hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if let first = Int(ends[0]) {
            let last = min(Int(ends[1]) ?? size - 1, size - 1)
            return first <= last ? first..<last + 1 : 0..<0
        }
        guard let count = Int(ends[1]) else { return nil }
        return max(0, size - count)..<size
    }
}
