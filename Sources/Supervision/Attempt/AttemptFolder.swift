internal import FileSystem
internal import Glibc
internal import Synchronization
public import SystemPackage

/// The folder of one attempt at running a program. All that is known of the attempt is here, whoever asks and whoever
/// has died meanwhile:
///
///     attempt        locked while anything of it lives
///     launch.json    the order
///     started.json   which process it is
///     stop           that it is to end
///     end.json       how it ended
///     driver.log     what it printed; older pieces are driver.log.1, driver.log.2 …
///     shim.log       what its shim had to complain about; empty
///     bell           wakes the shim
public struct AttemptFolder: Sendable, Hashable {
    public let path: FilePath
    /// The folder that is surely there, at some height above.
    public let root: FilePath

    /// - Parameter root: the folder below which attempts have theirs; without one, the folder just above.
    public init(_ path: FilePath, below root: FilePath? = nil) {
        self.path = path
        self.root = root ?? path.removingLastComponent()
    }

    public func order() throws(SupervisionError) -> LaunchOrder? { try LaunchOrder.read(in: path) }
    public func start() throws(SupervisionError) -> StartRecord? { try StartRecord.read(in: path) }
    public func end() throws(SupervisionError) -> EndRecord? { try EndRecord.read(in: path) }
    public func stopRequest() throws(SupervisionError) -> StopRequest? { try StopRequest.read(in: path) }

    /// Makes the folder, and those above it where they are missing. They are durable before a program starts here.
    ///
    /// - Parameter isTraversable: whether other users may reach what lies in it and they know by name.
    /// - Returns: whether it is new. Only one of any number of callers, in any number of processes, is told so.
    public func make(isTraversable: Bool = false) throws(SupervisionError) -> Bool {
        let parent = path.removingLastComponent()
        try told("make the folder", parent) { () throws(Errno) in try parent.makeFolders() }
        do throws(Errno) {
            try uninterrupted { path.withPlatformString { mkdir($0, isTraversable ? 0o711 : 0o700) } }
        } catch .fileExists {
            return false
        } catch {
            throw .folder(path, "make the folder", error)
        }
        return true
    }

    /// Makes durable that the folder is there.
    static func synchronize(_ path: FilePath, below root: FilePath) throws(Errno) {
        var folder = path
        while folder != root, folder.lastComponent != nil {
            folder.removeLastComponent()
            try folder.synchronizeNames()
        }
    }

    /// Tells the attempt to end, with all that it started, when the grace is over. Durable when this returns. One that
    /// has not begun never will; the folder may have been made for that alone. Told again, it may only become sooner.
    public func stop(_ request: StopRequest) throws(SupervisionError) {
        try Self.stopping.withLock { _ throws(SupervisionError) in
            // The shim may not have seen a more impatient one yet.
            if let earlier = try stopRequest(), earlier.grace <= request.grace { return }
            try told("write the stop request", path) { () throws(Errno) in
                try request.write(in: path)
                try Self.synchronize(path, below: root)
            }
        }
        ring()
    }

    private static let stopping = Mutex(())

    static let bell = "bell"

    /// Wakes the shim, if there is one.
    private func ring() {
        let bell = path.appending(Self.bell).withPlatformString { open($0, O_WRONLY | O_NONBLOCK | O_CLOEXEC) }
        guard bell >= 0 else { return }
        var byte: UInt8 = 0
        _ = write(bell, &byte, 1)
        close(bell)
    }

    /// What is true of the attempt now.
    public func state() throws(SupervisionError) -> AttemptState {
        if let end = try end() { return .ended(end) }
        guard path.isFolder else { return .absent }
        var holders = try holders()
        if !holders.areThere {
            // The last thing that a shim does is to record the end, and then its lock goes.
            if let end = try end() { return .ended(end) }
            guard let start = try start() else { return .absent }
            guard Remains(of: self, start).areThere else { return .lost(start) }
            holders = .none
            return .running(start, isSupervised: false)
        }
        guard let start = try start() else { return .starting }
        return .running(start, isSupervised: holders.shim)
    }

    /// Whether the attempt goes on under its shim, which is asked with three system calls. If not, ask ``state()``.
    public var isSupervised: Bool {
        guard let holders = try? AttemptLock.holders(in: path), holders.shim else { return false }
        return !path.appending(EndRecord.fileName).isThere
    }

    func holders() throws(SupervisionError) -> AttemptLock.Holders {
        try told("ask for its lock", path) { () throws(Errno) in try AttemptLock.holders(in: path) }
    }
}

/// What is true of an attempt.
public enum AttemptState: Sendable, Hashable {
    /// The program was never started. Where there is a folder, it never will be.
    case absent
    /// Somebody is about to start it.
    case starting
    /// Something of it lives.
    ///
    /// - `isSupervised`: whether its shim does. If not, its end will not be recorded.
    case running(StartRecord, isSupervised: Bool)
    case ended(EndRecord)
    /// It was started, nothing of it lives, and nobody recorded how it ended.
    case lost(StartRecord)
}
