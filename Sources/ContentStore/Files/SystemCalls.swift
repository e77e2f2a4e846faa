internal import Glibc
internal import SystemPackage

// POSIX calls that SystemPackage does not offer, with errors that name the path.

/// Repeats a call that a signal interrupted; any other failure becomes a `StoreError`.
@discardableResult
func system(_ doing: String, _ path: FilePath, _ call: () -> CInt) throws(StoreError) -> CInt {
    while true {
        let result = call()
        if result >= 0 { return result }
        let error = Errno(rawValue: errno)
        if error != .interrupted { throw StoreError(error, doing, path) }
    }
}

/// Like `system`, but hands back the listed failures instead of throwing them.
func system(
    _ doing: String, _ path: FilePath, expecting expected: Set<Errno>, _ call: () -> CInt
) throws(StoreError) -> Result<CInt, Errno> {
    while true {
        let result = call()
        if result >= 0 { return .success(result) }
        let error = Errno(rawValue: errno)
        if expected.contains(error) { return .failure(error) }
        if error != .interrupted { throw StoreError(error, doing, path) }
    }
}

/// The C structure, which `FilePath.stat` would hide.
typealias FileStatus = stat

extension FileStatus {
    var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
    var size: UInt64 { UInt64(st_size) }
    var isRegular: Bool { st_mode & S_IFMT == S_IFREG }
}

/// The status of an open file.
func fileStatus(_ descriptor: CInt, _ path: FilePath) throws(StoreError) -> FileStatus {
    var status = FileStatus()
    try system("look at it", path) { fstat(descriptor, &status) }
    return status
}

extension FilePath {
    /// The file's status without following a last link; `nil` if there is no such file.
    func status() throws(StoreError) -> FileStatus? {
        var status = FileStatus()
        let result = try system("look at it", self, expecting: [.noSuchFileOrDirectory, .notDirectory]) {
            withPlatformString { lstat($0, &status) }
        }
        if case .failure = result { return nil }
        return status
    }

    /// Makes the folder and those above it. A new folder's entry is made durable.
    func makeFolder() throws(StoreError) {
        try makeFolder(isBelowNew: false)
    }

    /// Where the folder above was just made and a system still says that it is not there (as `/proc` does), it never will.
    private func makeFolder(isBelowNew: Bool) throws(StoreError) {
        let result = try system("make the folder", self, expecting: [.fileExists, .noSuchFileOrDirectory]) {
            withPlatformString { mkdir($0, 0o755) }
        }
        switch result {
        case .success:
            try removingLastComponent().synchronizeFolder()
        case .failure(.fileExists):
            return
        case .failure(let error):
            let parent = removingLastComponent()
            guard parent != self, !parent.isEmpty, !isBelowNew else {
                throw StoreError(error, "make the folder", self)
            }
            try parent.makeFolder(isBelowNew: false)
            try makeFolder(isBelowNew: true)
        }
    }

    /// Makes the folder's entries durable.
    func synchronizeFolder() throws(StoreError) {
        let path = isEmpty ? FilePath(".") : self
        let descriptor = try system("open the folder", path) {
            path.withPlatformString { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        }
        defer { close(descriptor) }
        // A file system that cannot sync a folder says EINVAL; there is nothing more to be done there.
        _ = try system("sync the folder", path, expecting: [.invalidArgument]) { fsync(descriptor) }
    }

    func rename(to other: FilePath) throws(StoreError) {
        try system("rename it to \(other)", self) {
            withPlatformString { from in other.withPlatformString { Glibc.rename(from, $0) } }
        }
    }

    /// Whether there was such a file.
    @discardableResult
    func unlink() throws(StoreError) -> Bool {
        let result = try system("delete it", self, expecting: [.noSuchFileOrDirectory]) {
            withPlatformString { Glibc.unlink($0) }
        }
        if case .failure = result { return false }
        return true
    }
}
