import Foundation
import SystemPackage
import TestSupport
import Testing

/// One lock in every form that the judges look at: built by Chidori as a folder and as images on the shipped base, and
/// installed by uv and by pip from the `pylock.toml` that Chidori exports.
///
/// Made once for a test run, in the build folder, which the next run clears.
final class PeersEnvironment: Sendable {
    /// The environments, from small to large.
    enum Kind: String, CaseIterable, Sendable {
        /// Wheels made for it, which need no network.
        case made
        /// Real wheels of a few dozen megabytes.
        case small
        /// The main job.
        case tensorflow
    }

    private static let made = Task { try await PeersEnvironment(.made) }
    private static let small = Task { try await PeersEnvironment(.small) }
    private static let tensorflow = Task { try await PeersEnvironment(.tensorflow) }

    static func of(_ kind: Kind) async throws -> PeersEnvironment {
        switch kind {
        case .made: try await made.value
        case .small: try await small.value
        case .tensorflow: try await tensorflow.value
        }
    }

    /// What is judged: real wheels take minutes to fetch, so they are for the long tests.
    static var judged: [Kind] { Peer.deep ? Kind.allCases : [.made] }

    /// What the machine must have for it.
    static var possible: Bool {
        ContainerPeer.canRun && Peer.has("mmdebstrap", "/usr/bin/python3.11", Peer.uv, Peer.python)
    }

    /// The same in words, for what is skipped without it.
    static let needs: Comment = "needs root, runc, umoci, skopeo, mmdebstrap, uv, pip and Python 3.11"

    let name: String
    let wheels: PeersWheels
    let root: FilePath
    /// Chidori's folder.
    let tree: FilePath
    /// Chidori's images: `NAME`, and `NAME-zstd` whose layers are zstd.
    let layout: FilePath
    /// uv's virtual environment, and pip's.
    let venv: FilePath
    let pipVenv: FilePath
    /// The image, unpacked.
    let container: ContainerPeer

    private init(_ kind: Kind) async throws {
        name = kind.rawValue
        root = Peer.repository.appending(".build/acceptance").appending(name)
        if FileManager.default.fileExists(atPath: root.string) {
            try await Command("sh", ["-c", "chmod -R u+w \"$1\" && rm -rf \"$1\"", "sh", root.string]).run()
        }
        try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
        switch kind {
        case .made: wheels = try await .made(in: root.appending("index"))
        case .small: wheels = try await .fetched(name, PeersWheels.small)
        case .tensorflow: wheels = try await .fetched(name, PeersWheels.tensorflow)
        }
        tree = root.appending("tree")
        layout = root.appending("images")
        venv = root.appending("venv")
        pipVenv = root.appending("pip-venv")

        let recipe = try await Self.recipe(name, wheels, in: root)
        let shared = ["--data", root.appending("data").string, "--index-url", wheels.index, "--quiet"]
        let lock = root.appending("\(name).lock.toml").string
        try await Command(Peer.chidori, ["env", "lock", recipe.string, "-o", lock] + shared).run()
        try await Command(
            Peer.chidori,
            ["env", "build", lock, "--to", tree.string, "--image", "oci:\(layout):\(name)"] + shared
        ).run()
        try await Command(
            Peer.chidori,
            ["env", "build", lock, "--image", "oci:\(layout):\(name)-zstd", "--compression", "zstd"] + shared
        ).run()
        let pylock = root.appending("pylock.toml").string
        try await Command(Peer.chidori, ["env", "export", lock, "--pylock", "-o", pylock] + shared).run()
        try await Self.install(pylock, uv: venv, pip: pipVenv)
        container = try await ContainerPeer(layout: layout, tag: name, bundle: root.appending("bundle"))
    }

    /// Writes a recipe for the wheels on the shipped base, whose files are in the data folder afterwards.
    private static func recipe(_ name: String, _ wheels: PeersWheels, in root: FilePath) async throws -> FilePath {
        let base = try await storeWithBase(at: root.appending("data"))
        let recipe = """
            name: \(name)
            python:
              version: "3.11"
              packages: [\(wheels.requirements.joined(separator: ", "))]
            platform: linux-x86_64-glibc2.36
            base: \(base)
            environment:
              CHIDORI_TEST: "yes"
            """
        let file = root.appending("\(name).yaml")
        try Data(recipe.utf8).write(to: URL(filePath: file.string))
        return file
    }

    /// Makes a new data folder that has the shipped base, and gives the base's lock.
    static func storeWithBase(at data: FilePath) async throws -> FilePath {
        // The base takes a minute to build, so it comes from a store that outlives the clone.
        let kept = Peer.cache.appending("bases")
        let base = Peer.repository.appending("base-images/debian12-python3.11.lock.toml")
        try await Command(Peer.chidori, ["base", "build", base.string, "--data", kept.string, "--quiet"]).run()
        try await Command("cp", ["-a", kept.string, data.string]).run()
        return base
    }

    /// Both lock installers of the field take the export.
    private static func install(_ pylock: String, uv: FilePath, pip: FilePath) async throws {
        try await Command(Peer.uv, ["venv", "-q", "--no-config", "--python", "/usr/bin/python3.11", uv.string]).run()
        try await Command(
            Peer.uv, ["pip", "sync", "-q", "--no-config", "--preview-features", "pylock", pylock],
            environment: ["VIRTUAL_ENV": uv.string]
        ).run()
        try await Command("/usr/bin/python3.11", ["-m", "venv", "--without-pip", pip.string]).run()
        try await Command(
            Peer.python,
            [
                "-m", "pip", "--python", pip.appending("bin/python").string, "install", "-q", "--no-index",
                "--no-compile",
                "-r", pylock,
            ], environment: ["PIP_FIND_LINKS": nil, "PIP_DISABLE_PIP_VERSION_CHECK": "1"]
        ).run()
    }

    /// The environment inside the unpacked image.
    var inContainer: FilePath { container.rootFileSystem.appending("opt/chidori/env") }

    /// Runs Python in a container of the image and gives what it printed.
    func python(_ script: String, readOnly: Bool = true) async throws -> String {
        let outcome = try await container.run(["python", "-c", script], readOnly: readOnly)
        guard outcome.succeeded else {
            throw Command.Failure(
                command: Command("python", ["-c", script]), reason: "\(outcome.status)\n\(outcome.errorText)")
        }
        return outcome.text
    }
}
