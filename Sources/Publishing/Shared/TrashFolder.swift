internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Where a collector puts what nobody needs any more, until it is deleted or given back: a folder of its own below
/// `trash`, whose time of change is that of the last thing put there.
struct TrashFolder {
    private let path: FilePath

    init(on volume: SharedVolume) throws {
        path = volume.trash.appending(NewFile.uniqueName())
        guard mkdir(path.string, 0o755) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "made", path: path.string)
        }
    }

    /// Where something that was published goes.
    func place(for published: FilePath) throws -> FilePath {
        path.appending(
            (published.removingLastComponent().lastComponent?.string ?? "") + "."
                + (published.lastComponent?.string ?? ""))
    }

    /// - Returns: whether it went; not where it had gone before.
    func take(_ published: FilePath) throws -> Bool {
        let place = try place(for: published)
        do throws(Errno) {
            try published.move(to: place)
            return true
        } catch .noSuchFileOrDirectory {
            return false
        } catch {
            throw PublishingError(error, doing: "moved away", path: published.string)
        }
    }
}

/// Something in the trash.
struct TrashEntry {
    let path: FilePath
    /// The folder of its name: `envs` or `packages`.
    let kind: String
    let name: String
    /// When the last thing was put beside it, in seconds since 1970 by the file system's clock.
    let since: Int64

    func origin(on volume: SharedVolume) -> FilePath { volume.root.appending(kind).appending(name) }
}

extension SharedVolume {
    /// What is in the trash, whoever put it there.
    func trashEntries() throws -> [TrashEntry] {
        var entries: [TrashEntry] = []
        for folder in try attempt("looked into", trash, { () throws(Errno) in try trash.folderNames() }) {
            let path = trash.appending(folder)
            // Another collector may be done with it.
            guard let since = try lastUse(of: path), let names = try? path.folderNames() else { continue }
            for name in names {
                for kind in ["envs", "packages"] where name.hasPrefix(kind + ".") {
                    entries.append(
                        TrashEntry(
                            path: path.appending(name), kind: kind, name: String(name.dropFirst(kind.utf8.count + 1)),
                            since: since))
                }
            }
        }
        return entries
    }
}
