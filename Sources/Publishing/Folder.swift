internal import Glibc
internal import SystemPackage

/// An open folder, below which things are made by relative path. Nothing below it may be a link on the way: the folder
/// is private to its maker until it is published.
struct Folder: ~Copyable {
    let path: String
    private let descriptor: CInt

    init(_ path: FilePath) throws {
        self.path = path.string
        descriptor = open(path.string, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PublishingError(Errno(rawValue: errno), doing: "opened", path: path.string) }
    }

    /// A folder below another: what is made in it is found without the way down to it.
    init(_ relative: String, in other: borrowing Folder) throws {
        path = relative.isEmpty ? other.path : other.path + "/" + relative
        descriptor = openat(
            other.descriptor, relative.isEmpty ? "." : relative, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw other.refused("opened", relative) }
    }

    deinit {
        close(descriptor)
    }

    /// Makes folders, those above before those below; one that is there is no error.
    ///
    /// A tree has the same modes everywhere, whatever the umask: others run programs in it too.
    borrowing func makeFolders(_ relatives: [String]) throws {
        var isCut: Bool?
        for relative in relatives {
            guard mkdirat(descriptor, relative, 0o755) == 0 || errno == EEXIST else { throw refused("made", relative) }
            if isCut == nil {
                var status = stat()
                guard fstatat(descriptor, relative, &status, 0) == 0 else { throw refused("made", relative) }
                isCut = status.st_mode & 0o777 != 0o755
            }
            if isCut == true, fchmodat(descriptor, relative, 0o755, 0) != 0 { throw refused("made", relative) }
        }
    }

    /// Makes a symbolic link.
    borrowing func link(_ relative: String, to target: String) throws {
        guard symlinkat(target, descriptor, relative) == 0 else { throw refused("linked", relative) }
    }

    /// Gives a file of another folder another name here.
    ///
    /// - Returns: whether it did; not where the file has all the names that its file system allows (ext4: 65,000).
    borrowing func hardLink(_ relative: String, from other: borrowing Folder) throws -> Bool {
        if linkat(other.descriptor, relative, descriptor, relative, 0) == 0 { return true }
        switch errno {
        case EMLINK:
            return false
        case EXDEV:
            throw PublishingError(
                .otherFileSystem, path, "lies on another file system than \(other.path)",
                advice: "use --links symlink or --links copy, or put both on one file system")
        case EPERM:
            throw PublishingError(
                .otherFileSystem, path,
                "cannot have hard links to \(other.path): the file system or the owner of the files forbids it",
                advice: "use --links symlink or --links copy")
        default: throw refused("linked", relative)
        }
    }

    /// Copies a file of another folder to the same place here, writable for its owner, in the kernel where the file
    /// system lets it.
    borrowing func copy(_ relative: String, from other: borrowing Folder) throws {
        let input = openat(other.descriptor, relative, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard input >= 0 else { throw other.refused("read", relative) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else { throw other.refused("read", relative) }
        let output = openat(descriptor, relative, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw refused("made", relative) }
        defer { close(output) }
        var left = Int(status.st_size)
        while left > 0 {
            let count = sendfile(output, input, nil, left)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno != EINVAL, errno != ENOSYS { throw refused("written", relative) }
            if count <= 0 { break }
            left -= count
        }
        if left > 0 { try copyByHand(input, output, relative) }
        guard fchmod(output, status.st_mode & 0o777 | 0o200) == 0 else { throw refused("made", relative) }
    }

    /// For file systems that know no copying of their own.
    private borrowing func copyByHand(_ input: CInt, _ output: CInt, _ relative: String) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            if count == 0 { return }
            guard count > 0 else { throw refused("copied", relative) }
            try write(buffer[..<count], to: output, relative)
        }
    }

    private borrowing func write(_ bytes: ArraySlice<UInt8>, to output: CInt, _ relative: String) throws {
        try bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while let base = rest.baseAddress, !rest.isEmpty {
                let count = Glibc.write(output, base, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw refused("written", relative) }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// Makes a file of a few bytes.
    borrowing func write(_ bytes: [UInt8], to relative: String, isExecutable: Bool = false) throws {
        let output = openat(descriptor, relative, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw refused("made", relative) }
        defer { close(output) }
        try write(bytes[...], to: output, relative)
        guard fchmod(output, isExecutable ? 0o755 : 0o644) == 0 else { throw refused("made", relative) }
    }

    /// Opens a new file for writing and reading.
    borrowing func create(_ relative: String) throws -> FileDescriptor {
        let output = openat(descriptor, relative, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw refused("made", relative) }
        return FileDescriptor(rawValue: output)
    }

    /// What the last call said of something below this folder.
    borrowing func refused(_ what: String, _ relative: String) -> PublishingError {
        PublishingError(Errno(rawValue: errno), doing: what, path: path + "/" + relative)
    }
}
