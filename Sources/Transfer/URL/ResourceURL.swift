public import SystemPackage

/// An absolute `http`, `https` or `file` URL (RFC 3986) that can be printed without giving a secret away.
///
/// User and password are kept apart from the rest: `text` never holds them, and `description` leaves out the query too,
/// since signed links carry their signature there.
public struct ResourceURL: Sendable {
    public enum Scheme: String, Sendable {
        case http, https, file
    }

    public let scheme: Scheme
    /// In lower case, IPv6 addresses with their brackets; empty for `file`.
    public let host: String
    /// `nil` where the scheme's own is meant.
    public let port: UInt16?
    /// As sent, percent-encoded; starts with a slash.
    public let path: String
    /// After the `?`, as sent.
    public let query: String?
    /// After the `#`: it is never sent. Indexes put a file's hash there.
    public let fragment: String?
    /// From the URL's user part.
    public let credentials: Credentials?

    /// Reads a URL. Blanks around it are dropped; blanks, control characters and non-ASCII inside are percent-encoded.
    ///
    /// - Throws: `TransferError.Code.invalidURL`.
    public init(_ text: String) throws(TransferError) {
        var parser = URLParser(text)
        self = try parser.parse()
    }

    init(
        scheme: Scheme, host: String, port: UInt16?, path: String, query: String?, fragment: String?,
        credentials: Credentials?
    ) {
        self.scheme = scheme
        self.host = host
        self.port = port
        self.path = path.isEmpty ? "/" : path
        self.query = query
        self.fragment = fragment
        self.credentials = credentials
    }

    /// The URL of a local file; a relative path is taken from the current folder. A folder's URL ends in a slash.
    public static func file(_ path: FilePath, isFolder: Bool = false) -> ResourceURL {
        let text = path.absolute.lexicallyNormalized().string
        let encoded = PercentEncoding.encoded(path: text)
        let ending = isFolder && !encoded.hasSuffix("/") ? "/" : ""
        return ResourceURL(
            scheme: .file, host: "", port: nil, path: encoded + ending, query: nil, fragment: nil, credentials: nil)
    }

    /// The whole URL without user, password and fragment.
    public var text: String { origin.description + path + (query.map { "?" + $0 } ?? "") }

    /// Scheme, host and port: what credentials belong to.
    public var origin: Origin { Origin(scheme: scheme, host: host, port: port) }

    /// The local file that a `file` URL means; `nil` for others.
    public var filePath: FilePath? {
        scheme == .file ? FilePath(PercentEncoding.decoded(path)) : nil
    }

    /// What follows the path's last slash, decoded: a file's name. Empty for a folder.
    public var lastComponent: String {
        PercentEncoding.decoded(path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.index(after: $0)...] } ?? "")
    }

    /// The URL with another user part.
    public func with(credentials: Credentials?) -> ResourceURL {
        ResourceURL(
            scheme: scheme, host: host, port: port, path: path, query: query, fragment: fragment,
            credentials: credentials)
    }

    /// The URL without query and fragment, with a slash at its end: an index's root.
    public var asFolder: ResourceURL {
        ResourceURL(
            scheme: scheme, host: host, port: port, path: path.hasSuffix("/") ? path : path + "/", query: nil,
            fragment: nil, credentials: credentials)
    }

    /// A URL one step below: `component` is one path component, encoded here.
    public func appending(_ component: String, isFolder: Bool = false) -> ResourceURL {
        let encoded = PercentEncoding.encoded(path: component)
        return ResourceURL(
            scheme: scheme, host: host, port: port, path: asFolder.path + encoded + (isFolder ? "/" : ""), query: nil,
            fragment: nil, credentials: credentials)
    }
}

/// Equal are URLs that ask for the same thing: users, passwords and fragments do not count.
extension ResourceURL: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        left.path == right.path && left.origin == right.origin && left.query == right.query
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(origin)
        hasher.combine(path)
        hasher.combine(query)
    }
}

/// Fit for logs and errors: no user, no password, no query, no fragment.
extension ResourceURL: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { origin.description + path + (query == nil ? "" : "?…") }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["url": description]) }
}

/// Scheme, host and port of a URL (RFC 6454). Credentials never leave the origin that they belong to.
public struct Origin: Hashable, Sendable, CustomStringConvertible {
    public let scheme: ResourceURL.Scheme
    /// In lower case.
    public let host: String
    /// The scheme's own if the URL named none; 0 for `file`.
    public let port: UInt16
    private static let ownPorts: [ResourceURL.Scheme: UInt16] = [.http: 80, .https: 443]

    init(scheme: ResourceURL.Scheme, host: String, port: UInt16?) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? Self.ownPorts[scheme] ?? 0
    }

    /// `https://host`, with the port where it is not the scheme's own.
    public var description: String {
        "\(scheme.rawValue)://\(host)\(port == Self.ownPorts[scheme] ?? 0 ? "" : ":\(port)")"
    }
}

extension FilePath {
    var absolute: FilePath {
        guard isRelative, let folder = workingFolder() else { return self }
        return FilePath(folder).pushing(self)
    }
}
