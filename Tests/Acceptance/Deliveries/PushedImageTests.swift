import Foundation
import SystemPackage
import TestSupport
import Testing

/// What was pushed to Debian's registry, before the clients that clusters and people have: containerd's and podman's.
@Suite(
    "Nodes pull what was pushed", .timeLimit(.minutes(5)),
    .enabled(
        if: RegistryUser.possible && Peer.has("containerd", "ctr", "podman") && geteuid() == 0,
        "needs docker-registry, skopeo, containerd, podman and root"))
struct PushedImageTests {
    private let person: RegistryUser
    private let recipe: String
    private let python: String

    /// A recipe on a base in Docker's own form, as public ones mostly are.
    init() async throws {
        person = try await RegistryUser()
        python = try await FreshUser.python.value
        try await person.layout.add("base", [.init("usr/bin/python\(python)", size: 1000, seed: 1)])
        _ = try await person.skopeo(
            "copy", ["-q", "--format", "v2s2", "oci:\(person.layout.folder):base", person.place("hub/python:1")])
        recipe = try await person.user.recipe("demo", ["good"], more: "base: \(person.place("hub/python:1"))")
    }

    /// Builds the recipe into the registry.
    ///
    /// - Returns: the image's name there, `HOST:PORT/NAME:1`, and its digest.
    private func push(_ name: String, _ words: String...) async throws -> (image: String, digest: String) {
        let built = try await person.command(
            ["env", "build", recipe, "--no-bytecode", "--json", "--quiet", "--image", person.place("\(name):1")] + words
        ).outcome()
        #expect(built.status == 0, "\(built.errorText)")
        return ("\(person.registry.host)/\(name):1", try await person.digest("\(name):1"))
    }

    /// Looks for the base's file and imports the environment.
    private func expectWhole(_ root: FilePath) async throws {
        let base = root.appending("usr/bin/python\(python)")
        #expect(try Data(contentsOf: URL(filePath: base.string)).count == 1000)
        let run = try await Command(
            "python3", ["-B", "-c", "import good; good.main()"],
            environment: ["PYTHONPATH": "\(root)/opt/chidori/env/lib/python\(python)/site-packages"]
        ).outcome()
        #expect(run.text == "good\n", "\(run.errorText)")
    }

    @Test("containerd and podman pull it by its tag, as the image that it is, and mount it")
    func pulled() async throws {
        let (image, digest) = try await push("team/demo")
        let containerd = try await ContainerdNode()
        let pulled = try await containerd.ctr("images", "pull", "--plain-http", "--snapshotter", "native", image)
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let listed = try await containerd.ctr("images", "list")
        #expect(listed.text.contains(image) && listed.text.contains(digest), "\(listed.text)")
        try await containerd.mounting(image, expectWhole)

        let podman = try PodmanNode()
        let taken = try await podman.pull("--tls-verify=false", image)
        #expect(taken.succeeded, "\(taken.errorText)")
        let seen = try await podman.podman("image", "inspect", "--format", "{{.Digest}}", image)
        #expect(seen.text == "\(digest)\n", "\(seen.errorText)")
        try await podman.mounting(image, expectWhole)
    }

    @Test("`--base none` makes an image volume of a recipe with a base; mounted by its sub-path, its launcher runs")
    func volume() async throws {
        let (image, digest) = try await push("team/demo-volume", "--base", "none")
        let containerd = try await ContainerdNode()
        let pulled = try await containerd.ctr("images", "pull", "--plain-http", "--snapshotter", "native", image)
        #expect(pulled.succeeded, "\(pulled.errorText)")
        let listed = try await containerd.ctr("images", "list")
        #expect(listed.text.contains(digest), "\(listed.text)")
        try await containerd.mounting(image) { root in
            #expect(!FileManager.default.fileExists(atPath: root.appending("usr").string))
            // As a kubelet mounts a `subPath`: the folder itself, at a place of the container's own.
            let place = containerd.scratch.file("opt")
            try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
            _ = try await Command("mount", ["--bind", "\(root)/opt/chidori/env", place.string]).run()
            let run = try await Command(
                "\(place)/bin/python", ["-B", "-c", "import good, sys; print(good.__file__, sys.prefix)"],
                environment: ["PATH": "/usr/bin:/bin"]
            ).outcome()
            _ = try await Command("umount", [place.string]).run()
            #expect(
                run.text == "\(place)/lib/python\(python)/site-packages/good/__init__.py \(place)\n",
                "\(run.text)\(run.errorText)")
        }
    }
}
