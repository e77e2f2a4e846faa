/// Which mirror stands for which repository.
public struct MirrorRules: Sendable {
    private let mirrors: [MavenSettings.Mirror]

    public init(_ mirrors: [MavenSettings.Mirror]) {
        self.mirrors = mirrors
    }

    /// The mirror of a repository: the first that names its id alone, else the first whose pattern it matches; `nil` if it
    /// is asked itself.
    ///
    /// - Parameter url: the repository's, for what `external:*` means by elsewhere: not `localhost`, not a file.
    public func mirror(of id: String, url: String) -> MavenSettings.Mirror? {
        if let exact = mirrors.first(where: { $0.of == id }) { return exact }
        return mirrors.first { Self.matches($0.of, id: id, url: url) }
    }

    static func matches(_ pattern: String, id: String, url: String) -> Bool {
        if pattern == "*" || pattern == id { return true }
        var matches = false
        for part in pattern.split(separator: ",") {
            let part = String(trimmed(part))
            if part.hasPrefix("!") {
                if part.dropFirst() == id { return false }
            } else if part == id {
                return true
            } else if part == "external:*" {
                matches = matches || isExternal(url)
            } else if part == "external:http:*" {
                matches = matches || isExternal(url) && isPlain(url)
            } else if part == "*" {
                matches = true
            }
        }
        return matches
    }

    private static func isExternal(_ url: String) -> Bool {
        let (scheme, host) = parts(url)
        return scheme != "file" && host != "localhost" && host != "127.0.0.1"
    }

    private static func isPlain(_ url: String) -> Bool {
        ["http", "dav", "dav:http", "dav+http"].contains(parts(url).scheme)
    }

    private static func parts(_ url: String) -> (scheme: String, host: String) {
        guard let mark = url.firstRange(of: "://") else {
            return (String(url.prefix { $0 != ":" }).lowercased(), "")
        }
        var host = url[mark.upperBound...].prefix { $0 != "/" && $0 != "?" }
        if let at = host.lastIndex(of: "@") { host = host[host.index(after: at)...] }
        if !host.hasPrefix("[") { host = host.prefix { $0 != ":" } }
        return (url[..<mark.lowerBound].lowercased(), host.lowercased())
    }
}
