internal import CProcesses
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// The locks on an attempt's file, which the kernel frees when their last holder is gone, however it went.
///
/// They belong to open files (fcntl(2), "open file description locks"), so forks and programs inherit them, and asking
/// for them takes none.
struct AttemptLock: ~Copyable {
    static let fileName = "attempt"

    enum Part: Int64 {
        /// Held by the launcher before it forks, by the shim, by the driver, and by what it starts and hands it on to.
        case attempt = 0
        /// Held by the shim alone.
        case shim = 1
    }

    let descriptor: CInt

    /// Opens the file to hold one of its locks.
    ///
    /// - Throws: `Errno.fileExists` where it is to be new and is not.
    init(_ part: Part, in folder: FilePath, isNew: Bool) throws(Errno) {
        let path = folder.appending(Self.fileName)
        let flags = O_RDONLY | O_CLOEXEC | (isNew ? O_CREAT | O_EXCL : 0)
        let opened = try uninterrupted { path.withPlatformString { open($0, flags, 0o600) } }
        do {
            try uninterrupted { chidori_lock_byte(opened, part.rawValue) }
        } catch {
            close(opened)
            throw error
        }
        descriptor = opened
    }

    deinit {
        close(descriptor)
    }

    /// Who holds locks of an attempt.
    struct Holders: Equatable {
        var attempt: Bool
        var shim: Bool

        static let none = Holders(attempt: false, shim: false)
        var areThere: Bool { attempt || shim }
    }

    static func holders(in folder: FilePath) throws(Errno) -> Holders {
        let path = folder.appending(fileName)
        let descriptor: CInt
        do {
            descriptor = try uninterrupted { path.withPlatformString { open($0, O_RDONLY | O_CLOEXEC) } }
        } catch .noSuchFileOrDirectory {
            return .none
        }
        defer { close(descriptor) }
        func isHeld(_ part: Part) throws(Errno) -> Bool {
            try uninterrupted { chidori_byte_is_locked(descriptor, part.rawValue) } == 1
        }
        return Holders(attempt: try isHeld(.attempt), shim: try isHeld(.shim))
    }
}
