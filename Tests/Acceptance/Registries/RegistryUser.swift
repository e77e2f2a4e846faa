import Foundation
import SystemPackage
import TestSupport
import Testing

/// A person with a registry of Debian's, and what skopeo says of it.
struct RegistryUser {
    let user: FreshUser
    let registry: DebianRegistry
    let layout: LayoutFixture

    static let possible = Peer.has("docker-registry", "skopeo", "openssl", "python3")
    static let needs: Comment = "needs docker-registry, skopeo, openssl and python3"

    init(
        password: String? = nil, tls: Bool = false, tokens: TokenService? = nil, wheels: [WheelFixture] = []
    ) async throws {
        user = try FreshUser(wheels)
        registry = try await DebianRegistry(password: password, tls: tls, tokens: tokens)
        layout = LayoutFixture(user.scratch.file("images"))
        if let certificate = registry.certificate {
            try user.scratch.write(
                "certificates/ca.crt", Data(contentsOf: URL(filePath: certificate.certificate.string)))
        }
    }

    /// What the program needs to know of the registry.
    var environment: [String: String?] {
        [
            "CHIDORI_PLAIN_HTTP": registry.certificate == nil ? registry.host : nil,
            "SSL_CERT_FILE": registry.certificate?.certificate.string, "CONTAINERS_REGISTRIES_CONF": "/dev/null",
            "REGISTRY_AUTH_FILE": nil, "XDG_RUNTIME_DIR": nil, "DOCKER_CONFIG": nil,
        ]
    }

    func chidori(_ arguments: String..., environment more: [String: String?] = [:]) async throws -> Command.Outcome {
        try await command(arguments, more).outcome()
    }

    func command(_ arguments: [String], _ more: [String: String?] = [:]) -> Command {
        user.command(arguments, environment: environment.merging(more) { $1 })
    }

    /// The result of a command that must succeed.
    func result(_ arguments: String...) async throws -> [String: Any] {
        let outcome = try await command(arguments + ["--json", "--quiet"]).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)\(outcome.text)")
        let line = try #require(outcome.text.split(separator: "\n").last)
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    /// A place at the registry: `docker://127.0.0.1:PORT/NAME`.
    func place(_ name: String) -> String { "docker://\(registry.host)/\(name)" }

    /// Runs skopeo with what it must know of the registry.
    ///
    /// - Parameter arguments: after the verb; the source and the destination, or the one place, come last.
    func skopeo(_ verb: String, _ arguments: [String]) async throws -> String {
        let sides = verb == "copy" ? zip(["src-", "dest-"], arguments.suffix(2)) : zip([""], arguments.suffix(1))
        var words = ["--insecure-policy", verb]
        for (side, place) in sides where place.hasPrefix("docker://") {
            if registry.certificate == nil {
                words.append("--\(side)tls-verify=false")
            } else {
                words.append("--\(side)cert-dir=\(certificates)")
            }
            if let credentials = registry.user { words.append("--\(side)creds=\(credentials)") }
        }
        return try await Command("skopeo", words + arguments).run()
    }

    /// The folder from which skopeo takes whom to trust.
    var certificates: FilePath { user.scratch.file("certificates") }

    /// The digest that skopeo finds at a place of the registry.
    func digest(_ name: String) async throws -> String {
        try await skopeo("inspect", ["--format", "{{.Digest}}", place(name)])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
