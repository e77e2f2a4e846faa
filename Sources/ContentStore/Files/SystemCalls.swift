internal import FileSystem
internal import Glibc
internal import SystemPackage

// System calls with errors that name the path.

/// What `body` does to a path, with its refusal as a `StoreError`: `doing` completes "cannot …".
func attempt<Result>(
    _ doing: @autoclosure () -> String, _ path: FilePath, _ body: () throws(Errno) -> Result
) throws(StoreError) -> Result {
    do {
        return try body()
    } catch {
        throw StoreError(error, doing(), path)
    }
}

/// A call that fails with a negative number; it is repeated where a signal interrupted it.
@discardableResult
func system(_ doing: @autoclosure () -> String, _ path: FilePath, _ call: () -> CInt) throws(StoreError) -> CInt {
    try attempt(doing(), path) { () throws(Errno) in try uninterrupted(call) }
}

/// Like `system`, but hands back the listed failures instead of throwing them.
func system(
    _ doing: @autoclosure () -> String, _ path: FilePath, expecting expected: Set<Errno>, _ call: () -> CInt
) throws(StoreError) -> Result<CInt, Errno> {
    do {
        return .success(try uninterrupted(call))
    } catch {
        if expected.contains(error) { return .failure(error) }
        throw StoreError(error, doing(), path)
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
        try attempt("make the folder", self) { () throws(Errno) in try makeFolders(durably: true) }
    }

    /// Makes the folder's entries durable.
    func synchronizeFolder() throws(StoreError) {
        try attempt("sync the folder", self) { () throws(Errno) in try synchronizeNames() }
    }

    func rename(to other: FilePath) throws(StoreError) {
        try attempt("rename it to \(other)", self) { () throws(Errno) in try move(to: other) }
    }

    /// The names in the folder, sorted; none if there is no such folder.
    func entries() throws(StoreError) -> [String] {
        try attempt("list it", self) { () throws(Errno) in
            do throws(Errno) {
                return try folderNames()
            } catch .noSuchFileOrDirectory, .notDirectory {
                return []
            }
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

    /// The bytes of a file, or of all files below a folder; `nil` if it is not there. Links are not followed.
    func totalSize() throws(StoreError) -> UInt64? {
        guard let status = try status() else { return nil }
        guard status.isFolder else { return UInt64(status.st_size) }
        var bytes: UInt64 = 0
        for name in try entries() {
            bytes += try appending(name).totalSize() ?? 0
        }
        return bytes
    }

    /// Deletes the file, or the folder with all that is in it, without following links. Nothing there is no error.
    ///
    /// Returns how many bytes of files went with it (a file with other names counts too).
    @discardableResult
    func removeAll() throws(StoreError) -> UInt64 {
        try removeAll(below: self)
    }

    /// How many bytes longer than the top's a path may be before it is moved up: what builds leave behind may be nested
    /// deeper than a path or a stack can be long.
    private static let longest = 512

    private func removeAll(below top: FilePath) throws(StoreError) -> UInt64 {
        guard let status = try status() else { return 0 }
        guard status.isFolder else {
            try unlink()
            return UInt64(status.st_size)
        }
        // The folders of a package may be read-only; whoever may delete them may also change that.
        if status.st_mode & 0o700 != 0o700 { _ = withPlatformString { chmod($0, 0o700) } }
        if string.utf8.count > top.string.utf8.count + Self.longest {
            try rename(to: top.appending(NewFile.uniqueName()))
            return 0
        }
        var bytes: UInt64 = 0
        while true {
            let names = try entries()
            for name in names { bytes += try appending(name).removeAll(below: top) }
            // What was moved up has come to lie in the top folder meanwhile.
            let expected: Set<Errno> = names.isEmpty ? [] : [.directoryNotEmpty]
            let result = try system("delete the folder", self, expecting: expected.union([.noSuchFileOrDirectory])) {
                withPlatformString { rmdir($0) }
            }
            if case .failure(.directoryNotEmpty) = result { continue }
            return bytes
        }
    }
}
