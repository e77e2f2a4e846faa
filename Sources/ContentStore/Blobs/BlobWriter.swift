internal import Cryptography
internal import FileSystem
public import SystemPackage

/// Takes a blob's bytes in order, hashing them on their way to a temporary file.
public final class BlobWriter {
    /// How many bytes are gathered before a write, and the longest piece that is copied to gather it.
    private static let bufferSize = 256 << 10
    /// How many written bytes are pending before the kernel is asked to begin writing them out.
    private static let writebackStride: UInt64 = 8 << 20

    let file: TemporaryFile
    private let limit: UInt64
    private var hasher: SHA256Hasher? = SHA256Hasher()
    private var buffer: [UInt8] = []
    private var writebackStart: UInt64 = 0
    /// How many bytes have been written so far.
    public private(set) var size: UInt64 = 0

    /// A writer that refuses to go beyond `limit` bytes.
    init(file: TemporaryFile, limit: UInt64) {
        self.file = file
        self.limit = limit
    }

    public func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard UInt64(bytes.count) <= limit - size else {
            throw StoreError(
                .mismatch, file.path.lastComponent?.string ?? "blob", "has more than the expected \(limit) bytes",
                advice: "fetch it again; if it persists, the source is wrong about its size")
        }
        size += UInt64(bytes.count)
        let isLong = bytes.count >= Self.bufferSize / 2
        // What was gathered comes before what is passed on.
        if isLong || buffer.count + bytes.count > Self.bufferSize { try flush() }
        if isLong {
            try pass(bytes)
        } else {
            if buffer.capacity < Self.bufferSize, bytes.count + buffer.count > 4096 {
                buffer.reserveCapacity(Self.bufferSize)
            }
            buffer.append(contentsOf: bytes)
        }
    }

    public func write(_ bytes: some Collection<UInt8>) throws {
        if let result = try bytes.withContiguousStorageIfAvailable({ try write(UnsafeRawBufferPointer($0)) }) {
            return result
        }
        try Array(bytes).withUnsafeBytes { try write($0) }
    }

    /// Copies a whole file.
    public func write(contentsOf path: FilePath) throws {
        let reader = try attempt("open it", path) { () throws(Errno) in try FileReader(path, chunk: 1 << 20) }
        while let chunk = try attempt("read it", path, { () throws(Errno) in try reader.next() }) { try write(chunk) }
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        hasher?.update(buffer)
        try file.write(buffer)
        buffer.removeAll(keepingCapacity: true)
        beginWriteback()
    }

    private func pass(_ bytes: UnsafeRawBufferPointer) throws {
        hasher?.update(bytes)
        try file.write(bytes)
        beginWriteback()
    }

    private func beginWriteback() {
        guard size - writebackStart >= Self.writebackStride else { return }
        file.beginWriteback(from: writebackStart, count: size - writebackStart)
        writebackStart = size
    }

    /// Hands the last bytes to the kernel and tells what was written. Not yet durable, nor named.
    func finish() throws -> Blob {
        try flush()
        guard let hasher = hasher.take() else { preconditionFailure("a writer is finished once") }
        return Blob(digest: hasher.finalize(), size: size)
    }
}
