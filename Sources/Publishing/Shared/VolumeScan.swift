internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What is needed on a shared volume, as one look tells.
struct VolumeScan {
    /// The environments that have a name or a living lease.
    private(set) var held: Set<VolumeFolderName> = []
    /// The packages' folders that an environment needs, be it in its place or in the trash.
    private(set) var needed: Set<String> = []
    /// Environments that do not say what they need: as long as there are any, no package is known to be unneeded.
    private(set) var unreadable: [String] = []

    /// - Parameter time: by which leases are over.
    init(_ volume: SharedVolume, at time: Int64) throws {
        for folder in [volume.environments, volume.names, volume.leases] { try volume.look(again: folder) }
        held = Set(try volume.namesByFolder().keys)
        for name in try attempt("looked into", volume.leases, { () throws(Errno) in try volume.leases.folderNames() }) {
            guard let folder = VolumeFolderName(name) else { continue }
            if try volume.leases(of: folder).contains(where: { $0.end > time }) { held.insert(folder) }
        }
        // One that is moved while this looks is in one of the two, or back in the first.
        let before = try volume.environmentFolders()
        for name in before where VolumeFolderName(name) != nil { try add(volume.environments.appending(name), volume) }
        for entry in try volume.trashEntries() where entry.kind == "envs" { try add(entry.path, volume) }
        let seen = Set(before)
        for name in try volume.environmentFolders() where !seen.contains(name) && VolumeFolderName(name) != nil {
            try add(volume.environments.appending(name), volume)
        }
    }

    private mutating func add(_ environment: FilePath, _ volume: SharedVolume) throws {
        switch try volume.look(at: environment) {
        case .absent: break
        case .known(let record): needed.formUnion(record.needed)
        case .unreadable(let why): unreadable.append(why)
        }
    }

    func needs(_ entry: TrashEntry) -> Bool {
        switch entry.kind {
        case "envs": VolumeFolderName(entry.name).map(held.contains) ?? true
        default: needed.contains(entry.name)
        }
    }
}

extension SharedVolume {
    /// The names of the environments' folders.
    func environmentFolders() throws -> [String] { try visible(in: environments) }

    /// The names of the packages' folders.
    func packageFolders() throws -> [String] { try visible(in: packages) }

    private func visible(in folder: FilePath) throws -> [String] {
        try attempt("looked into", folder) { () throws(Errno) in try folder.folderNames() }
            .filter { !$0.hasPrefix(".") }
    }
}
