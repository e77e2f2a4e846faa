public import SystemPackage

/// A file read with `pread`, so that many threads share one descriptor. Closed when the last reference goes.
public final class FileSource: ByteSource {
    public let path: FilePath
    public let size: UInt64
    public let name: String
    private let descriptor: FileDescriptor

    /// Opens a regular file for reading. Its size is taken once, here. Messages call it `name`, or by its last
    /// path component.
    public init(_ path: FilePath, name: String? = nil) throws {
        let name = name ?? path.lastComponent?.string ?? path.string
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
            do {
                size = UInt64(try descriptor.seek(offset: 0, from: .end))
            } catch {
                try? descriptor.close()
                throw error
            }
            self.descriptor = descriptor
        } catch {
            throw ArchiveError(.unreadable, path.string, "cannot be opened (\(error))", cause: error)
        }
        self.path = path
        self.name = name
    }

    deinit {
        try? descriptor.close()
    }

    public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws {
        var filled = 0
        while filled < buffer.count {
            let count: Int
            do {
                count = try descriptor.read(
                    fromAbsoluteOffset: Int64(clamping: offset) + Int64(filled),
                    into: UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]))
            } catch {
                throw ArchiveError(.unreadable, path.string, "cannot be read (\(error))", cause: error)
            }
            guard count > 0 else {
                throw ArchiveError(.truncated, name, "ends at byte \(size), inside what is read at byte \(offset)")
            }
            filled += count
        }
    }
}
