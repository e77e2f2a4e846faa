public import SystemPackage

/// A certificate of `localhost` and 127.0.0.1 that vouches for itself, with its key, made by `openssl`.
public struct SelfSigned: Sendable {
    private let scratch: Scratch
    public var certificate: FilePath { scratch.file("chain.pem") }
    public var key: FilePath { scratch.file("key.pem") }

    public init() async throws {
        scratch = try Scratch("certificate")
        try await Command(
            "openssl",
            [
                "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", certificate.string, "-keyout", key.string,
            ]
        ).run()
    }
}
