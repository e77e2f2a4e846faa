internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What others may do in a server's data folder.
enum DataFolder {
    /// Drivers of tenants pass through to their own folders and to environments on the volume, and see nothing else: no
    /// list of jobs, no recipes of others, no lock that they could hold. What goes wrong is told by whoever needs it.
    static func close(_ data: FilePath) {
        for (name, mode) in [("locks", 0o700), ("recipes", 0o700), ("local", 0o700), ("logs", 0o711)] as [(_, mode_t)] {
            let path = data.appending(name).string
            mkdir(path, mode)
            chmod(path, mode)
        }
        for ending in ["", "-wal", "-shm"] { chmod(data.appending("store.sqlite" + ending).string, 0o600) }
    }
}
