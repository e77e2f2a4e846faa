import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A configuration of a server")
struct ServeConfigurationTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    private func write(_ text: String) throws -> String { try user.scratch.write("serve.yaml", text).string }

    private func address(_ arguments: String..., environment: [String: String?] = [:]) async throws -> String? {
        let outcome = try await user.command(["serve"] + arguments + ["--check", "--json"], environment: environment)
            .outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        let document = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
        return document?["listen"] as? String
    }

    @Test("all mistakes are told at once, each with its place and what to write")
    func mistakes() async throws {
        let file = try write(
            """
            listen: 127.0.0.1:7000
            limits:
              conections: 5
              idle: soon
            drivers: {cores: -1}
            backup: {every: 6h}
            builds:
              deliveries:
                registries: ["registry.example/team/{tenant}", "registry.example/{tenant}-x", "{tenant}/x", "r.example/{user}"]
            """)
        try await user.refuse(
            ["serve", "--config", file, "--check"], status: 3,
            naming: [
                "7 mistakes", "serve.yaml:3:3: limits: `conections` is no key here (try: `connections`)",
                "serve.yaml:4:9: limits.idle: `soon` is not a duration", "drivers.cores", "`folder` is missing",
                "builds.deliveries.registries[1]", "builds.deliveries.registries[2]",
                "builds.deliveries.registries[3]",
            ])
        try await user.refuse(
            ["serve", "--config", try write("listen: 0.0.0.0:7000"), "--check"], status: 3,
            naming: ["nothing would be encrypted", "--tls-certificate"])
        try await user.refuse(
            ["serve", "--config", try write("recipes: [/no/such/folder]"), "--check"], status: 3,
            naming: ["recipes[0]", "/no/such/folder"])
    }

    @Test("variables stand over the file, and options over both; one that stands for no key is told")
    func variables() async throws {
        let file = try write("listen: 127.0.0.1:7000\nlimits: {connections: 9}")
        let variable = ["CHIDORI_SERVE_LISTEN": "127.0.0.1:7001"]
        #expect(try await address("--config", file) == "127.0.0.1:7000")
        #expect(try await address("--config", file, environment: variable) == "127.0.0.1:7001")
        #expect(
            try await address("--config", file, "--listen", "127.0.0.1:7002", environment: variable) == "127.0.0.1:7002"
        )
        #expect(try await address(environment: ["CHIDORI_SERVE_CONFIG": file]) == "127.0.0.1:7000")
        for (name, value, words) in [
            ("CHIDORI_SERVE_LIMITS_IDEL", "5s", ["CHIDORI_SERVE_LIMITS_IDEL", "`CHIDORI_SERVE_LIMITS_IDLE`"]),
            ("CHIDORI_SERVE_LIMITS_IDLE", "soon", ["limits.idle", "`soon` is not a duration"]),
            ("CHIDORI_SERVE_DRIVERS_VOLUMES", "{lake: /no/such/folder}", ["drivers.volumes.lake", "/no/such/folder"]),
        ] {
            try await user.refuse(
                ["serve", "--config", file, "--check"], status: 3, naming: words, environment: [name: value])
        }
    }

    @Test("the schema knows every key that the reference shows")
    func schema() async throws {
        let text = try await user.command(["serve", "--schema"]).run()
        let schema = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        let reference = try String(
            contentsOfFile: Peer.repository.appending("docs/reference/server.md").string, encoding: .utf8)
        let example = try #require(reference.firstMatch(of: #/(?s)```yaml\n(.*?)```/#)).1
        let keys = example.split(separator: "\n").compactMap {
            $0.firstMatch(of: #/^([a-zA-Z]+):/#).map { String($0.1) }
        }
        let properties = try #require(schema["properties"] as? [String: Any])
        #expect(keys.count > 5 && keys.allSatisfy { properties[$0] != nil }, "\(keys) \(properties.keys)")
    }
}
