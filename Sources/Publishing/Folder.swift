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

    deinit {
        close(descriptor)
    }

    /// Makes a folder; one that is there is no error.
    borrowing func makeFolder(_ relative: String) throws {
        guard mkdirat(descriptor, relative, 0o755) == 0 || errno == EEXIST else { throw refused("made", relative) }
    }

    /// Makes a symbolic link.
    borrowing func link(_ relative: String, to target: String) throws {
        guard symlinkat(target, descriptor, relative) == 0 else { throw refused("linked", relative) }
    }

    /// Gives a file another name here. Where the file has all the names that the file system allows, or lies on another
    /// one and may be copied, it is copied.
    borrowing func hardLink(_ relative: String, to source: String) throws {
        if linkat(AT_FDCWD, source, descriptor, relative, 0) == 0 { return }
        switch errno {
        case EMLINK:
            try copy(relative, from: source)
        case EXDEV:
            throw PublishingError(
                .otherFileSystem, subject: path, message: "lies on another file system than \(source)",
                advice: "use --links symlink or --links copy, or put both on one file system")
        default: throw refused("linked", relative)
        }
    }

    /// Copies a file with its permissions, in the kernel where the file system lets it.
    borrowing func copy(_ relative: String, from source: String) throws {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw PublishingError(Errno(rawValue: errno), doing: "read", path: source) }
        defer { close(input) }
        var status = stat()
        guard fstat(input, &status) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "read", path: source)
        }
        let output = openat(descriptor, relative, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw refused("made", relative) }
        defer { close(output) }
        var left = Int(status.st_size)
        while left > 0 {
            let count = sendfile(output, input, nil, left)
            if count < 0, errno == EINTR { continue }
            if count <= 0 { break }
            left -= count
        }
        if left > 0 { try copyByHand(input, output, relative) }
        guard fchmod(output, status.st_mode & 0o777 | 0o200) == 0 else { throw refused("made", relative) }
    }

    /// For file systems that know no copying of their own.
    private borrowing func copyByHand(_ input: CInt, _ output: CInt, _ relative: String) throws {
        try withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: 16) { buffer in
            while true {
                let count = read(input, buffer.baseAddress, buffer.count)
                if count == 0 { return }
                guard count > 0 else { throw refused("copied", relative) }
                var written = 0
                while written < count {
                    let step = Glibc.write(output, buffer.baseAddress! + written, count - written)
                    guard step > 0 else { throw refused("written", relative) }
                    written += step
                }
            }
        }
    }

    /// Makes a file of a few bytes.
    borrowing func write(_ bytes: some Collection<UInt8>, to relative: String, isExecutable: Bool = false) throws {
        let output = openat(
            descriptor, relative, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, isExecutable ? 0o755 : 0o644)
        guard output >= 0 else { throw refused("made", relative) }
        defer { close(output) }
        try Array(bytes).withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let step = Glibc.write(output, buffer.baseAddress! + written, buffer.count - written)
                guard step > 0 else { throw refused("written", relative) }
                written += step
            }
        }
        // The mode given to openat is cut by the umask, and a tree has the same modes everywhere.
        guard fchmod(output, isExecutable ? 0o755 : 0o644) == 0 else { throw refused("made", relative) }
    }

    /// Opens a new file for writing.
    borrowing func create(_ relative: String) throws -> FileDescriptor {
        let output = openat(descriptor, relative, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw refused("made", relative) }
        return FileDescriptor(rawValue: output)
    }

    borrowing func refused(_ what: String, _ relative: String) -> PublishingError {
        PublishingError(Errno(rawValue: errno), doing: what, path: path + "/" + relative)
    }
}
