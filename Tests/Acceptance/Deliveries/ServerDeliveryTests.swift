import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a server builds is pushed to Debian's registry, published on a folder, and fetched as a file.
@Suite(
    "Deliveries of a server", .timeLimit(.minutes(5)),
    .enabled(
        if: RegistryUser.possible && Peer.has("/usr/bin/python3.11"),
        "needs docker-registry, skopeo, openssl, python3 and Python 3.11"))
struct ServerDeliveryTests {
    private let site: BuildServer
    private let registry: DebianRegistry
    private let volume: FilePath
    private let auth: FilePath

    init() async throws {
        registry = try await DebianRegistry(password: "s3cret")
        let folder = try Scratch("deliveries")
        volume = folder.file("volume")
        try FileManager.default.createDirectory(atPath: volume.string, withIntermediateDirectories: true)
        auth = folder.file("registries.json")
        try Self.write("ana:s3cret", for: registry, to: auth)
        // A wheel as people publish them, with hundreds of files.
        let wheels = try await PeersWheels.fetched("setuptools", ["setuptools==80.9.0"])
        site = try await BuildServer(
            [WheelFixture("tool", "1.2", requires: ["part"]), WheelFixture("part")],
            """
            builds:
              deliveries:
                registries: ["\(registry.host)/team", "\(registry.host)/tenants/{tenant}"]
                credentials: \(auth)
                plainHTTP: ["\(registry.host)"]
                volumes: {shared: \(volume), acme/lab: \(volume)}
            """, environment: ["CONTAINERS_REGISTRIES_CONF": "/dev/null", "REGISTRY_AUTH_FILE": nil], folder: folder)
        try site.offer("features", "tool, setuptools", more: "  find-links: [\(wheels.folder)]\n")
    }

    private static func write(_ login: String, for registry: DebianRegistry, to file: FilePath) throws {
        let word = Data(login.utf8).base64EncodedString()
        try #"{"auths": {"\#(registry.host)": {"auth": "\#(word)"}}}"#
            .write(toFile: file.string, atomically: true, encoding: .utf8)
    }

    private func place(_ name: String) -> String { "docker://\(registry.host)/\(name)" }

    @Test("to a registry with a password and onto a volume, from where it runs; asked for again, it is there")
    func delivered() async throws {
        let ann = try await site.token("ann", tenant: "acme")
        let built = try await site.build(
            "features", "--image", place("team/features:1"), "--volume", "shared", token: ann)
        let deliveries = try #require(built.build.deliveries)
        #expect(deliveries.map(\.state) == ["delivered", "delivered"], "\(deliveries)")
        let digest = try await Command(
            "skopeo",
            [
                "inspect", "--tls-verify=false", "--creds", "ana:s3cret", "--format", "{{.Digest}}",
                place("team/features:1"),
            ]
        ).run()
        #expect(deliveries[0].digest.map { $0 + "\n" } == digest)
        let path = try #require(deliveries[1].path)
        let said = try await Command(
            volume.appending(path).appending("bin/python").string,
            ["-c", "import tool, setuptools; print(tool.__version__, setuptools.__version__)"]
        ).run()
        #expect(said == "1.2 80.9.0\n")
        let listed = try await site.chidori("volume", "list", volume.string, "--json")
        #expect(listed.text.contains("features"), "\(listed.text)\(listed.errorText)")
        let shown = try await site.chidori("build", "show", built.build.id, token: ann)
        #expect(shown.text.contains(digest.dropLast()) && shown.text.contains(path), "\(shown.text)")
        #expect(!shown.text.contains(volume.string))
        let logs = try await site.chidori("build", "logs", built.build.id, token: ann)
        #expect(logs.text.contains("delivered: \(place("team/features:1")): sha256:"), "\(logs.text)")
        let again = try await site.build(
            "features", "--image", place("team/features:1"), "--volume", "shared", token: ann)
        #expect(again.build.id == built.build.id && again.build.deliveries?[0].digest == deliveries[0].digest)

        // A sent recipe has no name there, and is held for whom its sender says.
        let recipe = try site.file("features", "part")
        let nameless = try await site.chidori(
            "env", "build", recipe, "--server", site.server.url, "--volume", "shared", token: ann)
        #expect(nameless.status == 3 && nameless.errorText.contains("lease="), "\(nameless.errorText)")
        let sent = try await site.build(
            recipe, "--volume", "shared", "--lease", "nightly", "--for", "2h", "--image", place("team/sent"), token: ann
        )
        #expect(sent.build.deliveries?.allSatisfy { $0.state == "delivered" } == true, "\(sent.build)")
        let held = try await site.chidori("volume", "list", volume.string, "--json")
        #expect(held.text.contains("nightly@acme"), "\(held.text)")
    }

    @Test("what is one tenant's at a registry no other can push to, nor to names that only look like it")
    func tenants() async throws {
        let ann = try await site.token("ann", tenant: "acme")
        let bob = try await site.token("bob", tenant: "other")
        let built = try await site.build("features", "--image", place("tenants/acme/x:1"), token: ann)
        let digest = try #require(built.build.deliveries?[0].digest)
        #expect(built.build.deliveries?.map(\.state) == ["delivered"])
        for name in ["tenants/acme/x:1", "tenants/acme:1", "tenants/other-x/y:1", "tenants/{tenant}/x:1"] {
            let outcome = try await site.command(
                ["env", "build", "features", "--server", site.server.url, "--image", place(name)], token: bob
            ).outcome()
            #expect(outcome.status == 3, "\(name): \(outcome.errorText)")
        }
        let refused = try await site.command(
            ["env", "build", "features", "--server", site.server.url, "--image", place("tenants/acme/x:1")], token: bob
        ).outcome()
        #expect(refused.errorText.contains("/tenants/other"), "\(refused.errorText)")
        let there = try await Command(
            "skopeo",
            [
                "inspect", "--tls-verify=false", "--creds", "ana:s3cret", "--format", "{{.Digest}}",
                place("tenants/acme/x:1"),
            ]
        ).run()
        #expect(there == digest + "\n")
    }

