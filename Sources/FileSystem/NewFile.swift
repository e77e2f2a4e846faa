internal import Glibc
internal import Synchronization
public import SystemPackage

/// A file that gets its lasting name when it is whole: a reader sees all of it, or what had the name before. Gone if it
/// was never published.
public final class NewFile {
    /// What outlives the machine's sudden end once the file is published.
    public enum Durability: Sendable {
        /// The content, as soon as the name does. For many files at once, whose folder is synchronised after the last.
        case content
        /// The content and the name.
        case contentAndName
    }

    /// What temporary names beside a lasting one begin with, if whoever writes there has no own beginning.
    public static let prefix = ".chidori-new-"

    /// Where it lies until it is published.
    public let path: FilePath
    /// Open for reading and writing. It lives as long as this object.
    public let descriptor: CInt
    private var isSynchronized = false
    private var isPublished = false

    /// Makes a file under a name that nobody has.
    ///
    /// - Parameter mode: cut by the umask.
    public init(at path: FilePath, mode: UInt32 = 0o644) throws(Errno) {
        self.path = path
        descriptor = try uninterrupted {
            path.withPlatformString { open($0, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode) }
        }
    }

    /// Makes a file beside its lasting place, so that a rename can bring it there.
    public convenience init(
        beside destination: FilePath, prefix: String = prefix, mode: UInt32 = 0o644
    ) throws(Errno) {
        try self.init(at: Self.path(beside: destination, prefix: prefix), mode: mode)
    }

    deinit {
        close(descriptor)
        if !isPublished { _ = path.withPlatformString { unlink($0) } }
    }

    /// A name that no other process or thread uses, also where containers share a folder and process numbers repeat.
    public static func uniqueName() -> String {
        let serial = serial.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(getpid())-\(serial)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    private static let serial = Atomic<UInt64>(0)

    /// A temporary name beside a lasting one.
    public static func path(beside destination: FilePath, prefix: String = prefix) -> FilePath {
        destination.removingLastComponent().appending(prefix + uniqueName())
    }

    /// Removes what writers left in a folder that were killed. The caller knows that none with this prefix is at work
    /// there.
    public static func removeUnfinished(in folder: FilePath, prefix: String) throws(Errno) {
        for entry in try folder.folderEntries() where entry.name.hasPrefix(prefix) {
            _ = folder.appending(entry.name).withPlatformString { unlink($0) }
        }
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws(Errno) {
        isSynchronized = false
        try writeAll(bytes, to: descriptor)
    }

    public func write(_ bytes: [UInt8]) throws(Errno) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(Errno) in try write(bytes) }
    }

    /// Gives the file these permissions, whatever the umask.
    public func setMode(_ mode: UInt32) throws(Errno) {
        isSynchronized = false
        try uninterrupted { fchmod(descriptor, mode) }
    }

    /// Makes the content durable, if it is not yet.
    public func synchronize() throws(Errno) {
        guard !isSynchronized else { return }
        try uninterrupted { fsync(descriptor) }
        isSynchronized = true
    }

    /// Leaves the file where it is, under the name that it was made with.
    public func keep() {
        isPublished = true
    }

    /// Gives the file its lasting name in a folder that is there, in place of what has that name.
    public func publish(as destination: FilePath, _ durability: Durability) throws(Errno) {
        try synchronize()
        try path.move(to: destination)
        isPublished = true
        if durability == .contentAndName { try destination.removingLastComponent().synchronizeNames() }
    }
}

extension FilePath {
    /// Writes a whole file, durable with its name, in one step for whoever reads it. A link stays one, and the file that it
    /// leads to is replaced; what is no file, such as a terminal or a pipe, is written to.
    ///
    /// - Parameters:
    ///   - isExecutable: whether everybody may run it, whatever the umask; else it has what the umask leaves of 0644.
    ///   - isPrivate: whether it is for its owner alone, from the beginning.
    public func replaceFile(with bytes: [UInt8], isExecutable: Bool = false, isPrivate: Bool = false) throws(Errno) {
        var status = FileStatus()
        let isThere = withPlatformString { fstatat(AT_FDCWD, $0, &status, 0) } == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else { return try write(bytes) }
        let place = isThere ? try withoutLinks() : self
        let file = try NewFile(beside: place, mode: isPrivate ? 0o600 : 0o644)
        try file.write(bytes)
        if isExecutable { try file.setMode(0o755) }
        try file.publish(as: place, .contentAndName)
    }

    /// Writes to what is there and is no file.
    private func write(_ bytes: [UInt8]) throws(Errno) {
        let descriptor = try uninterrupted { withPlatformString { open($0, O_WRONLY | O_CLOEXEC) } }
        defer { close(descriptor) }
        try bytes.span.bytes.withUnsafeBytes { bytes throws(Errno) in try writeAll(bytes, to: descriptor) }
    }
}
