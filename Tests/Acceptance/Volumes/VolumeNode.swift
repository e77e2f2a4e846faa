import Foundation
import SystemPackage
import TestSupport

/// A machine that has a shared volume mounted: a mount namespace of its own, in which the volume is at this node's place
/// and nowhere else.
struct VolumeNode {
    let user: FreshUser
    /// The volume, as the machine under the test sees it.
    let volume: FilePath
    /// Where the volume is mounted in this node's namespace.
    let place: FilePath

    /// Whether this machine lets a test have namespaces and mounts.
    static let isPossible = Task {
        (try? await Command("unshare", ["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).run()) != nil
    }

    init(_ user: FreshUser, _ volume: FilePath, name: String) throws {
        self.user = user
        self.volume = volume
        place = user.scratch.file("mounts/\(name)")
        try FileManager.default.createDirectory(atPath: place.string, withIntermediateDirectories: true)
    }

    /// A command that runs on this node.
    ///
    /// - Parameter isReadOnly: as drivers mount the volume.
    func command(_ command: Command, isReadOnly: Bool = false) -> Command {
        let script = """
            set -e
            mount -o bind\(isReadOnly ? ",ro" : "") "$1" "$2"
            mount -t tmpfs none "$1"
            shift 2
            exec "$@"
            """
        return Command(
            "unshare",
            ["-m", "--propagation", "private", "sh", "-c", script, "sh", volume.string, place.string]
                + command.arguments, in: command.folder, environment: command.environment)
    }

    /// The program on this node.
    func chidori(_ arguments: String...) -> Command { command(user.command(arguments)) }

    /// A script of a driver's, with the volume's place as its first argument.
    func reader(_ script: String, _ arguments: String...) -> Command {
        command(
            Command(
                "sh", ["-c", script, "sh", place.string] + arguments,
                environment: ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": nil]), isReadOnly: true)
    }
}

/// What `chidori volume list --json` tells of one environment.
struct VolumeListed {
    let folder: String
    let id: String
    let path: String
    let names: [String]
    let isKept: Bool
    let trouble: String?

    static func all(on volume: FilePath, _ user: FreshUser) async throws -> [VolumeListed] {
        let text = try await user.succeed("volume", "list", volume.string, "--json", "--quiet")
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (document?["environments"] as? [[String: Any]] ?? []).map { entry in
            VolumeListed(
                folder: entry["folder"] as? String ?? "", id: entry["id"] as? String ?? "",
                path: entry["path"] as? String ?? "", names: entry["names"] as? [String] ?? [],
                isKept: entry["kept"] as? Bool ?? false, trouble: entry["trouble"] as? String)
        }
    }
}

extension FreshUser {
    /// A folder that a volume is mounted at, or stands for one.
    func emptyVolume(_ name: String = "volume") throws -> FilePath {
        let path = scratch.file(name)
        try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        return path
    }

    /// A recipe of the same packages as all others, and yet an environment of its own.
    func numberedRecipe(_ number: Int, _ packages: [String] = ["alpha"]) async throws -> String {
        try await recipe("e\(number)", packages, more: "environment:\n  NUMBER: \"\(number)\"\n")
    }

    /// Holds a volume to having every byte that it should have.
    func expectSound(_ volume: FilePath, _ comment: String = "") async throws {
        let verified = try await chidori("volume", "verify", volume.string, "--json", "--quiet")
        guard verified.status != 0 else { return }
        throw VolumeIsDamaged(description: "\(comment): \(verified.text)\(verified.errorText)")
    }

    /// The names in one of a volume's folders.
    func names(in folder: String, of volume: FilePath) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: volume.appending(folder).string)) ?? []).sorted()
    }
}

struct VolumeIsDamaged: Error, CustomStringConvertible {
    let description: String
}
