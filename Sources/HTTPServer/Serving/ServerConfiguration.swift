internal import Diagnostics
internal import HummingbirdTLS
internal import NIOSSL
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

    /// Looks whether this can be served.
    ///
    /// - Throws: ``HTTPServerError`` for an address that others could reach without TLS, and a certificate of no use.
    public func check() throws(HTTPServerError) {
        guard address.isLoopback || tls != nil else {
            throw HTTPServerError(
                .unsafeAddress, address.description, "can be reached from elsewhere, and nothing would be encrypted",
                advice: "give --tls-certificate and --tls-key, or listen on 127.0.0.1")
        }
        _ = try tls?.configuration()
    }
}

/// A certificate with its chain, and its key, both in PEM.
public struct TLSFiles: Hashable, Sendable {
    public var certificate: FilePath
    public var key: FilePath

    public init(certificate: FilePath, key: FilePath) {
        self.certificate = certificate
        self.key = key
    }

    /// - Throws: ``HTTPServerError`` where the files cannot be read, or do not belong together.
    func configuration() throws(HTTPServerError) -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(certificate.string)
            let key = try NIOSSLPrivateKey(file: key.string, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            _ = try NIOSSLContext(configuration: configuration)
            return configuration
        } catch {
            throw HTTPServerError(
                .badCertificate, certificate.string, "cannot be used with the key \(key): \(error)",
                advice: "give a certificate chain and its key, both in PEM", cause: error)
        }
    }
}
