import Foundation
import SystemPackage
import TestSupport

/// A containerd with folders of its own, asked by `ctr` as root; its images are unpacked by copying (`native`). It ends with
/// its last reference.
final class ContainerdNode: Sendable {
    let scratch: Scratch
    private let daemon: RunningCommand

    init() async throws {
        scratch = try Scratch("containerd")
        let configuration = try scratch.write(
            "config.toml",
            """
            version = 2
            root = "\(scratch.file("root"))"
            state = "\(scratch.file("state"))"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
            address = "\(scratch.file("s"))"
            """)
        daemon = try Command("containerd", ["--config", configuration.string]).start()
        for _ in 0..<100 where try await !ctr("version").succeeded { try await Task.sleep(for: .milliseconds(50)) }
    }

    deinit { daemon.end() }

    func ctr(_ words: String...) async throws -> Command.Outcome {
        try await Command("ctr", ["--address", scratch.file("s").string] + words).outcome()
    }

    /// Mounts the files of an image that was pulled, as long as somebody looks at them.
    func mounting(_ image: String, _ look: (FilePath) async throws -> Void) async throws {
        let folder = scratch.file("mounted-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        let mounted = try await ctr("images", "mount", "--snapshotter", "native", image, folder.string)
        guard mounted.succeeded else { throw Command.Failure(command: Command("ctr"), reason: mounted.errorText) }
        let result: Result<Void, any Error>
        do {
            result = .success(try await look(folder))
        } catch {
            result = .failure(error)
        }
        _ = try await Command("umount", [folder.string]).outcome()
        try result.get()
    }
}
