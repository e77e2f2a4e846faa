internal import CLinux
internal import Glibc
public import SystemPackage

extension FilePath {
    /// Gives the file or folder another name in one step, in place of a file or an empty folder of that name
    /// (`rename(2)`).
    public func move(to other: FilePath) throws(Errno) {
        try uninterrupted { withPlatformString { from in other.withPlatformString { rename(from, $0) } } }
    }

    /// Two files or folders change names in one step (`renameat2(2)`).
    ///
    /// - Returns: `false` on a file system that cannot do that; nothing has happened then.
    public func exchange(with other: FilePath) throws(Errno) -> Bool {
        do {
            try uninterrupted {
                withPlatformString { a in other.withPlatformString { b in chidori_rename_exchange(a, b) } }
            }
            return true
        } catch .invalidArgument, .noFunction {
            return false
        }
    }

    /// The text of a symbolic link.
    public func linkText() throws(Errno) -> String {
        var text = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = try uninterrupted { withPlatformString { readlink($0, &text, text.count) } }
        return String(decoding: text[..<count].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The path of the same file or folder without any link in it (`realpath(3)`).
    public func withoutLinks() throws(Errno) -> FilePath {
        guard let real = withPlatformString({ realpath($0, nil) }) else { throw Errno(rawValue: errno) }
        defer { free(real) }
        return FilePath(platformString: real)
    }

    /// Makes now the time of the last change.
    public func touch() throws(Errno) {
        try uninterrupted { withPlatformString { utimensat(AT_FDCWD, $0, nil, 0) } }
    }

    /// Makes the folder and those above it, each with what the umask leaves of 0755. One that is there is no error.
    ///
    /// - Parameter durably: whether the names of new folders are made durable.
    /// - Throws: `Errno.notDirectory` where something else has the name.
    public func makeFolders(durably: Bool = false) throws(Errno) {
        try makeFolders(durably, isBelowNew: false)
    }

    /// Where the folder above was just made and a system still says that it is not there (as `/proc` does), it never will.
    private func makeFolders(_ durably: Bool, isBelowNew: Bool) throws(Errno) {
        do {
            try uninterrupted { withPlatformString { mkdir($0, 0o755) } }
        } catch .fileExists {
            guard isFolder else { throw .notDirectory }
            return
        } catch .noSuchFileOrDirectory {
            let parent = removingLastComponent()
            guard parent != self, !parent.isEmpty, !isBelowNew else { throw .noSuchFileOrDirectory }
            try parent.makeFolders(durably, isBelowNew: false)
            return try makeFolders(durably, isBelowNew: true)
        }
        if durably { try removingLastComponent().synchronizeNames() }
    }

    /// Whether the path leads to a folder.
    public var isFolder: Bool { leads(to: S_IFDIR) }

    /// Whether the path leads to a regular file.
    public var isFile: Bool { leads(to: S_IFREG) }

    private func leads(to kind: mode_t) -> Bool {
        var status = FileStatus()
        return withPlatformString { fstatat(AT_FDCWD, $0, &status, 0) } == 0 && status.st_mode & S_IFMT == kind
    }

    /// Whether the path leads to anything.
    public var isThere: Bool { withPlatformString { access($0, F_OK) } == 0 }

    /// Makes the names in the folder durable. An empty path is the current folder.
    public func synchronizeNames() throws(Errno) {
        let folder = try OpenFolder(isEmpty ? "." : self)
        do {
            try uninterrupted { fsync(folder.descriptor) }
        } catch .invalidArgument {
            // A file system that cannot sync a folder says so; there is nothing more to be done there.
        }
    }

    /// Brings everything on the file system that the folder lies on to the disk: one call for any number of files
    /// (`syncfs(2)`).
    public func synchronizeFileSystem() throws(Errno) {
        let folder = try OpenFolder(self)
        try uninterrupted { chidori_syncfs(folder.descriptor) }
    }
}
