internal import Diagnostics
internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#endif

/// Which disk is meant where an error says that one is full: people know disks by where they are mounted.
enum FullDisk {
    /// `/srv/data has 1.2 MB free of 20.0 GB`; `nil` for any other error. What was half made is gone by now, so there may
    /// be room again.
    static func description(for error: any Diagnostic) -> String? {
        let signs = [Errno.noSpace, .diskQuotaExceeded].map { String(describing: $0) }
        guard error.category == .system, error.subject.hasPrefix("/"), signs.contains(where: error.message.contains)
        else { return nil }
        var path = FilePath(error.subject)
        var status = stat()
        while stat(path.string, &status) != 0 {
            guard path.removeLastComponent() else { return nil }
        }
        var room = statvfs()
        guard statvfs(path.string, &room) == 0 else { return nil }
        let device = status.st_dev
        while !path.components.isEmpty {
            let above = path.removingLastComponent()
            guard stat(above.string, &status) == 0, status.st_dev == device else { break }
            path = above
        }
        let unit = UInt64(room.f_frsize)
        return "\(path) has \(readable(bytes: UInt64(room.f_bavail) * unit)) free of "
            + readable(bytes: UInt64(room.f_blocks) * unit)
    }
}
