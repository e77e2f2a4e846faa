internal import FileSystem
internal import Glibc
public import SystemPackage

/// A folder in the making, on the same file system as everything in the store, that gets its lasting name by one rename
/// or vanishes with its owner.
///
/// A lock on the folder itself tells a sweeper whether its maker still lives.
public final class ScratchFolder {
    public let path: FilePath
    private let descriptor: CInt
    private var published = false

    init(in parent: FilePath) throws(StoreError) {
        try parent.makeFolder()
        let path = parent.appending(NewFile.uniqueName())
        self.path = path
        try system("make the folder", path) { path.withPlatformString { mkdir($0, 0o755) } }
        descriptor = try system("open the folder", path) {
            path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    deinit {
        if !published { _ = try? path.removeAll() }
        close(descriptor)
    }

    /// Gives the folder its lasting name.
    ///
    /// - Returns: `false` if something has that name already; the folder then stays what it is.
    @discardableResult
    public func publish(to destination: FilePath) throws -> Bool {
        try destination.removingLastComponent().makeFolder()
        published = try attempt("rename it to \(destination)", path) { () throws(Errno) in
            do throws(Errno) {
                try path.move(to: destination)
                return true
            } catch .fileExists, .directoryNotEmpty {
                return false
            }
        }
        return published
    }
}

extension ContentStore {
    /// A new, empty folder under `tmp/`. It is deleted with its last reference unless it was published.
    public func scratchFolder() throws -> ScratchFolder {
        try sweepIfDue()
        return try ScratchFolder(in: paths.temporary)
    }
}
