/// Links resolved against a page's address (RFC 3986 §5).
final class URLReference: Sendable {
    /// `https://user:secret@host/path/` up to the path: scheme and authority as written.
    private let origin: String
    private let scheme: String
    /// From the first slash after the authority, without query and fragment.
    private let path: String
    private let query: String?

    /// Takes an absolute URL apart.
    init(base: String) {
        var rest = base[...]
        if let fragment = rest.firstIndex(of: "#") { rest = rest[..<fragment] }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        } else {
            query = nil
        }
        let schemeLength = withBytes(of: String(rest)) { URLReference.schemeLength($0) } ?? 0
        scheme = String(rest.prefix(schemeLength))
        let afterScheme = rest.dropFirst(schemeLength == 0 ? 0 : schemeLength + 1)
        if afterScheme.hasPrefix("//") {
            let pathStart = afterScheme.dropFirst(2).firstIndex(of: "/") ?? afterScheme.endIndex
            origin = String(rest[..<pathStart])
            path = String(afterScheme[pathStart...])
        } else {
            origin = schemeLength == 0 ? "" : scheme + ":"
            path = String(afterScheme)
        }
    }

    /// The absolute URL that a link means, as the link was written if it is absolute itself. No fragment is expected.
    func resolve(_ link: String) -> String {
        if link.isEmpty { return origin + path + (query.map { "?" + $0 } ?? "") }
        if withBytes(of: link, { URLReference.schemeLength($0) }) != nil { return link }
        if link.hasPrefix("//") { return (scheme.isEmpty ? "" : scheme + ":") + link }
        if link.hasPrefix("?") { return origin + path + link }
        let mark = link.firstIndex(of: "?") ?? link.endIndex
        let (linkPath, linkQuery) = (link[..<mark], link[mark...])
        if linkPath.hasPrefix("/") { return origin + URLReference.withoutDots(String(linkPath)) + linkQuery }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? (origin.hasSuffix(":") ? "" : "/")
        return origin + URLReference.withoutDots(folder + linkPath) + linkQuery
    }

    /// The length of the scheme that the bytes start with; `nil` if they start with none.
    static func schemeLength(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let first = bytes.first, (first | 0x20) &- 0x61 < 26 else { return nil }
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == UInt8(ascii: ":") { return index }
            guard isAlphanumeric(byte) || byte == 0x2B || byte == 0x2D || byte == 0x2E else { return nil }
        }
        return nil
    }

    /// The path with its `.` and `..` followed (RFC 3986 §5.2.4).
    private static func withoutDots(_ path: String) -> String {
        guard path.contains("/.") || path.hasPrefix(".") else { return path }
        var kept: [Substring] = []
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            if part == ".." {
                if kept.count > 1 { kept.removeLast() }
                if isLast { kept.append("") }
            } else if part == "." {
                if isLast { kept.append("") }
            } else {
                kept.append(part)
            }
        }
        return kept.joined(separator: "/")
    }

    /// The URL without user and password, for messages.
    static func withoutSecrets(_ url: String) -> String {
        guard let scheme = withBytes(of: url, { schemeLength($0) }) else { return url }
        let rest = url.dropFirst(scheme + 1)
        guard rest.hasPrefix("//") else { return url }
        let authority = rest.dropFirst(2).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let at = authority.lastIndex(of: "@") else { return url }
        return "\(url.prefix(scheme + 3))\(url[url.index(after: at)...])"
    }
}
