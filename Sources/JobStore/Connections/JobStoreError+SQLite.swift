internal import GRDB
internal import Glibc
internal import SystemPackage

extension JobStoreError {
    /// SQLite's refusals, in our words.
    init(_ error: DatabaseError, _ path: FilePath) {
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.noSpace, "write it", path)
        case .SQLITE_READONLY:
            self.init(Self.isReadOnly(path) ? .readOnlyFileSystem : .permissionDenied, "write it", path)
        case .SQLITE_PERM, .SQLITE_AUTH:
            self.init(.permissionDenied, "open it", path)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR:
            // SQLite does not hand on the reason; the file system's state tells the usual ones.
            if Self.isFull(path) {
                self.init(.noSpace, "write it", path)
            } else if Self.isReadOnly(path) {
                self.init(.readOnlyFileSystem, "write it", path)
            } else if error.resultCode == .SQLITE_CANTOPEN {
                self.init(.permissionDenied, "open it", path)
            } else {
                self.init(.ioError, "use it (\(message))", path)
            }
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .damaged, path.string, "cannot be read (\(message))",
                advice: "check the disk, then `chidori restore` the newest backup")
        default:
            self.init(
                .system, path.string, "cannot be used: \(message)", advice: "check the disk and the folder's mount",
                cause: error)
        }
    }

    /// Any error of a call on the store: those of SQLite are told in our words.
    init(_ error: any Error, _ path: FilePath) {
        switch error {
        case let error as JobStoreError: self = error
        case let error as DatabaseError: self.init(error, path)
        default: self.init(.system, path.string, "cannot be used: \(error)", cause: error)
        }
    }

    private static func isFull(_ path: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(path.removingLastComponent().string, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 64 << 10
    }

    private static func isReadOnly(_ path: FilePath) -> Bool {
        var status = statvfs()
        guard statvfs(path.removingLastComponent().string, &status) == 0 else { return false }
        return status.f_flag & UInt(ST_RDONLY) != 0
    }
}

extension DatabaseError {
    /// Whether the trouble is the disk's or the machine's, and so everybody's who writes.
    var isEverybodys: Bool {
        switch resultCode {
        case .SQLITE_FULL, .SQLITE_IOERR, .SQLITE_READONLY, .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_NOMEM,
            .SQLITE_CANTOPEN, .SQLITE_BUSY, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_PROTOCOL:
            true
        default: false
        }
    }
}
