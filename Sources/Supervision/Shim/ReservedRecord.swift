internal import CProcesses
internal import FileSystem
internal import Glibc
internal import JSONDocument
internal import SystemPackage

/// Room on the disk for the record of the end, taken at the beginning: a full disk must not keep an end from being told.
struct ReservedRecord: ~Copyable {
    private static let size = 4096

    private let folder: FilePath
    private let path: FilePath
    private let descriptor: CInt

    init(in folder: FilePath) throws(Errno) {
        let path = folder.appending(".end")
        let descriptor = try uninterrupted {
            path.withPlatformString { open($0, O_CREAT | O_RDWR | O_CLOEXEC | O_TRUNC, 0o600) }
        }
        do {
            try uninterrupted { chidori_reserve(descriptor, Int64(Self.size)) }
        } catch {
            // A file system that reserves nothing takes what it is given; one that is full does not.
            let zeros = [UInt8](repeating: 0, count: Self.size)
            do {
                try uninterrupted { pwrite(descriptor, zeros, zeros.count, 0) }
            } catch {
                close(descriptor)
                throw error
            }
        }
        self.folder = folder
        self.path = path
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Writes the record and gives it its name, durably. May be tried again.
    func publish(_ record: EndRecord) throws(Errno) {
        var record = record
        var bytes = record.json.bytes
        if bytes.count > Self.size {
            record.message = record.message.map { String($0.prefix(500)) }
            bytes = record.json.bytes
        }
        try uninterrupted { pwrite(descriptor, bytes, bytes.count, 0) }
        try uninterrupted { ftruncate(descriptor, bytes.count) }
        try uninterrupted { fsync(descriptor) }
        try path.move(to: folder.appending(EndRecord.fileName))
        try folder.synchronizeNames()
    }
}
