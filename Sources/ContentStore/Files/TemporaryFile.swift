internal import Glibc
internal import Synchronization
internal import SystemPackage

/// A file under a temporary name, locked by its writer, that becomes a blob by a rename or vanishes with its owner.
///
/// The lock (`flock` on the file itself) tells a sweeper whether the writer still lives: the kernel releases it when
/// the process dies, however it dies.
final class TemporaryFile {
    let path: FilePath
    let descriptor: CInt
    private var published = false

    private static let serial = Atomic<UInt64>(0)

    init(in folder: FilePath) throws(StoreError) {
        let name = Self.uniqueName()
        path = folder.appending(name)
        descriptor = try Self.open(path, in: folder)
        // Nobody else can hold it: the name is new. A sweeper that got in between leaves young files alone.
        flock(descriptor, LOCK_EX | LOCK_NB)
    }

    /// A name that no other process or thread uses: process id, a serial number and a random part.
    static func uniqueName() -> String {
        let serial = serial.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(getpid())-\(serial)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    private static func open(_ path: FilePath, in folder: FilePath) throws(StoreError) -> CInt {
        let flags = O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC
        let first = try system("make a file", path, expecting: [.noSuchFileOrDirectory]) {
            path.withPlatformString { Glibc.open($0, flags, 0o600) }
        }
        if case .success(let descriptor) = first { return descriptor }
        try folder.makeFolder()
        return try system("make a file", path) { path.withPlatformString { Glibc.open($0, flags, 0o600) } }
    }

    deinit {
        close(descriptor)
        if !published { _ = path.withPlatformString { Glibc.unlink($0) } }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(StoreError) {
        var rest = bytes
        while let base = rest.baseAddress, !rest.isEmpty {
            let written = Glibc.write(descriptor, base, rest.count)
            if written < 0 {
                let error = Errno(rawValue: errno)
                if error == .interrupted { continue }
                throw StoreError(error, "write", path)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Lets the kernel begin to write out what has been handed to it, so that the sync at the end has little left.
    ///
    /// Linux starts the writing of dirty pages on this advice, and cannot drop pages that are being written.
    func beginWriteback(from offset: UInt64, count: UInt64) {
        _ = posix_fadvise(descriptor, off_t(offset), off_t(count), POSIX_FADV_DONTNEED)
    }

    /// Makes the content durable and read-only for everyone.
    func seal() throws(StoreError) {
        try system("protect it", path) { fchmod(descriptor, 0o444) }
        try system("write it out", path) { fsync(descriptor) }
    }

    /// Gives the file its lasting name in a folder that may not exist yet, replacing what is there.
    func publish(to destination: FilePath) throws(StoreError) {
        let result = try system("rename it to \(destination)", path, expecting: [.noSuchFileOrDirectory]) {
            path.withPlatformString { from in destination.withPlatformString { Glibc.rename(from, $0) } }
        }
        if case .failure = result {
            try destination.removingLastComponent().makeFolder()
            try path.rename(to: destination)
        }
        published = true
    }
}
