import Foundation
import SystemPackage
import TestSupport
import Testing

/// The clients that a cluster's nodes and people's machines pull with, before the server's own registry: containerd's and
/// podman's.
@Suite(
    "Nodes pull from the built-in registry", .timeLimit(.minutes(5)),
    .enabled(
        if: Peer.has("containerd", "ctr", "podman", "/usr/bin/python3.11") && geteuid() == 0,
        "needs containerd, podman, Python 3.11 and root"))
struct NodePullTests {
    private let index: IndexFixture
    private let server: RunningServer
    private let recipes: Scratch
    private let host: String
    private let token: String

    init() async throws {
        index = try IndexFixture([WheelFixture("tool", "1.2", requires: ["part"]), WheelFixture("part")])
        recipes = try Scratch("recipes")
        try recipes.write(
            "tool.yaml", "name: tool\nversion: \"1.2\"\npython:\n  version: \"3.11\"\n  packages: [tool]\n")
        server = try await RunningServer("recipes: [\(recipes.path)]\n", ["--index-url", index.url])
        host = server.url.replacing("http://", with: "")
        token = try await server.output(["token", "create", "nodes", "--user", "nodes", "--role", "viewer"])
            .filter { !$0.isWhitespace }
    }

    /// Asks again while the image is being made, as a kubelet does.
    private func patiently(_ pull: () async throws -> Command.Outcome) async throws -> Command.Outcome {
        for _ in 0..<30 {
            let outcome = try await pull()
            if outcome.succeeded || !outcome.errorText.contains("503") { return outcome }
            try await Task.sleep(for: .seconds(1))
        }
        return try await pull()
    }

    private func digest(_ image: String) async throws -> String {
        let answer = try await Command(
            "curl",
            [
                "-sI", "-u", "nodes:\(token)", "-H", "Accept: application/vnd.oci.image.manifest.v1+json",
                "\(server.url)/v2/\(image.replacing(":", with: "/manifests/"))",
            ]
        ).run()
        let line = answer.split(separator: "\r\n").first { $0.lowercased().hasPrefix("docker-content-digest:") }
        return try #require(line?.split(separator: " ").last.map(String.init))
    }

    /// What the environment under a root says when it is imported.
    private func imported(from root: FilePath) async throws -> Command.Outcome {
        try await Command(
            "/usr/bin/python3.11", ["-B", "-c", "import tool, part; print(tool.__version__)"],
            environment: ["PYTHONPATH": "\(root)/opt/chidori/env/lib/python3.11/site-packages"]
        ).outcome()
    }

    @Test("containerd pulls an environment, unpacks and mounts it")
    func containerd() async throws {
        let scratch = try Scratch("containerd")
        let socket = scratch.file("s").string
        try scratch.write(
            "config.toml",
            """
            version = 2
            root = "\(scratch.file("root"))"
            state = "\(scratch.file("state"))"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
            address = "\(socket)"
            """)
        let daemon = try Command("containerd", ["--config", scratch.file("config.toml").string]).start()
        defer { daemon.signal(SIGKILL) }
        func ctr(_ words: String...) async throws -> Command.Outcome {
            try await Command("ctr", ["--address", socket] + words).outcome()
        }
        for _ in 0..<100 where try await !ctr("version").succeeded { try await Task.sleep(for: .milliseconds(50)) }

        let image = "\(host)/recipe/tool:1.2"
        let refused = try await ctr("images", "pull", "--plain-http", "--snapshotter", "native", image)
        #expect(!refused.succeeded && refused.errorText.contains("401"), "\(refused.errorText)")
        let pulled = try await patiently {
            try await ctr(
                "images", "pull", "--plain-http", "--snapshotter", "native", "--user", "nodes:\(token)", image)
        }
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let listed = try await ctr("images", "list")
        #expect(listed.text.contains(try await digest("recipe/tool:1.2")), "\(listed.text)")
        let folder = scratch.file("mounted").string
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let mounted = try await ctr("images", "mount", "--snapshotter", "native", image, folder)
        #expect(mounted.succeeded, "\(mounted.errorText)")
        let imported = try await imported(from: FilePath(folder))
        _ = try await Command("umount", [folder]).outcome()
        #expect(imported.text == "1.2\n", "\(imported.errorText)")
    }

    @Test("podman pulls an environment and mounts it")
    func podman() async throws {
        let scratch = try Scratch("podman")
        let login = Data("nodes:\(token)".utf8).base64EncodedString()
        let passwords = try scratch.write("auth.json", #"{"auths": {"\#(host)": {"auth": "\#(login)"}}}"#)
        let policy = try scratch.write("policy.json", #"{"default": [{"type": "insecureAcceptAnything"}]}"#)
        func podman(_ words: String...) async throws -> Command.Outcome {
            try await Command(
                "podman",
                [
                    "--root", scratch.file("root").string, "--runroot", scratch.file("run").string, "--storage-driver",
                    "vfs", "--cgroup-manager", "cgroupfs",
                ] + words
            ).outcome()
        }
        let image = "\(host)/recipe/tool:1.2"
        let pulled = try await patiently {
            try await podman(
                "pull", "--tls-verify=false", "--authfile", passwords.string, "--signature-policy", policy.string,
                image)
        }
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let seen = try await podman("image", "inspect", "--format", "{{.Digest}}", image)
        #expect(seen.text == "\(try await digest("recipe/tool:1.2"))\n", "\(seen.errorText)")
        let mounted = try await podman("image", "mount", image)
        #expect(mounted.succeeded, "\(mounted.errorText)")
        let imported = try await imported(from: FilePath(mounted.text.trimmingCharacters(in: .newlines)))
        _ = try await podman("image", "unmount", image)
        #expect(imported.text == "1.2\n", "\(imported.errorText)")
    }
}
