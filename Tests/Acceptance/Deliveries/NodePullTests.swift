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

    /// Imports the environment under a root.
    private func expectWhole(_ root: FilePath) async throws {
        let imported = try await Command(
            "/usr/bin/python3.11", ["-B", "-c", "import tool, part; print(tool.__version__)"],
            environment: ["PYTHONPATH": "\(root)/opt/chidori/env/lib/python3.11/site-packages"]
        ).outcome()
        #expect(imported.text == "1.2\n", "\(imported.errorText)")
    }

    @Test("containerd pulls an environment, unpacks and mounts it; one without a base runs where it is mounted")
    func containerd() async throws {
        let node = try await ContainerdNode()
        let login = Data("nodes:\(token)".utf8).base64EncodedString()
        // As the guide has it.
        try node.scratch.write(
            "certs.d/\(host.replacing(":", with: "_"))_/hosts.toml",
            """
            server = "\(server.url)"
            [host."\(server.url)"]
              capabilities = ["pull", "resolve"]
              [host."\(server.url)".header]
                authorization = "Basic \(login)"
            """)

        let image = "\(host)/recipe/tool:1.2"
        let refused = try await node.ctr("images", "pull", "--plain-http", "--snapshotter", "native", image)
        #expect(!refused.succeeded && refused.errorText.contains("401"), "\(refused.errorText)")
        let pulled = try await patiently {
            try await node.ctr(
                "images", "pull", "--plain-http", "--snapshotter", "native", "--user", "nodes:\(token)", image)
        }
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let listed = try await node.ctr("images", "list")
        #expect(listed.text.contains(try await digest("recipe/tool:1.2")), "\(listed.text)")
        let bare = "\(host)/image-volume/recipe/tool:1.2"
        let fetched = try await patiently {
            try await node.ctr(
                "images", "pull", "--hosts-dir", node.scratch.file("certs.d").string, "--snapshotter", "native", bare)
        }
        #expect(fetched.succeeded, "\(fetched.errorText)")
        try await node.mounting(image, expectWhole)
        try await node.mounting(bare) { folder in
            try await expectWhole(folder)
            let environment = "\(folder)/opt/chidori/env"
            let run = try await Command(
                "\(environment)/bin/python", ["-c", "import tool, sys; print(tool.__file__, sys.prefix)"],
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            #expect(
                run.text == "\(environment)/lib/python3.11/site-packages/tool/__init__.py \(environment)\n",
                "\(run.text)\(run.errorText)")
        }
    }

    @Test("podman pulls an environment and mounts it")
    func podman() async throws {
        let node = try PodmanNode()
        let login = Data("nodes:\(token)".utf8).base64EncodedString()
        let passwords = try node.scratch.write("auth.json", #"{"auths": {"\#(host)": {"auth": "\#(login)"}}}"#)
        let image = "\(host)/recipe/tool:1.2"
        let pulled = try await patiently {
            try await node.pull("--tls-verify=false", "--authfile", passwords.string, image)
        }
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let seen = try await node.podman("image", "inspect", "--format", "{{.Digest}}", image)
        #expect(seen.text == "\(try await digest("recipe/tool:1.2"))\n", "\(seen.errorText)")
        try await node.mounting(image, expectWhole)
    }

    @Test(
        "the pods in the guide are what Kubernetes' schemas ask for", .enabled(if: Peer.has("python3"), "needs python3")
    )
    func pods() async throws {
        let guide = Peer.repository.appending("docs/guide/environments.md").string
        let blocks = try String(contentsOfFile: guide, encoding: .utf8).components(separatedBy: "```yaml\n").dropFirst()
            .compactMap { $0.components(separatedBy: "```").first }
        let pods = blocks.filter { $0.contains("kind: Pod") }
        #expect(pods.count == 2)
        let scratch = try Scratch("pod")
        let files = try pods.enumerated().map { try scratch.write("\($0).yaml", $1).string }
        let environment = try await PythonPeers.environment(requirements: ["kubernetes-validate==1.37.0"])
        let program = environment.appending("bin/kubernetes-validate").string
        let outcome = try await Command(program, ["--strict", "-k", "1.37.0"] + files).outcome()
        #expect(outcome.succeeded, "\(outcome.text)\(outcome.errorText)")
    }
}
