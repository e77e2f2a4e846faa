public import SystemPackage

/// How a server serves.
public struct HTTPServerConfiguration: Hashable, Sendable {
    public var address = ListenAddress(host: "127.0.0.1", port: 7878)
    public var tls: TLSFiles?
    /// Names that the server is called by, beside its own address: the `Host` of a request is one of them. Empty where
    /// anything wider than loopback is listened on: any.
    public var hosts: [String] = []
    public var limits = ServerLimits()
    /// For OpenAPI.
    public var version = ""

    public init() {}
}

/// A certificate with its chain, and its key, both in PEM.
public struct TLSFiles: Hashable, Sendable {
    public var certificate: FilePath
    public var key: FilePath

    public init(certificate: FilePath, key: FilePath) {
        self.certificate = certificate
        self.key = key
    }
}
