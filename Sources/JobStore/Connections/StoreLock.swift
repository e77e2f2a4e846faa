internal import FileSystem
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Says that this process alone has the store open, or makes a backup of it: `flock` on a file beside it, which the kernel
/// releases when its holder dies.
final class StoreLock: Sendable {
    private let descriptor: Mutex<CInt?>

    /// - Parameters:
    ///   - doing: what the holder is, for those who are refused: `chidori serve`.
    ///   - complaint: says of the folder what holders do there.
    /// - Throws: `inUse`, which says who holds it.
    init(
        _ path: FilePath, doing: String, refusing complaint: String = "has its jobs open",
        advice: String = "talk to that server, stop it, or choose another folder with --data"
    ) throws(JobStoreError) {
        let descriptor = try attempt("open the lock", path) { () throws(Errno) in
            try uninterrupted { path.withPlatformString { open($0, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) } }
        }
        if let error = Self.lock(descriptor, path) {
            close(descriptor)
            guard error == .wouldBlock else { throw JobStoreError(error, "lock it", path) }
            throw JobStoreError(
                .inUse, path.removingLastComponent().string, "\(complaint) in \(Self.holder(path))", advice: advice)
        }
        // A courtesy to those who are refused: where it cannot be written, the lock holds all the same.
        let note = Array("\(getpid())\n\(doing)\n".utf8)
        ftruncate(descriptor, 0)
        _ = note.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        self.descriptor = Mutex(descriptor)
    }

    /// Says that this process alone copies what the store holds, or exchanges it.
    ///
    /// - Throws: `inUse`.
    convenience init(ofBackups paths: StorePaths, doing: String) throws(JobStoreError) {
        try self.init(
            paths.backupLock, doing: doing, refusing: "has a backup being made", advice: "wait until that is done")
    }

    deinit {
        release()
    }

    /// Lets go; a second call does nothing.
    func release() {
        descriptor.withLock { held in
            guard let descriptor = held else { return }
            // A program that is just being started has the descriptor too until its `exec`.
            flock(descriptor, LOCK_UN)
            close(descriptor)
            held = nil
        }
    }

    /// - Returns: why it was not locked; `nil` where it was.
    private static func lock(_ descriptor: CInt, _ path: FilePath) -> Errno? {
        let deadline = ContinuousClock.now + .seconds(5)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let error = Errno(rawValue: errno)
            // What a killed server was just starting has the lock too, until it has become another program.
            guard error == .wouldBlock, let process = note(path).first.flatMap({ pid_t($0) }), process > 0,
                kill(process, 0) != 0, errno == ESRCH, .now < deadline
            else { return error }
            usleep(5000)
        }
        return nil
    }

    private static func note(_ path: FilePath) -> [Substring] {
        String(decoding: (try? path.fileContents(limit: 4096)) ?? [], as: UTF8.self).split(separator: "\n")
    }

    private static func holder(_ path: FilePath) -> String {
        let lines = note(path)
        guard let process = lines.first else { return "another process" }
        return lines.count > 1 ? "process \(process) (\(lines[1]))" : "process \(process)"
    }
}
