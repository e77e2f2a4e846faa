internal import FileSystem
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A held lock between processes, and between threads of one process: `flock` on a file under `locks/`.
///
/// Every holder has opened the file for itself, so that two threads exclude each other as two processes do. The kernel
/// releases the lock when its holder dies. Released by ``release()`` or with the last reference.
public final class FileLock: Sendable {
    /// Who else may hold the lock at the same time.
    public enum Mode: Sendable {
        /// Nobody.
        case exclusive
        /// Other holders that share it.
        case shared
    }

    private let descriptor: Mutex<CInt?>

    private init(descriptor: CInt) {
        self.descriptor = Mutex(descriptor)
    }

    deinit {
        release()
    }

    /// Lets go; a second call does nothing.
    public func release() {
        descriptor.withLock { held in
            if let descriptor = held {
                // A program that another thread is just starting has the descriptor too until its `exec`, so closing alone
                // would not be enough.
                flock(descriptor, LOCK_UN)
                close(descriptor)
            }
            held = nil
        }
    }

    /// Leaves the lock held as long as this process runs, the program that it becomes by `exec`, and their children.
    /// It can no longer be released.
    public func surviveExec() {
        descriptor.withLock { held in
            if let descriptor = held { _ = fcntl(descriptor, F_SETFD, 0) }
            held = nil
        }
    }

    /// Takes the lock if it is free.
    ///
    /// - Parameter note: what the holder is doing ("building spark-ml"), for those who wait; written by exclusive
    ///   holders only.
    static func attempt(_ path: FilePath, _ mode: Mode, note: String) throws(StoreError) -> FileLock? {
        while true {
            let descriptor = try open(path)
            let operation = (mode == .exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB
            let result: Result<CInt, Errno>
            do {
                result = try system("lock it", path, expecting: [.wouldBlock]) { flock(descriptor, operation) }
            } catch {
                close(descriptor)
                throw error
            }
            guard case .success = result else {
                close(descriptor)
                return nil
            }
            // A sweeper may have deleted the file between our opening and our locking it; then the lock is nobody's.
            guard isNamed(descriptor, path) else {
                close(descriptor)
                continue
            }
            if mode == .exclusive { write(note, to: descriptor) }
            return FileLock(descriptor: descriptor)
        }
    }

    /// Who holds the lock exclusively, as its file tells; `nil` if it does not.
    static func holder(of path: FilePath) -> String? {
        guard let bytes = try? path.readAll(limit: 4096) ?? [] else { return nil }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        guard let process = lines.first.flatMap({ Int($0) }) else { return nil }
        let doing = lines.count > 1 ? ", which is \(lines[1])" : ""
        return "process \(process)\(doing)"
    }

    /// The processes that hold the lock in any mode, as the kernel lists them: `"4711, 4712"`.
    static func sharers(of path: FilePath) -> String {
        guard let status = try? path.status(), let table = try? FilePath("/proc/locks").fileContents(limit: 64 << 20)
        else { return "?" }
        // A line: `1: FLOCK  ADVISORY  READ 4711 fe:00:131074 0 EOF`; the last number of the triple is the inode.
        let inode = ":\(status.st_ino)"
        let processes = String(decoding: table, as: UTF8.self).split(separator: "\n").compactMap { line -> Int? in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(where: { $0.hasSuffix(inode) }), place > 0, words.contains("FLOCK")
            else { return nil }
            return Int(words[place - 1])
        }
        return Set(processes).sorted().map(String.init).joined(separator: ", ")
    }

    /// Deletes the lock's file if nobody holds it; whether nobody does.
    @discardableResult
    static func removeIfFree(_ path: FilePath) throws(StoreError) -> Bool {
        guard let lock = try attempt(path, .exclusive, note: "") else { return false }
        try path.unlink()
        lock.release()
        return true
    }

    /// Whether somebody holds the lock in any mode. Leaves nothing behind where nobody ever did.
    static func isHeld(_ path: FilePath) throws(StoreError) -> Bool {
        let opened = try system("open the lock", path, expecting: [.noSuchFileOrDirectory]) {
            path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC) }
        }
        guard case .success(let descriptor) = opened else { return false }
        defer { close(descriptor) }
        let taken = try system("lock it", path, expecting: [.wouldBlock]) { flock(descriptor, LOCK_EX | LOCK_NB) }
        if case .failure = taken { return true }
        flock(descriptor, LOCK_UN)
        return false
    }

    private static func open(_ path: FilePath) throws(StoreError) -> CInt {
        let flags = O_CREAT | O_RDWR | O_CLOEXEC
        let first = try system("open the lock", path, expecting: [.noSuchFileOrDirectory]) {
            path.withPlatformString { Glibc.open($0, flags, 0o644) }
        }
        if case .success(let descriptor) = first { return descriptor }
        try path.removingLastComponent().makeFolder()
        return try system("open the lock", path) { path.withPlatformString { Glibc.open($0, flags, 0o644) } }
    }

    private static func isNamed(_ descriptor: CInt, _ path: FilePath) -> Bool {
        var held = FileStatus()
        var named = FileStatus()
        guard fstat(descriptor, &held) == 0 else { return false }
        guard path.withPlatformString({ stat($0, &named) }) == 0 else { return false }
        return held.st_ino == named.st_ino && held.st_dev == named.st_dev
    }

    /// A note is a courtesy to those who wait: where it cannot be written (a full disk), the lock holds all the same.
    private static func write(_ note: String, to descriptor: CInt) {
        let text = "\(getpid())\n\(note)\n"
        ftruncate(descriptor, 0)
        _ = Array(text.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }
}
