internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// The few file operations that writing a layout needs, each with an error that names the path.
enum Files {
    static func fault(_ path: FilePath, _ doing: String, _ error: Errno) -> LayersError {
        LayersError(
            .unwritable, path.string, "cannot be \(doing) (\(error))",
            advice: error == .noSpace ? "free some space, or choose another place" : "check the folder's permissions",
            cause: error)
    }

    /// Makes a folder and those above it.
    static func makeFolder(_ path: FilePath) throws {
        try makeFolder(path, isBelowNew: false)
    }

    /// Where the folder above was just made and a system still says that it is not there (as `/proc` does), it never will.
    private static func makeFolder(_ path: FilePath, isBelowNew: Bool) throws {
        if path.withPlatformString({ mkdir($0, 0o755) }) == 0 { return }
        let error = Errno(rawValue: errno)
        if error == .fileExists {
            if isFolder(path) { return }
        } else if error == .noSuchFileOrDirectory, !isBelowNew, !path.removingLastComponent().isEmpty {
            try makeFolder(path.removingLastComponent(), isBelowNew: false)
            return try makeFolder(path, isBelowNew: true)
        }
        throw fault(path, "made a folder", error)
    }

    private static func isFolder(_ path: FilePath) -> Bool {
        var status = stat()
        return path.withPlatformString { stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a regular file; `nil` if there is none.
    static func size(_ path: FilePath) -> UInt64? {
        var status = stat()
        guard path.withPlatformString({ stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return UInt64(status.st_size)
    }

    /// Whether two files on one file system are not the same file.
    static func couldBeOne(_ first: FilePath, _ second: FilePath) -> Bool {
        var (one, other) = (stat(), stat())
        guard first.withPlatformString({ stat($0, &one) }) == 0, second.withPlatformString({ stat($0, &other) }) == 0
        else { return false }
        return one.st_dev == other.st_dev && one.st_ino != other.st_ino
    }

    /// The whole of a small file; `nil` if it is not there.
    static func read(_ path: FilePath, limit: Int = 16 << 20) throws -> [UInt8]? {
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        } catch Errno.noSuchFileOrDirectory {
            return nil
        } catch let error as Errno {
            throw LayersError(
                .badLayout, path.string, "cannot be read (\(error))", advice: "check its permissions", cause: error)
        }
        defer { try? descriptor.close() }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                throw LayersError(.badLayout, path.string, "has more than \(limit) bytes", advice: "it is no such file")
            }
        }
    }

    /// Gives a file another name beside its own. `false` where the two places cannot share one.
    static func link(_ source: FilePath, to target: FilePath) throws -> Bool {
        let result = source.withPlatformString { from in target.withPlatformString { Glibc.link(from, $0) } }
        if result == 0 { return true }
        let error = Errno(rawValue: errno)
        switch error {
        case .fileExists: return true
        case .improperLink, .notPermitted, .tooManyLinks, .notSupported, .permissionDenied: return false
        default: throw fault(target, "linked", error)
        }
    }

    static func rename(_ source: FilePath, to target: FilePath) throws {
        let result = source.withPlatformString { from in target.withPlatformString { Glibc.rename(from, $0) } }
        guard result == 0 else { throw fault(target, "written", Errno(rawValue: errno)) }
    }

    /// Makes new names in a folder durable.
    static func synchronizeFolder(_ path: FilePath) throws {
        let descriptor = path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw fault(path, "opened", Errno(rawValue: errno)) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault(path, "written", Errno(rawValue: errno)) }
    }
}

/// A lock on a folder that its other writers respect, whatever process they are in; the kernel releases it when the
/// process dies.
struct FolderLock {
    private let descriptor: Int32

    /// Waits until it is free.
    init(_ path: FilePath) throws {
        descriptor = path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard descriptor >= 0 else { throw Files.fault(path, "opened", Errno(rawValue: errno)) }
        while flock(descriptor, LOCK_EX) != 0 {
            let error = Errno(rawValue: errno)
            guard error == .interrupted else {
                close(descriptor)
                throw Files.fault(path, "locked", error)
            }
        }
    }

    func release() {
        close(descriptor)
    }
}
