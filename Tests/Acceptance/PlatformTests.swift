import Foundation
import SystemPackage
import TestSupport
import Testing

/// Everything here is made on this machine for machines that it is not.
@Suite("The target is never the host", .serialized, .enabled(if: Peer.has("skopeo"), "needs skopeo"))
struct PlatformTests {
    let scratch: Scratch
    let index: IndexFixture

    init() throws {
        scratch = try Scratch("platforms")
        index = try IndexFixture([WheelFixture("pure"), WheelFixture("only-arm"), WheelFixture("only-new", "3")])
        for tag in [
            "cp311-cp311-manylinux_2_17_x86_64", "cp311-cp311-manylinux_2_17_aarch64",
            "cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-manylinux_2_17_aarch64",
            "cp312-cp312-musllinux_1_2_aarch64",
        ] {
            index.add(
                WheelFixture(
                    "native", requires: ["pure", "only-arm; platform_machine == 'aarch64'"], tag: tag,
                    files: [("native/__init__.py", []), ("native/code.so", Array("code for \(tag)".utf8))]
                ).with(\.purelib, false))
        }
        // Nothing newer is for aarch64: that platform stays behind, and says so.
        index.add(
            WheelFixture(
                "native", "1.1", requires: ["pure", "only-new"], tag: "cp311-cp311-manylinux_2_17_x86_64",
                files: [("native/__init__.py", [])]))
    }

    private func chidori(_ arguments: [String]) async throws -> Command.Outcome {
        try await Command(
            Peer.chidori,
            arguments + ["--data", scratch.file("data").string, "--index-url", index.url]
        ).outcome()
    }

    private func recipe(_ platforms: [String], python: String = "3.11", packages: String = "native==1.0") throws
        -> String
    {
        try scratch.write(
            "demo.yaml",
            """
            name: demo
            python: {version: "\(python)", packages: ["\(packages)"]}
            platforms: [\(platforms.joined(separator: ", "))]
            bytecode: false
            """
        ).string
    }

