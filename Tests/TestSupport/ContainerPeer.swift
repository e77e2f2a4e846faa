import Foundation
public import SystemPackage

/// An image of an OCI layout, unpacked with `umoci` and run with `runc`: what a cluster's node does with it.
///
/// The bundle's `config.json` is umoci's own (so the image's environment, working folder and user hold) with what a
/// test needs changed: no terminal, the test's arguments, no mount of cgroups (hosts differ in their version), and a
/// host name. Namespaces stay as they are, the network's too, so nothing inside can reach anything.
/// Running needs root; `canRun` says whether this machine has all of it.
public struct ContainerPeer: Sendable {
    /// The bundle: `rootfs` and `config.json`.
    public let bundle: FilePath

    public static var canUnpack: Bool { Peer.has("umoci", "skopeo") && geteuid() == 0 }
    public static var canRun: Bool { canUnpack && Peer.has("runc") }

    /// The unpacked file system.
    public var rootFileSystem: FilePath { bundle.appending("rootfs") }

    /// Unpacks `layout:tag` into `bundle`, which must not exist yet.
    public init(layout: FilePath, tag: String = "latest", bundle: FilePath) async throws {
        self.bundle = bundle
        try await Command("umoci", ["unpack", "--image", "\(layout):\(tag)", bundle.string]).run()
    }

    /// Runs a program in a new container of this image and waits for it.
    ///
    /// - Parameters:
    ///   - arguments: the program's path or its name on the image's `PATH`, and its arguments.
    ///   - environment: added to the image's own.
    ///   - mounts: folders of this machine by the place where they are seen inside, read-only.
    ///   - readOnly: whether the root file system can be written; `/tmp` always can.
    ///   - user: in place of the image's own: a user's and a group's number.
    public func run(
        _ arguments: [String], environment: [String: String] = [:], mounts: [String: FilePath] = [:],
        readOnly: Bool = false, user: (id: Int, group: Int)? = nil
    ) async throws -> Command.Outcome {
        // One bundle may run many times at once: each run has its own configuration, over the same root.
        let run = try Scratch("runc")
        let original = try Data(contentsOf: URL(fileURLWithPath: bundle.appending("config.json").string))
        let changed = try Self.configuration(
            from: original, root: rootFileSystem, arguments: arguments, environment: environment, mounts: mounts,
            readOnly: readOnly, user: user)
        try run.write("config.json", changed)
        let state = run.file("state").string
        let name = run.path.lastComponent?.string ?? "chidori-test"
        let outcome = try await Command(
            "runc", ["--root", state, "run", "--bundle", run.path.string, name]
        ).outcome()
        _ = try await Command("runc", ["--root", state, "delete", "--force", name]).outcome()
        return outcome
    }

    static func configuration(
        from original: Data, root: FilePath, arguments: [String], environment: [String: String],
        mounts added: [String: FilePath], readOnly: Bool, user: (id: Int, group: Int)? = nil
    ) throws -> Data {
        guard var document = try JSONSerialization.jsonObject(with: original) as? [String: Any],
            var process = document["process"] as? [String: Any],
            let mounts = document["mounts"] as? [[String: Any]]
        else { throw CocoaError(.fileReadCorruptFile) }
        process["terminal"] = false
        process["args"] = arguments
        let kept = (process["env"] as? [String] ?? []).filter { entry in
            !environment.keys.contains { entry.hasPrefix("\($0)=") }
        }
        process["env"] = kept + environment.map { "\($0.key)=\($0.value)" }.sorted()
        if let user { process["user"] = ["uid": user.id, "gid": user.group] }
        document["process"] = process
        document["hostname"] = "chidori"
        document["root"] = ["path": root.string, "readonly": readOnly]
        document["mounts"] =
            mounts.filter { $0["type"] as? String != "cgroup" } + [
                [
                    "destination": "/tmp", "type": "tmpfs", "source": "tmpfs",
                    "options": ["nosuid", "nodev", "mode=1777"],
                ]
            ]
            + added.sorted { $0.key < $1.key }.map { place, folder in
                ["destination": place, "type": "bind", "source": folder.string, "options": ["rbind", "ro"]]
            }
        return try JSONSerialization.data(withJSONObject: document)
    }
}
