internal import JobAPI

/// Where a server listens: `127.0.0.1:7878`, `[::1]:7878`, `localhost:0`.
public struct ListenAddress: Hashable, Sendable {
    public var host: String
    /// 0 for one that is free.
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `HOST:PORT`, `[IPv6]:PORT`, or a port alone on the loopback address.
    public init?(_ text: String) {
        if let port = Int(text), (0...65_535).contains(port) {
            self.init(host: "127.0.0.1", port: port)
            return
        }
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65_535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether nobody but this machine can come there.
    public var isLoopback: Bool { JobAPI.isLoopback(host: host) }
}

extension ListenAddress: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
