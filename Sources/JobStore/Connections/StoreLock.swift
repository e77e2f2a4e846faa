internal import FileSystem
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Says that this process alone has the store open: `flock` on a file beside it, which the kernel releases when its
/// holder dies.
final class StoreLock: Sendable {
    private let descriptor: Mutex<CInt?>

    /// - Parameter doing: what the holder is, for those who are refused: `chidori serve`.
    /// - Throws: `inUse`, which says who holds it.
    init(_ path: FilePath, doing: String) throws(JobStoreError) {
        let descriptor = try attempt("open the lock", path) { () throws(Errno) in
            try uninterrupted { path.withPlatformString { open($0, O_CREAT | O_RDWR | O_CLOEXEC, 0o600) } }
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let error = Errno(rawValue: errno)
            close(descriptor)
            guard error == .wouldBlock else { throw JobStoreError(error, "lock it", path) }
            throw JobStoreError(
                .inUse, path.removingLastComponent().string, "has its jobs open in \(Self.holder(path))",
                advice: "talk to that server, stop it, or choose another folder with --data")
        }
        // A courtesy to those who are refused: where it cannot be written, the lock holds all the same.
        let note = Array("\(getpid())\n\(doing)\n".utf8)
        ftruncate(descriptor, 0)
        _ = note.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        self.descriptor = Mutex(descriptor)
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

    private static func holder(_ path: FilePath) -> String {
        let bytes = (try? path.fileContents(limit: 4096)) ?? []
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let process = lines.first else { return "another process" }
        return lines.count > 1 ? "process \(process) (\(lines[1]))" : "process \(process)"
    }
}
