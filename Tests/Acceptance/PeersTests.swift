import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("An image and a folder as other tools see them", .serialized, .enabled(if: PeersEnvironment.possible))
struct PeersTests {
    @Test("skopeo inspects the image: platform, labels, layers under the limit")
    func inspect() async throws {
        let environment = try await PeersEnvironment.small.value
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
        arguments: ["oci", "dir", "docker-archive", "oci-archive"])
    func copy(_ form: String) async throws {
        let environment = try await PeersEnvironment.small.value
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

    @Test("GNU tar and gzip read every layer to its end")
    func layers() async throws {
        let environment = try await PeersEnvironment.small.value
        let blobs = environment.layout.appending("blobs/sha256")
        for name in try FileManager.default.contentsOfDirectory(atPath: blobs.string) {
            let path = blobs.appending(name).string
            let start = try FileHandle(forReadingFrom: URL(filePath: path)).read(upToCount: 2)
            guard start == Data([0x1F, 0x8B]) else { continue }
            try await Command("sh", ["-c", "gzip -dc \"$1\" | tar -tf - >/dev/null && gzip -t \"$1\"", "sh", path])
                .run()
        }
    }

    @Test("the unpacked image's packages equal the folder's, links followed, byte for byte")
    func sameBytes() async throws {
        let environment = try await PeersEnvironment.small.value
        let inImage = try await Self.digests(environment.inContainer)
        let inFolder = try await Self.digests(environment.tree)
        #expect(inImage.count > 3000)
        #expect(inImage.keys.sorted() == inFolder.keys.sorted())
        #expect(inImage.filter { inFolder[$0.key] != $0.value }.keys.sorted() == [])
    }

    @Test("every file that uv installs is there with the same content, but for what installers write")
    func sameAsUV() async throws {
        let environment = try await PeersEnvironment.small.value
        let ours = try await Self.digests(environment.tree)
        let theirs = try await Self.digests(environment.venv)
        let written = ["/RECORD", "/INSTALLER", "/REQUESTED", "/uv_cache.json", "/direct_url.json"]
        func packages(_ digests: [String: String]) -> [String: String] {
            digests.filter { path, _ in
                path.hasPrefix("./lib/") && !path.contains("/_virtualenv.")
                    && !written.contains(where: path.hasSuffix)
            }
        }
        let (a, b) = (packages(ours), packages(theirs))
        #expect(a.keys.sorted() == b.keys.sorted())
        #expect(a.filter { b[$0.key] != $0.value }.keys.sorted() == [])
        let scripts = { (digests: [String: String]) in
            Set(digests.keys.filter { $0.hasPrefix("./bin/") }.map { $0.dropFirst(6) })
        }
        let activation: Set<Substring> = ["activate", "activate_this.py", "deactivate.bat", "pydoc.bat"]
        let missing = scripts(theirs).subtracting(scripts(ours)).subtracting(activation).filter {
            !$0.hasPrefix("activate.") && !$0.hasPrefix("python")
        }
        #expect(missing == [])
    }

    @Test("pip list and pip check see in the folder what they see in uv's environment")
    func pip() async throws {
        let environment = try await PeersEnvironment.small.value
        func pip(_ place: FilePath, _ arguments: String...) async throws -> Command.Outcome {
            try await Command(
                Peer.python, ["-m", "pip", "--python", place.appending("bin/python").string] + arguments,
                environment: ["PIP_DISABLE_PIP_VERSION_CHECK": "1"]
            ).outcome()
        }
        let ours = try await pip(environment.tree, "list", "--format", "json")
        let theirs = try await pip(environment.venv, "list", "--format", "json")
        #expect(ours.succeeded && ours.text == theirs.text, "\(ours.errorText)")
        let check = try await pip(environment.tree, "check")
        #expect(check.succeeded && check.text.contains("No broken requirements"), "\(check.text)\(check.errorText)")
    }

    /// SHA-256 of every file by its path, links followed, without bytecode (each form's is its own interpreter's) and
    /// without glue (interpreter, `pyvenv.cfg`, `chidori.json`).
    private static func digests(_ folder: FilePath) async throws -> [String: String] {
        let script = """
            find -L . -type f ! -path '*/__pycache__/*' ! -path './bin/python*' ! -name pyvenv.cfg ! -name chidori.json \
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
