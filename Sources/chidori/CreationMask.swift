internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// The modes of new files: the same whatever the person's umask, since environments and images must not depend on it.
///
/// A umask that keeps others out still does: the data folder itself is made under it, and whoever may not enter that
/// reaches nothing inside. Programs that `env run` becomes have the person's umask again.
enum CreationMask {
    private static let own: mode_t = 0o022
    /// What the person's shell has set.
    nonisolated(unsafe) private static var users = own

    /// To be called once, before there are other threads.
    static func set() {
        users = umask(own)
    }

    static func restore() {
        umask(users)
    }

    /// Makes the data folder if it is to be closed to others and is not there yet. What goes wrong here is told by whoever
    /// first needs the folder.
    static func protect(dataFolder path: FilePath) {
        guard users & 0o077 & ~own != 0 else { return }
        makeFolders(path)
    }

    private static func makeFolders(_ path: FilePath) {
        guard mkdir(path.string, 0o777 & ~users) != 0, errno == ENOENT, path.lastComponent != nil else { return }
        makeFolders(path.removingLastComponent())
        mkdir(path.string, 0o777 & ~users)
    }
}
