import Foundation
import SystemPackage
import TestSupport

/// A podman with folders of its own, run by root; its images are unpacked by copying (`vfs`).
struct PodmanNode {
    let scratch: Scratch
    private let policy: FilePath

    init() throws {
        scratch = try Scratch("podman")
        policy = try scratch.write("policy.json", #"{"default": [{"type": "insecureAcceptAnything"}]}"#)
    }

    func podman(_ words: String...) async throws -> Command.Outcome { try await run(words) }

    /// - Parameter words: options, and the image.
    func pull(_ words: String...) async throws -> Command.Outcome {
        try await run(["pull", "--signature-policy", policy.string] + words)
    }

    /// Mounts the files of an image that was pulled, as long as somebody looks at them.
    func mounting(_ image: String, _ look: (FilePath) async throws -> Void) async throws {
        let mounted = try await podman("image", "mount", image)
        guard mounted.succeeded else { throw Command.Failure(command: Command("podman"), reason: mounted.errorText) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await look(FilePath(mounted.text.trimmingCharacters(in: .newlines))))
        } catch {
            result = .failure(error)
        }
        _ = try await podman("image", "unmount", image)
        try result.get()
    }

    private func run(_ words: [String]) async throws -> Command.Outcome {
        try await Command(
            "podman",
            [
                "--root", scratch.file("root").string, "--runroot", scratch.file("run").string, "--storage-driver",
                "vfs", "--cgroup-manager", "cgroupfs",
            ] + words
        ).outcome()
    }
}
