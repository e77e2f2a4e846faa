import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "What images stand on, as other tools make and read it", .serialized,
    .enabled(if: PeersEnvironment.possible, PeersEnvironment.needs))
struct BaseTests {
    /// An image that umoci puts together of the shipped base's files: an image of somebody else's.
    static func foreign(in scratch: Scratch) async throws -> FilePath {
        let kept = Peer.cache.appending("bases")
        let lock = Peer.repository.appending("base-images/debian12-python3.11.lock.toml")
        let text = try await Command(
            Peer.chidori, ["base", "build", lock.string, "--data", kept.string, "--json", "--quiet"]
        ).run()
        let line = try #require(text.split(separator: "\n").last)
        let result = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(result["name"] as? String == "debian12-python3.11")
        #expect(result["architecture"] as? String == "amd64")
        let digest = try #require((result["digest"] as? String)?.dropFirst("sha256:".count))
        func blob(_ hex: some StringProtocol) -> String {
            kept.appending("blobs/sha256/\(hex.prefix(2))/\(hex)").string
        }
        let manifest = try #require(
            try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: blob(digest)))) as? [String: Any])
        let layers = try #require(manifest["layers"] as? [[String: Any]])
        let layout = scratch.file("foreign")
        try await Command("umoci", ["init", "--layout", layout.string]).run()
        try await Command("umoci", ["new", "--image", "\(layout):python"]).run()
        for layer in layers {
            let hex = try #require((layer["digest"] as? String)?.dropFirst("sha256:".count))
            let tar = scratch.file("layer.tar").string
            try await Command("sh", ["-c", "gzip -dc \"$1\" > \"$2\"", "sh", blob(hex), tar]).run()
            try await Command("umoci", ["raw", "add-layer", "--image", "\(layout):python", tar]).run()
        }
        try await Command(
            "umoci",
            [
                "config", "--image", "\(layout):python", "--config.env", "PATH=/usr/bin:/bin", "--config.env",
                "MADE_BY=umoci", "--config.user", "65534",
            ]
        ).run()
        return layout
    }

    @Test("an environment runs on an image that another tool made, with that image's variables and user")
    func foreign() async throws {
        let scratch = try Scratch("base")
        let layout = try await Self.foreign(in: scratch)
        let wheels = try await PeersWheels.made(in: scratch.file("index"))
        let recipe = """
            name: demo
            python: {version: "3.11", packages: [alpha-beta]}
            platform: linux-x86_64-glibc2.36
            base: oci:foreign:python
            """
        try scratch.write("demo.yaml", recipe)
        func build(_ more: String...) async throws -> Command.Outcome {
            try await Command(
                Peer.chidori,
                [
                    "env", "build", scratch.file("demo.yaml").string, "--image", "oci:\(scratch.file("images")):demo",
                    "--data", scratch.file("data").string, "--index-url", wheels.index,
                ] + more
            ).outcome()
        }
        // Nothing of somebody else's image runs here unasked.
        let untrusted = try await build()
        #expect(untrusted.succeeded && untrusted.errorText.contains("--trust-base"), "\(untrusted.errorText)")
        let built = try await build("--trust-base")
        #expect(built.succeeded && !built.errorText.contains("warning"), "\(built.errorText)")
        let container = try await ContainerPeer(
            layout: scratch.file("images"), tag: "demo", bundle: scratch.file("bundle"))
        let script = """
            import alpha_beta, json, os, sys
            print(alpha_beta.answer(), os.getuid(), os.environ["MADE_BY"], os.environ["PATH"])
            print(os.path.exists(alpha_beta.__cached__), sys.version_info[:2])
            """
        let outcome = try await container.run(["python", "-c", script], readOnly: true)
        #expect(
            outcome.text == """
                42 65534 umoci /opt/chidori/env/bin:/usr/bin:/bin
                True (3, 11)

                """, "\(outcome.errorText)")

        // Named on the command line, a path starts from the current folder, and the same base gives the same bytes.
        let again = try await build("--trust-base", "--base", "oci:\(layout):python", "--json")
        #expect(again.succeeded && again.text.contains("\"made\":0"), "\(again.text)\(again.errorText)")

        let onItself = try await build("--base", "oci:\(scratch.file("images")):demo")
        #expect(onItself.status == 3)
        #expect(onItself.errorText.contains("/opt/chidori/env already"), "\(onItself.errorText)")

        let changed = recipe.replacing("3.11", with: "3.12").replacing("alpha-beta", with: "delta")
        try scratch.write("demo.yaml", changed)
        let other = try await build()
        #expect(other.status == 8 && other.errorText.contains("has no Python 3.12"), "\(other.errorText)")
    }

    @Test("mistakes in naming a base are told with what there is")
    func mistakes() async throws {
        let scratch = try Scratch("base")
        for (base, status, words) in [
            ("debian12-python3.12", 3, "debian12-python3.11"), ("oci:nowhere:tag", 3, "index.json"),
            ("registry.example.com/python:3.11", 3, "write docker://registry.example.com/python:3.11"),
        ] {
            let outcome = try await Command(
                Peer.chidori, ["base", "build", base, "--data", scratch.file("data").string], in: Peer.repository
            ).outcome()
            #expect(outcome.status == status && outcome.errorText.contains(words), "\(outcome.errorText)")
        }
    }
}
