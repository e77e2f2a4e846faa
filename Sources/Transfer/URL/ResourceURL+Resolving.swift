extension ResourceURL {
    /// The URL that a link found at this one means (RFC 3986 §5). It has this one's credentials only where the link
    /// stays at this origin and names none itself.
    ///
    /// - Throws: `TransferError.Code.invalidURL`.
    public func resolving(_ link: String) throws(TransferError) -> ResourceURL {
        let link = PercentEncoding.cleaned(link)
        if Self.hasScheme(link) {
            let target = try ResourceURL(link)
            return target.credentials == nil && target.origin == origin ? target.with(credentials: credentials) : target
        }
        if link.hasPrefix("//") { return try ResourceURL(scheme.rawValue + ":" + link) }

        var rest = Substring(link)
        var fragment: String?
        if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "#")) {
            fragment = String(rest[rest.utf8.index(after: mark)...])
            rest = rest[..<mark]
        }
        var query: String?
        if let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?")) {
            query = String(rest[rest.utf8.index(after: mark)...])
            rest = rest[..<mark]
        }
        let path: String
        if rest.isEmpty {
            path = self.path
            if query == nil { query = self.query }
        } else if rest.hasPrefix("/") {
            path = DotSegments.removed(from: String(rest))
        } else {
            let slash = self.path.utf8.lastIndex(of: UInt8(ascii: "/"))
            let folder = slash.map { self.path[...$0] } ?? "/"
            path = DotSegments.removed(from: String(folder) + rest)
        }
        return ResourceURL(
            scheme: scheme, host: host, port: port, path: path, query: scheme == .file ? nil : query,
            fragment: fragment, credentials: credentials)
    }

    /// Whether the text starts with a scheme and a colon.
    private static func hasScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, (first | 0x20) &- 0x61 < 26 else { return false }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: ":"): return true
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."):
                continue
            default: return false
            }
        }
        return false
    }
}

/// `.` and `..` in paths, followed (RFC 3986 §5.2.4).
enum DotSegments {
    static func removed(from path: String) -> String {
        guard path.contains("/.") else { return path }
        var kept: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            switch part {
            case "..":
                if kept.count > 1 { kept.removeLast() }
                if isLast { kept.append("") }
            case ".":
                if isLast { kept.append("") }
            default:
                kept.append(part)
            }
        }
        return kept.joined(separator: "/")
    }
}
