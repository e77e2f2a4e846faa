extension ResourceURL {
    /// The URL with more after its `?`, each name and value percent-encoded.
    public func adding(query items: [(name: String, value: String)]) -> ResourceURL {
        guard !items.isEmpty else { return self }
        let added = QueryItems.encoded(items)
        return ResourceURL(
            scheme: scheme, host: host, port: port, path: path,
            query: query.map { $0.isEmpty ? added : "\($0)&\(added)" } ?? added, fragment: nil,
            credentials: credentials)
    }
}

/// Names and values as queries and forms hold them (WHATWG URL §application/x-www-form-urlencoded).
public enum QueryItems {
    /// The type of a body that holds such items.
    public static let formType = "application/x-www-form-urlencoded"

    /// `name=value&name=value`: everything encoded but letters, digits and `-._~` (RFC 3986 §2.3).
    public static func encoded(_ items: [(name: String, value: String)]) -> String {
        items.map { "\(encoded($0.name))=\(encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        PercentEncoding.encoded(text) { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                true
            default: false
            }
        }
    }
}
