import Foundation
import SystemPackage
import TestSupport

/// One environment in every form that the judges look at: built by Chidori as a folder and as an image on the shipped base,
/// and installed by uv from the same wheels.
///
/// Made once for a test run, in the build folder, which the next run clears.
final class PeersEnvironment: Sendable {
    static let small = Task { try await PeersEnvironment("small", PeersWheels.small) }
    static let tensorflow = Task { try await PeersEnvironment("tensorflow", PeersWheels.tensorflow) }

    /// What the machine must have for it.
    static var possible: Bool {
        ContainerPeer.canRun && Peer.has("mmdebstrap", "/usr/bin/python3.11", Peer.uv, Peer.python)
    }

    let name: String
    let wheels: PeersWheels
    let root: FilePath
    /// Chidori's folder.
    let tree: FilePath
    /// Chidori's image, with the tag of the environment's name.
    let layout: FilePath
    /// uv's virtual environment.
    let venv: FilePath
    /// The image, unpacked.
    let container: ContainerPeer

    private init(_ name: String, _ requirements: [String]) async throws {
        self.name = name
        wheels = try await PeersWheels.fetched(name, requirements)
        root = Peer.repository.appending(".build/acceptance").appending(name)
        if FileManager.default.fileExists(atPath: root.string) {
            try await Command("sh", ["-c", "chmod -R u+w \"$1\" && rm -rf \"$1\"", "sh", root.string]).run()
        }
        try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
        tree = root.appending("tree")
        layout = root.appending("images")
        venv = root.appending("venv")

        // The base takes a minute to build, so it comes from a store that outlives the clone.
        let kept = Peer.cache.appending("bases")
        let base = Peer.repository.appending("base-images/debian12-python3.11.lock.toml")
        try await Command(Peer.chidori, ["base", "build", base.string, "--data", kept.string, "--quiet"]).run()
        try await Command("cp", ["-a", kept.string, root.appending("data").string]).run()

        let packages = requirements.map { "    - \($0)\n" }.joined()
        let recipe = """
            name: \(name)
            python:
              version: "3.11"
              packages:
            \(packages)platform: linux-x86_64-glibc2.36
            base: \(base)
            environment:
              CHIDORI_TEST: "yes"
            """
        let file = root.appending("\(name).yaml")
        try Data(recipe.utf8).write(to: URL(filePath: file.string))
        let data = ["--data", root.appending("data").string, "--quiet"]
        let lock = root.appending("\(name).lock.toml").string
        try await Command(
            Peer.chidori, ["env", "lock", file.string, "-o", lock, "--index-url", wheels.index] + data
        ).run()
        try await Command(
            Peer.chidori,
            [
                "env", "build", lock, "--to", tree.string, "--image", "oci:\(layout):\(name)", "--index-url",
                wheels.index,
            ]
                + data
        ).run()

        try await Command(Peer.uv, ["venv", "-q", "--no-config", "--python", "/usr/bin/python3.11", venv.string]).run()
        try await Command(
            Peer.uv,
            ["pip", "install", "-q", "--no-config", "--no-index", "--find-links", wheels.folder.string] + wheels.pins,
            environment: ["VIRTUAL_ENV": venv.string]
        ).run()
        container = try await ContainerPeer(layout: layout, tag: name, bundle: root.appending("bundle"))
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
