/// Takes an absolute URL apart (RFC 3986 §3), strictly where a secret or a host could be read in two ways.
struct URLParser {
    private let given: String

    init(_ text: String) {
        given = text
    }

    mutating func parse() throws(TransferError) -> ResourceURL {
        let text = PercentEncoding.cleaned(given)
        var rest = Substring(text)
        guard let colon = rest.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            throw invalid("is no URL: it has no scheme", "write it in full, as https://host/path")
        }
        let scheme = rest[..<colon].lowercased()
        guard let scheme = ResourceURL.Scheme(rawValue: scheme) else {
            // Without slashes the word may be a user's name: "ana:secret@host".
            let isScheme = given.contains("://")
            throw invalid(
                isScheme ? "has the scheme '\(printable(scheme))'" : "is no URL that can be fetched",
                "use http, https or file, as https://host/path")
        }
        rest = rest[rest.utf8.index(after: colon)...]

        let fragment = cut(&rest, from: "#")
        let query = cut(&rest, from: "?")
        var authority: Substring = ""
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            authority = rest[..<slash]
            rest = rest[slash...]
        } else if scheme != .file || !rest.hasPrefix("/") {
            if scheme == .file {
                throw invalid(
                    "names a path that does not begin with a slash",
                    "write the path alone, as ./\(rest), or in full, as file:///path")
            }
            throw invalid("has no host", "write two slashes and a host after '\(scheme.rawValue):'")
        }
        guard !authority.utf8.contains(UInt8(ascii: "\\")) else {
            throw invalid("has a backslash before its path", "write it as \(scheme.rawValue)://host/path")
        }
        if scheme == .file { return try localFile(authority, rest, fragment) }

        var credentials: Credentials?
        if let at = authority.utf8.lastIndex(of: UInt8(ascii: "@")) {
            credentials = Credentials(userPart: authority[..<at])
            authority = authority[authority.utf8.index(after: at)...]
        }
        let (host, port) = try hostAndPort(authority)
        return ResourceURL(
            scheme: scheme, host: host, port: port, path: DotSegments.removed(from: String(rest)), query: query,
            fragment: fragment, credentials: credentials)
    }

    private func localFile(
        _ authority: Substring, _ path: Substring, _ fragment: String?
    ) throws(TransferError) -> ResourceURL {
        guard authority.isEmpty || authority.lowercased() == "localhost" else {
            throw invalid("names a file on another machine", "mount it, and write file:///path")
        }
        guard !PercentEncoding.decoded(path).utf8.contains(0) else { throw invalid("has a NUL in its path", nil) }
        return ResourceURL(
            scheme: .file, host: "", port: nil, path: DotSegments.removed(from: String(path)), query: nil,
            fragment: fragment, credentials: nil)
    }

    private func hostAndPort(_ authority: Substring) throws(TransferError) -> (String, UInt16?) {
        var host = authority
        var port: UInt16?
        let afterAddress = authority.utf8.lastIndex(of: UInt8(ascii: "]")) ?? authority.startIndex
        if let colon = authority[afterAddress...].utf8.lastIndex(of: UInt8(ascii: ":")) {
            let digits = authority[authority.utf8.index(after: colon)...]
            host = authority[..<colon]
            if !digits.isEmpty {
                guard let number = UInt16(digits), digits.utf8.first != UInt8(ascii: "+"), number > 0 else {
                    throw invalid("has a port that is no number from 1 to 65535", nil)
                }
                port = number
            }
        }
        let isAddress = host.hasPrefix("[") && host.hasSuffix("]")
        let good = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): isAddress
            default: false
            }
        }
        guard !host.isEmpty, good else {
            throw invalid(
                host.isEmpty ? "has no host" : "has a host that cannot be one",
                "write internationalised names in their xn-- form")
        }
        return (host.lowercased(), port)
    }

    private func cut(_ rest: inout Substring, from mark: Unicode.Scalar) -> String? {
        guard let index = rest.utf8.firstIndex(of: UInt8(ascii: mark)) else { return nil }
        defer { rest = rest[..<index] }
        return String(rest[rest.utf8.index(after: index)...])
    }

    private func invalid(_ message: String, _ advice: String?) -> TransferError {
        TransferError(.invalidURL, Self.withoutSecrets(given), message, advice: advice)
    }

    /// What can be shown of a text that could not be read as a URL: nothing up to its last `@`, no query.
    static func withoutSecrets(_ text: String) -> String {
        var shown = text.prefix { $0 != "?" && $0 != "#" }
        if let at = shown.lastIndex(of: "@") { shown = "…" + shown[at...] }
        return printable(shown.count > 200 ? shown.prefix(200) + "…" : shown)
    }
}

/// The text with its control characters replaced, for messages.
func printable(_ text: some StringProtocol) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "�" : $0 }))
}
