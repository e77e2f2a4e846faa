internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What a program prints, in files of one length: `driver.log`, which is being written, and the full ones before it,
/// `driver.log.1` the first of all. Beyond the limit the oldest goes. Since every full file is as long as any other, a
/// byte's place in all that was printed follows from its file's number.
struct OutputLog: ~Copyable {
    static let name = "driver.log"

    private let folder: FilePath
    private let limits: LogLimits
    private var descriptor: CInt = -1
    /// Full files so far.
    private var full = 0
    /// Bytes in the file that is being written.
    private var filled: Int64 = 0
    /// Bytes that could not be written, and for how many of them that still has to be said.
    private(set) var lost: Int64 = 0
    private var untold: Int64 = 0
    private var trouble = Errno.noSpace

    init(in folder: FilePath, _ limits: LogLimits) throws(Errno) {
        self.folder = folder
        self.limits = limits
        try open()
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Bytes that were written.
    var written: Int64 { Int64(full) * limits.segment + filled }
    /// Of them, those that are kept no longer.
    var dropped: Int64 { Int64(max(0, full + 1 - limits.segments)) * limits.segment }

    /// Writes what fits, whatever happens: who prints must not wait for a disk to have room again.
    mutating func write(_ bytes: UnsafeRawBufferPointer) {
        if untold > 0 {
            var notice = "\n[\(untold) bytes of output could not be written: \(trouble)]\n"
            let count = notice.utf8.count
            let rest = notice.withUTF8 { put(UnsafeRawBufferPointer($0)) }
            // A notice that was begun counts as told.
            if rest < count { untold = 0 }
        }
        let rest = put(bytes)
        lost += Int64(rest)
        untold += Int64(rest)
    }

    /// - Returns: how many bytes are left over.
    private mutating func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        var rest = bytes
        while !rest.isEmpty {
            do throws(Errno) {
                if filled == limits.segment { try turn() }
                if descriptor < 0 { try open() }
                let most = Int(min(Int64(rest.count), limits.segment - filled))
                let count = try uninterrupted { Glibc.write(descriptor, rest.baseAddress, most) }
                filled += Int64(count)
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            } catch {
                trouble = error
                return rest.count
            }
        }
        return 0
    }

    /// Begins the next file.
    private mutating func turn() throws(Errno) {
        let current = folder.appending(Self.name)
        try current.move(to: folder.appending("\(Self.name).\(full + 1)"))
        full += 1
        filled = 0
        close(descriptor)
        descriptor = -1
        let oldest = full + 1 - limits.segments
        if oldest > 0 { _ = folder.appending("\(Self.name).\(oldest)").withPlatformString { unlink($0) } }
        try open()
    }

    private mutating func open() throws(Errno) {
        let path = folder.appending(Self.name)
        descriptor = try uninterrupted {
            path.withPlatformString {
                Glibc.open($0, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o640)
            }
        }
    }

    /// Brings to the disk what the machine still holds back.
    func synchronize() throws(Errno) {
        if descriptor >= 0 { try uninterrupted { fdatasync(descriptor) } }
    }
}