    @Test("nowhere but where the allow list says, which the refusal names")
    func refused() async throws {
        let ann = try await site.token("ann")
        for words in [
            ["--image", place("other/features:1")], ["--image", place("teams/x:1")],
            ["--image", "docker://registry.example/team/features:1"], ["--volume", "mine"],
        ] {
            let outcome = try await site.command(
                ["env", "build", "features", "--server", site.server.url] + words, token: ann
            ).outcome()
            #expect(outcome.status == 3 && outcome.errorText.contains("allow list has"), "\(outcome.errorText)")
            #expect(outcome.errorText.contains("builds.deliveries."), "\(outcome.errorText)")
        }
        let layout = try await site.chidori(
            "env", "build", "features", "--server", site.server.url, "--image", "oci:here:x", token: ann)
        #expect(layout.status == 2, "\(layout.errorText)")
        #expect(try await site.builds().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: volume.string).isEmpty)
    }

    @Test("one that fails leaves the environment ready and says why; the same command makes up for it")
    func failed() async throws {
        try Self.write("ana:wrong", for: registry, to: auth)
        let words = ["env", "build", "features", "--server", site.server.url, "--image", place("team/features:1")]
        let first = try await site.command(words).outcome()
        let local = try await site.command(
            ["env", "build", site.folder.file("recipes/features.yaml").string, "--image", place("team/features:1")],
            environment: [
                "REGISTRY_AUTH_FILE": auth.string, "CHIDORI_PLAIN_HTTP": registry.host, "PIP_INDEX_URL": site.index.url,
                "CONTAINERS_REGISTRIES_CONF": "/dev/null",
            ]
        ).outcome()
        #expect(first.status == local.status && first.status != 0, "\(first.errorText)\(local.errorText)")
        #expect(
            first.errorText.contains("was not delivered") && !first.errorText.contains("wrong"), "\(first.errorText)")
        let build = try #require(try await site.builds().first)
        #expect(build.state == "ready" && build.environment != nil)
        #expect(build.deliveries?[0].state == "failed" && build.deliveries?[0].message != nil, "\(build)")
        let shown = try await site.chidori("build", "show", build.id)
        #expect(shown.text.contains(build.deliveries?[0].message?.prefix(20) ?? "-"), "\(shown.text)")
        try Self.write("ana:s3cret", for: registry, to: auth)
        let second = try await site.command(words).outcome()
        #expect(second.status == 0, "\(second.errorText)")
        #expect(try await site.show(build.id).deliveries?[0].state == "delivered")
    }

    @Test("an archive is fetched whole, is the one that is made here, and is gone on with where a fetch was broken off")
    func archives() async throws {
        let ann = try await site.token("ann", tenant: "acme")
        let files = ["features.tar.gz", "features.zip"].map { site.folder.file("out/\($0)") }
        let built = try await site.build(
            "features", "--archive", files[0].string, "--archive", files[1].string, token: ann)
        let lock = site.folder.file("recipes/features.lock.toml")
        for (file, delivery) in zip(files, try #require(built.build.deliveries)) {
            let bytes = Array(try Data(contentsOf: URL(filePath: file.string)))
            #expect(SHA256Digest(of: bytes).prefixed == delivery.digest)
            let own = site.folder.file("local/\(file.lastComponent?.string ?? "")")
            let local = try await site.chidori(
                "env", "build", lock.string, "--archive", own.string, "--index-url", site.index.url)
            #expect(local.status == 0, "\(local.errorText)")
            #expect(Array(try Data(contentsOf: URL(filePath: own.string))) == bytes, "\(file)")

            // What an earlier run has left is gone on with; what is something else is fetched anew.
            let name = ".\(file.lastComponent?.string ?? "").\((delivery.digest ?? "").suffix(12)).part"
            let part = site.folder.file("out/\(name)")
            for left in [Array(bytes.prefix(bytes.count / 2)), Array(repeating: 7, count: 5000)] {
                try FileManager.default.removeItem(atPath: file.string)
                try Data(left).write(to: URL(filePath: part.string))
                let again = try await site.command(
                    ["env", "build", "features", "--server", site.server.url, "--archive", file.string], token: ann
                ).outcome()
                #expect(again.status == 0, "\(again.errorText)")
                #expect(Array(try Data(contentsOf: URL(filePath: file.string))) == bytes)
                #expect(!FileManager.default.fileExists(atPath: part.string))
            }
        }
        let unpacked = site.folder.file("unpacked")
        try FileManager.default.createDirectory(atPath: unpacked.string, withIntermediateDirectories: true)
        try await Command("tar", ["-xzf", files[0].string, "-C", unpacked.string]).run()
        let said = try await Command(
            unpacked.appending("bin/python").string, ["-c", "import tool, setuptools; print('runs')"]
        ).run()
        #expect(said == "runs\n")
        let named = try await site.chidori(
            "env", "build", "features", "--server", site.server.url, "--archive", "x.tar", token: ann)
        #expect(named.status == 3 && named.errorText.contains("FILE.tar.gz or FILE.zip"), "\(named.errorText)")
    }
}
