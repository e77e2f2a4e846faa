internal import FileSystem
internal import Glibc
public import SystemPackage

/// An environment on a shared volume, as lists show it.
public struct VolumeEntry: Sendable {
    /// The name of its folder.
    public let folder: String
    /// In hexadecimal.
    public let id: String
    public let links: LinksMode
    public let path: FilePath
    /// Its manifest; `nil` where it cannot be read.
    public let manifest: [UInt8]?
    /// What it needs; `nil` where it does not say so.
    public let packages: [String]?
    /// Bytes of its packages, unpacked; `nil` where it does not say so.
    public let size: UInt64?
    /// In seconds since 1970, by the volume's clock.
    public let published: Int64
    /// When somebody said last that it is used, in seconds since 1970 by the volume's clock.
    public let used: Int64
    /// The names that mean it.
    public let names: [String]
    /// In the order of their ends; those that are over, too.
    public let leases: [VolumeLease]
}

extension SharedVolume {
    /// Every environment on the volume, in the order of their ids.
    ///
    /// - Throws: `PublishingError`.
    public func entries() throws -> [VolumeEntry] {
        try whileThere {
            let names = try namesByFolder()
            return try environmentFolders().compactMap { name in
                guard let folder = VolumeFolderName(name) else { return nil }
                return try entry(folder, names[folder] ?? [])
            }
        }
    }

    private func entry(_ folder: VolumeFolderName, _ names: [String]) throws -> VolumeEntry? {
        let path = environments.appending(folder.description)
        // Gone since it was listed.
        guard let used = try lastUse(of: path) else { return nil }
        var record: VolumeRecord?
        if case .known(let known) = try look(at: path) { record = known }
        let manifest = path.appending(TreeGlue.manifestName)
        return VolumeEntry(
            folder: folder.description, id: folder.id, links: folder.links, path: path,
            manifest: try? manifest.fileContents(limit: 64 << 20, isRegular: true), packages: record?.packages,
            size: record?.size, published: try lastUse(of: manifest) ?? used, used: used, names: names.sorted(),
            leases: try leases(of: folder).sorted { ($0.end, $0.holder) < ($1.end, $1.holder) })
    }

    /// The packages' folders on the volume.
    public func packageNames() throws -> [String] { try whileThere { try packageFolders() } }

    /// What time it is for leases on the volume, in seconds since 1970.
    public func now() -> Int64 {
        // Whoever only reads takes its own clock's word; a collector is more careful.
        localTime()
    }

    /// Takes away what keeps an environment: a name, or a holder's leases. Nothing is deleted; a collector does that.
    ///
    /// - Throws: `PublishingError` (`notOnVolume`) where it is not kept by that.
    public func release(_ entry: VolumeEntry, name: String? = nil, holder: String? = nil) throws {
        try whileThere {
            guard let folder = VolumeFolderName(entry.folder) else { return }
            for (hold, isName) in [(name, true), (holder, false)] {
                guard let hold else { continue }
                guard try release(folder, by: hold, isName: isName) else {
                    throw PublishingError(
                        .notOnVolume, hold,
                        isName ? "is not a name of \(entry.path)" : "holds no lease on \(entry.path)",
                        advice: "`chidori volume list \(root)` shows names and leases")
                }
            }
        }
    }
}
