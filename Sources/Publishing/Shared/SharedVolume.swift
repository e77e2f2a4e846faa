internal import FileSystem
internal import Glibc
public import SystemPackage

/// A volume that many machines mount: packages once, environments as links to them, for drivers to read.
///
/// Nothing on it is locked, since locks of network file systems are a matter of luck. What is published has its name by
/// one rename and never changes; what is looked for again after a rename is looked for on the server. The reasoning is in
/// docs/decisions, "A shared volume has no locks".
///
/// All functions block for as long as the file system takes.
public struct SharedVolume: Sendable {
    /// Where it is mounted here.
    public let root: FilePath
    /// What this machine takes for the time, in seconds since 1970.
    let localTime: @Sendable () -> Int64

    var packages: FilePath { root.appending("packages") }
    var environments: FilePath { root.appending("envs") }
    var names: FilePath { root.appending("names") }
    var leases: FilePath { root.appending("leases") }
    var trash: FilePath { root.appending("trash") }
    /// What is being made, under names that nobody else has.
    var drafts: FilePath { root.appending("tmp") }

    static let folders = ["packages", "envs", "names", "leases", "trash", "tmp"]

    /// A volume that is there.
    ///
    /// - Throws: `PublishingError` (`notVolume`, `otherLayout`, `damagedVolume`, `refused`).
    public init(at root: FilePath) throws {
        try self.init(at: root, localTime: Self.systemTime)
    }

    init(at root: FilePath, localTime: @escaping @Sendable () -> Int64) throws {
        self.init(unchecked: root, localTime: localTime)
        guard try VolumeMarker.read(in: root) != nil else {
            throw PublishingError(
                .notVolume, root.string, "is no volume of Chidori's: it has no \(VolumeMarker.name)",
                advice: root.isFolder
                    ? "check that the volume is mounted there; `chidori volume publish` makes a new one in an empty folder"
                    : "mount the volume there, or name the folder where it is mounted")
        }
    }

    private init(unchecked root: FilePath, localTime: @escaping @Sendable () -> Int64) {
        self.root = root
        self.localTime = localTime
    }

    /// A volume in a folder that is there: the one in it, or a new one where it is empty.
    ///
    /// - Throws: as ``init(at:)``.
    public static func inFolder(_ root: FilePath) throws -> SharedVolume {
        let volume = SharedVolume(unchecked: root, localTime: systemTime)
        if try VolumeMarker.read(in: root) == nil { try volume.make() }
        return volume
    }

    /// Makes the folders, and then the marker: where that is, all of them are. Many machines may do so at once.
    private func make() throws {
        guard root.isFolder else {
            throw PublishingError(
                .notVolume, root.string, "is no folder",
                advice: "mount the volume there, or make the folder first where it is no mount")
        }
        let entries = try attempt("looked into", root) { () throws(Errno) in try root.folderEntries() }
        let strange = entries.map(\.name).first { name in
            // What file systems have of their own, and what another publisher has begun.
            if name.hasPrefix(".") || name == "lost+found" { return false }
            guard Self.folders.contains(name) else { return true }
            return (try? root.appending(name).folderEntries().isEmpty) != true
        }
        if let strange {
            throw PublishingError(
                .notVolume, root.string, "is no volume of Chidori's, and not empty: it has \(strange)",
                advice: "name an empty folder, or the folder where the volume is mounted")
        }
        for name in Self.folders {
            let folder = root.appending(name)
            guard mkdir(folder.string, 0o755) == 0 || errno == EEXIST else {
                throw PublishingError(Errno(rawValue: errno), doing: "made", path: folder.string)
            }
            // Drivers of other users read it, whatever this process's umask.
            guard chmod(folder.string, 0o755) == 0 || errno == EPERM else {
                throw PublishingError(Errno(rawValue: errno), doing: "made", path: folder.string)
            }
        }
        try VolumeMarker.write(in: root)
    }

    private static let systemTime: @Sendable () -> Int64 = { Int64(time(nil)) }

    /// Runs something on the volume; if the system refuses it because the volume has gone, says so.
    func whileThere<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as PublishingError where error.code == .refused {
            guard access(root.appending(VolumeMarker.name).string, F_OK) != 0 else { throw error }
            throw PublishingError(
                .disappeared, root.string, "is not there any more: \(error.subject) \(error.message)",
                advice: "mount the volume again and run the same command: what was published on it is whole",
                cause: error)
        }
    }
}
