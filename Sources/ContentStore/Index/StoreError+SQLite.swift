internal import GRDB
internal import Glibc
internal import SystemPackage

extension StoreError {
    /// SQLite's refusals, in our words.
    init(_ error: DatabaseError, _ path: FilePath) {
        let message = error.message ?? "\(error.resultCode)"
        switch error.resultCode {
        case .SQLITE_FULL:
            self.init(.noSpace, "write the index", path)
        case .SQLITE_READONLY:
            self.init(Self.isReadOnly(path) ? .readOnlyFileSystem : .permissionDenied, "write the index", path)
        case .SQLITE_PERM, .SQLITE_AUTH:
            self.init(.permissionDenied, "open the index", path)
        case .SQLITE_CANTOPEN, .SQLITE_IOERR:
            // SQLite does not hand on the reason; the file system's state tells the usual ones.
            if Self.isFull(path) {
                self.init(.noSpace, "write the index", path)
            } else if Self.isReadOnly(path) {
                self.init(.readOnlyFileSystem, "open the index", path)
            } else if error.resultCode == .SQLITE_CANTOPEN {
                self.init(.permissionDenied, "open the index", path)
            } else {
                self.init(.ioError, "use the index", path)
            }
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self.init(
                .busy, path.string, "is kept busy by another process (\(message))",
                advice: "try again; `fuser \(path)` tells which processes have it open")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            self.init(
                .damaged, path.string, "cannot be read (\(message))",
                advice: "check the disk; without the file, the index is made anew from the blobs")
        default:
            self.init(
                .system, path.string, "cannot be used: \(message)", advice: "check the disk and the folder's mount")
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