    private func config(_ architecture: String) async throws -> [String: Any] {
        let text = try await Command(
            "skopeo",
            ["--override-arch", architecture, "inspect", "--config", "oci:\(scratch.file("images")):demo"]
        ).run()
        return try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("one recipe becomes one lock for two processors, and one index with an image for each")
    func twoProcessors() async throws {
        let recipe = try recipe(["linux-x86_64-glibc2.28", "linux-aarch64-glibc2.28"])
        let images = scratch.file("images")
        let built = try await chidori(["env", "build", recipe, "--image", "oci:\(images):demo"])
        #expect(built.succeeded, "\(built.errorText)")
        let lock = try String(contentsOfFile: scratch.file("demo.lock.toml").string, encoding: .utf8)
        #expect(lock.contains("manylinux_2_17_x86_64") && lock.contains("manylinux_2_17_aarch64"))
        #expect(index.server.count("/files/pure-1.0-py3-none-any.whl") <= 2)
        #expect(built.errorText.components(separatedBy: "fetched pure").count == 2)

        for (architecture, machine) in [("amd64", "x86_64"), ("arm64", "aarch64")] {
            let config = try await config(architecture)
            #expect(config["architecture"] as? String == architecture)
            let one = scratch.file("one-\(machine)")
            try await Command(
                "skopeo",
                [
                    "--override-arch", architecture, "--insecure-policy", "copy", "-q", "oci:\(images):demo",
                    "oci:\(one):demo",
                ]
            ).run()
            guard ContainerPeer.canUnpack else { continue }
            let container = try await ContainerPeer(layout: one, tag: "demo", bundle: scratch.file("bundle-\(machine)"))
            let site = container.rootFileSystem.appending("opt/chidori/env/lib/python3.11/site-packages")
            let code = try String(contentsOfFile: site.appending("native/code.so").string, encoding: .utf8)
            #expect(code == "code for cp311-cp311-manylinux_2_17_\(machine)")
            let names = try FileManager.default.contentsOfDirectory(atPath: site.string)
            #expect(names.contains("pure") && names.contains("only_arm") == (machine == "aarch64"))
        }
        let copy = scratch.file("copy")
        try await Command(
            "skopeo", ["--insecure-policy", "copy", "-q", "--all", "oci:\(images):demo", "oci:\(copy):demo"]
        ).run()
        let raw = try await Command("skopeo", ["inspect", "--raw", "oci:\(copy):demo"]).run()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(raw.utf8)) as? [String: Any])
        #expect((document["manifests"] as? [Any])?.count == 2)
    }

    @Test("a lock for another processor, another C library and another Python is made without any of them")
    func elsewhere() async throws {
        let recipe = try recipe(["linux-x86_64-glibc2.28"])
        let target = scratch.file("other.lock.toml").string
        let locked = try await chidori([
            "env", "lock", recipe, "-o", target, "--python-version", "3.12", "--platform", "linux-aarch64-musl1.2",
        ])
        #expect(locked.succeeded, "\(locked.errorText)")
        let lock = try String(contentsOfFile: target, encoding: .utf8)
        #expect(lock.contains("native-1.0-cp312-cp312-musllinux_1_2_aarch64.whl"))
        #expect(lock.contains("only_arm") && !lock.contains("x86_64.whl"))
        let image = "oci:\(scratch.file("images")):demo"
        let built = try await chidori(["env", "build", target, "--image", image])
        #expect(built.succeeded, "\(built.errorText)")
        #expect(try await config("arm64")["architecture"] as? String == "arm64")

        let folder = try await chidori(["env", "build", target, "--to", scratch.file("tree").string])
        #expect(folder.status == 3)
        #expect(folder.errorText.contains("linux-aarch64-musl1.2") && folder.errorText.contains("--image"))
    }

    @Test("each platform has the newest version that is for it")
    func newest() async throws {
        let recipe = try recipe(["linux-x86_64-glibc2.28", "linux-aarch64-glibc2.28"], packages: "native")
        let built = try await chidori(["env", "build", recipe, "--image", "oci:\(scratch.file("images")):demo"])
        #expect(built.succeeded, "\(built.errorText)")
        let lock = try String(contentsOfFile: scratch.file("demo.lock.toml").string, encoding: .utf8)
        #expect(lock.contains("native-1.0-cp311-cp311-manylinux_2_17_aarch64.whl"))
        #expect(lock.contains("native-1.1-cp311-cp311-manylinux_2_17_x86_64.whl"))
        #expect(lock.contains("only_new") && lock.contains("only_arm"))
    }

    @Test(
        "uv takes from the exported pylock.toml of several platforms what is for the one it is told",
        .enabled(if: Peer.has(Peer.uv, "/usr/bin/python3.11"), "needs uv and Python 3.11"))
    func exported() async throws {
        let recipe = try recipe(["linux-x86_64-glibc2.28", "linux-aarch64-glibc2.28"], packages: "native")
        let target = scratch.file("demo.lock.toml").string
        let locked = try await chidori(["env", "lock", recipe, "-o", target])
        #expect(locked.succeeded, "\(locked.errorText)")
        let offline = try await chidori(["env", "export", target, "--pylock", "--offline"])
        #expect(offline.status == 5 && offline.errorText.contains("without --offline"), "\(offline.errorText)")

        let pylock = scratch.file("pylock.toml").string
        let exported = try await chidori(["env", "export", target, "--pylock", "-o", pylock])
        #expect(exported.succeeded, "\(exported.errorText)")
        let venv = scratch.file("venv").string
        try await Command(Peer.uv, ["venv", "-q", "--no-config", "--python", "/usr/bin/python3.11", venv]).run()
        for (machine, wanted) in [
            ("x86_64", ["native==1.1", "only-new==3", "pure==1.0"]),
            ("aarch64", ["native==1.0", "only-arm==1.0", "pure==1.0"]),
        ] {
            let outcome = try await Command(
                Peer.uv,
                [
                    "pip", "sync", "--no-config", "--preview-features", "pylock", "--dry-run", "--python-platform",
                    "\(machine)-manylinux_2_28", pylock,
                ], environment: ["VIRTUAL_ENV": venv, "NO_COLOR": "1"]
            ).outcome()
            let chosen = outcome.errorText.split(separator: "\n").filter { $0.hasPrefix(" + ") }.map { $0.dropFirst(3) }
            #expect(outcome.succeeded && chosen.sorted() == wanted.map { $0[...] }, "\(outcome.errorText)")
        }
    }

    @Test("two platforms that an index cannot tell apart are refused by name")
    func indistinct() async throws {
        let recipe = try recipe(["linux-aarch64-glibc2.28", "linux-aarch64-musl1.2"], python: "3.12")
        let built = try await chidori(["env", "build", recipe, "--image", "oci:\(scratch.file("images")):demo"])
        #expect(built.status == 3, "\(built.errorText)")
        #expect(
            built.errorText.contains("linux-aarch64-glibc2.28") && built.errorText.contains("linux-aarch64-musl1.2"))
        #expect(built.errorText.contains("--platform"))
    }

    @Test("an interpreter that a lock asks for and the machine lacks is told, with the ways to get it")
    func missingInterpreter() async throws {
        index.add(WheelFixture("future"))
        let recipe = try recipe(["linux-x86_64-glibc2.28"], python: "3.97", packages: "future")
        let built = try await chidori(["env", "build", recipe, "--to", scratch.file("tree").string])
        #expect(built.status == 8)
        for words in ["Python 3.97", "apt-get install python3.97", "uv python install 3.97", "--python PATH"] {
            #expect(built.errorText.contains(words), "\(built.errorText)")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("tree").string))
    }
}
