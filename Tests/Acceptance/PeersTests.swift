import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "An image and a folder as other tools see them", .serialized,
    .enabled(if: PeersEnvironment.possible, PeersEnvironment.needs))
struct PeersTests {
    @Test("skopeo inspects the image: platform, labels, layers under the limit", arguments: PeersEnvironment.judged)
    func inspect(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let text = try await Command("skopeo", ["inspect", "oci:\(environment.layout):\(environment.name)"]).run()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(document["Architecture"] as? String == "amd64")
        #expect(document["Os"] as? String == "linux")
        let labels = try #require(document["Labels"] as? [String: String])
        #expect(labels["org.opencontainers.image.base.name"]?.contains("debian12-python3.11") == true)
        #expect(try #require(document["Layers"] as? [String]).count <= 100)
    }

    @Test(
        "skopeo copies it into every form, which means that it agrees with every digest and diffID",
        arguments: PeersEnvironment.judged, ["oci", "dir", "docker-archive", "oci-archive"])
    func copy(_ kind: PeersEnvironment.Kind, _ form: String) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let target = environment.root.appending("copy-\(form)")
        let suffix = form.hasPrefix("docker") ? ":chidori:test" : form == "dir" ? "" : ":copy"
        try await Command(
            "skopeo",
            [
                "copy", "-q", "--insecure-policy", "oci:\(environment.layout):\(environment.name)",
                "\(form):\(target)\(suffix)",
            ]
        ).run()
        try await Command("rm", ["-rf", target.string]).run()
    }

    @Test("GNU tar and gzip read every layer to its end", arguments: PeersEnvironment.judged)
    func layers(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let blobs = environment.layout.appending("blobs/sha256")
        for name in try FileManager.default.contentsOfDirectory(atPath: blobs.string) {
            let path = blobs.appending(name).string
            let start = try FileHandle(forReadingFrom: URL(filePath: path)).read(upToCount: 2)
            guard start == Data([0x1F, 0x8B]) else { continue }
            try await Command("sh", ["-c", "gzip -dc \"$1\" | tar -tf - >/dev/null && gzip -t \"$1\"", "sh", path])
                .run()
        }
    }

    @Test(
        "the unpacked image's packages equal the folder's, links followed, byte for byte",
        arguments: PeersEnvironment.judged)
    func sameBytes(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let inImage = try await Self.digests(environment.inContainer)
        let inFolder = try await Self.digests(environment.tree)
        #expect(inImage.count > 20)
        #expect(inImage.keys.sorted() == inFolder.keys.sorted())
        #expect(inImage.filter { inFolder[$0.key] != $0.value }.keys.sorted() == [])
        let modes = try await (Self.modes(environment.inContainer), Self.modes(environment.tree))
        #expect(modes.0 == modes.1)
    }

    @Test(
        "the bytecode in the image is the folder's byte for byte, where one interpreter build makes both",
        arguments: PeersEnvironment.judged)
    func sameBytecode(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        // The image's own Python, which this machine can run out of the unpacked image too.
        let python = environment.container.rootFileSystem.appending("usr/bin/python3.11").string
        let tree = environment.root.appending("tree-of-one-build")
        try await Command(
            Peer.chidori,
            [
                "env", "build", environment.root.appending("\(environment.name).lock.toml").string, "--to", tree.string,
                "--python", python, "--offline", "--quiet", "--data", environment.root.appending("data").string,
            ]
        ).run()
        let inImage = try await Self.digests(environment.inContainer, ofBytecode: true)
        let inFolder = try await Self.digests(tree, ofBytecode: true)
        #expect(inImage.count >= 5)
        #expect(inImage.keys.sorted() == inFolder.keys.sorted())
        #expect(inImage.filter { inFolder[$0.key] != $0.value }.keys.sorted() == [])
    }

    @Test("zstd layers unpack to the same bytes as gzip layers", arguments: PeersEnvironment.judged)
    func zstd(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        // This umoci does not know zstd: skopeo, which does, compresses the layers anew.
        let copy = environment.root.appending("recompressed")
        try await Command(
            "skopeo",
            [
                "copy", "-q", "--insecure-policy", "--dest-compress-format", "gzip",
                "oci:\(environment.layout):\(environment.name)-zstd", "oci:\(copy):zstd",
            ]
        ).run()
        let bundle = environment.root.appending("zstd-bundle")
        let container = try await ContainerPeer(layout: copy, tag: "zstd", bundle: bundle)
        let ours = container.rootFileSystem.appending("opt/chidori/env")
        #expect(try await Self.digests(ours) == Self.digests(environment.inContainer))
        try await Command("rm", ["-rf", copy.string, bundle.string]).run()
    }

    @Test(
        "every file that uv and pip install from the exported pylock.toml is there with the same content, but for what installers write",
        arguments: PeersEnvironment.judged)
    func sameAsPeers(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        let ours = Self.packages(try await Self.digests(environment.tree))
        for peer in [environment.venv, environment.pipVenv] {
            let theirs = Self.packages(try await Self.digests(peer))
            #expect(ours.keys.sorted() == theirs.keys.sorted(), "\(peer)")
            #expect(ours.filter { theirs[$0.key] != $0.value }.keys.sorted() == [], "\(peer)")
        }
        let scripts = { (folder: FilePath) in
            Set(try FileManager.default.contentsOfDirectory(atPath: folder.appending("bin").string))
        }
        let activation = ["activate", "deactivate", "pydoc.bat", "python"]
        let missing = try scripts(environment.venv).union(scripts(environment.pipVenv))
            .subtracting(scripts(environment.tree))
            .filter { name in !activation.contains(where: name.lowercased().hasPrefix) }
        #expect(missing == [])
    }

    @Test(
        "pip list and pip check say of the folder and of the image what they say of uv's environment",
        arguments: PeersEnvironment.judged)
    func pip(_ kind: PeersEnvironment.Kind) async throws {
        let environment = try await PeersEnvironment.of(kind)
        // pip alone, without what describes it as installed.
        let judge = environment.root.appending("judge")
        try FileManager.default.createDirectory(atPath: judge.string, withIntermediateDirectories: true)
        let place = try await Command(Peer.python, ["-c", "import pip; print(pip.__path__[0])"]).run()
        try await Command("cp", ["-a", place.trimmingCharacters(in: .newlines), judge.string]).run()
        func pip(_ arguments: [String], _ run: ([String], [String: String]) async throws -> Command.Outcome)
            async throws -> String
        {
            let variables = ["PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONDONTWRITEBYTECODE": "1"]
            let outcome = try await run(["-m", "pip"] + arguments, variables)
            #expect(outcome.succeeded, "\(outcome.text)\(outcome.errorText)")
            return outcome.text
        }
        for arguments in [["list", "--format", "json"], ["check"], ["freeze"]] {
            var said: [String] = []
            for folder in [environment.venv, environment.tree] {
                said.append(
                    try await pip(arguments) { arguments, variables in
                        try await Command(
                            folder.appending("bin/python").string, arguments,
                            environment: variables.merging(["PYTHONPATH": judge.string]) { $1 }
                        ).outcome()
                    })
            }
            said.append(
                try await pip(arguments) { arguments, variables in
                    try await environment.container.run(
                        ["python"] + arguments, environment: variables.merging(["PYTHONPATH": "/judge"]) { $1 },
                        mounts: ["/judge": judge])
                })
            #expect(said[1] == said[0] && said[2] == said[0], "\(said)")
        }
    }

    /// What packages bring: no script that an installer writes, nothing that tells of the installation.
    private static func packages(_ digests: [String: String]) -> [String: String] {
        let written = ["/RECORD", "/INSTALLER", "/REQUESTED", "/uv_cache.json", "/direct_url.json"]
        return digests.filter { path, _ in
            !path.hasPrefix("./bin/") && !path.hasPrefix("./lib64/") && !path.contains("/_virtualenv.")
                && !written.contains(where: path.hasSuffix)
        }
    }

    /// Which files may be executed, as `find` tells.
    private static func modes(_ folder: FilePath) async throws -> String {
        let script = """
            find -L . -type f -perm -u+x ! -path './bin/python*' | LC_ALL=C sort
            """
        return try await Command("sh", ["-c", script], in: folder).run()
    }

    /// SHA-256 of every file by its path, links followed, without bytecode (each form's is its own interpreter's) and
    /// without glue (interpreter, `pyvenv.cfg`, `chidori.json`); or of bytecode alone.
    private static func digests(_ folder: FilePath, ofBytecode: Bool = false) async throws -> [String: String] {
        let script = """
            find -L . -type f \(ofBytecode ? "" : "!") -path '*/__pycache__/*' ! -path './bin/python*' ! -name pyvenv.cfg ! -name chidori.json \
                ! -name .gitignore ! -name CACHEDIR.TAG ! -name .lock -print0 | xargs -0 sha256sum
            """
        let text = try await Command("sh", ["-c", script], in: folder).run()
        var digests: [String: String] = [:]
        for line in text.split(separator: "\n") {
            digests[String(line.dropFirst(66))] = String(line.prefix(64))
        }
        return digests
    }
}
