internal import FileSystem
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

    /// What `body` does to a path, with its refusal as a `LayersError`: `doing` completes "cannot be …".
    @discardableResult
    static func attempt<Result>(
        _ doing: String, _ path: FilePath, _ body: () throws(Errno) -> Result
    ) throws(LayersError) -> Result {
        do {
            return try body()
        } catch {
            throw fault(path, doing, error)
        }
    }

    static func makeFolder(_ path: FilePath) throws {
        try attempt("made a folder", path) { () throws(Errno) in try path.makeFolders() }
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
        do {
            return try path.fileContents(limit: limit)
        } catch .noSuchFileOrDirectory {
            return nil
        } catch .fileTooLarge {
            throw LayersError(.badLayout, path.string, "has more than \(limit) bytes", advice: "it is no such file")
        } catch {
            throw LayersError(
                .badLayout, path.string, "cannot be read (\(error))", advice: "check its permissions", cause: error)
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

    /// Makes new names in a folder durable.
    static func synchronizeFolder(_ path: FilePath) throws {
        try attempt("written", path) { () throws(Errno) in try path.synchronizeNames() }
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
