internal import Archive

/// The compressed side of a layer being written.
///
/// Bytes of the tar come in two ways: written, to be compressed here, or carried: as the deflate stream that a wheel
/// holds them in.
protocol LayerSink: AnyObject {
    /// Bytes of the blob so far. What the encoder holds back is not among them yet.
    var size: UInt64 { get }
    /// Whether deflate streams can be carried over.
    var carries: Bool { get }
    /// Takes bytes of the tar.
    func write(_ bytes: UnsafeRawBufferPointer) throws
    /// Begins a deflate stream that is carried over; it goes on until ``endCarrying(crc32:size:)``.
    func beginCarrying() throws
    /// Takes bytes of the deflate stream.
    func carry(_ bytes: UnsafeRawBufferPointer) throws
    /// Ends the stream, with the checksum and size of what it inflates to.
    func endCarrying(crc32: UInt32, size: UInt64) throws
    /// Ends the blob.
    func finish() throws
}

/// A layer as a series of gzip members: carried streams are members of their own, and what lies between two of them is
/// one member too.
final class GzipLayerSink: LayerSink {
    private let output: BlobLane
    private var encoder = GzipEncoder()
    private var isOpen = false

    init(_ output: BlobLane) {
        self.output = output
    }

    var size: UInt64 { output.size }
    var carries: Bool { true }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard !bytes.isEmpty else { return }
        isOpen = true
        try encoder.write(bytes) { try output.write($0) }
    }

    func beginCarrying() throws {
        try close()
        try output.write(GzipMember.header)
    }

    func carry(_ bytes: UnsafeRawBufferPointer) throws {
        try output.write(bytes)
    }

    func endCarrying(crc32: UInt32, size: UInt64) throws {
        try output.write(GzipMember.trailer(crc32: crc32, size: size))
    }

    func finish() throws {
        try close()
        try output.finish()
    }

    private func close() throws {
        guard isOpen else { return }
        isOpen = false
        try encoder.finish { try output.write($0) }
    }
}

/// A layer as one zstd frame. Compressing takes longer than all the rest, so it has threads of its own.
final class ZstdLayerSink: LayerSink {
    private let output: BlobLane
    private var encoder = ZstdEncoder(threads: 2)

    init(_ output: BlobLane) {
        self.output = output
    }

    var size: UInt64 { output.size }
    var carries: Bool { false }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        try encoder.write(bytes) { try output.write($0) }
    }

    func beginCarrying() throws {
        throw ArchiveError(.unwritable, "zstd layer", "cannot hold a deflate stream")
    }

    func carry(_ bytes: UnsafeRawBufferPointer) throws {
        try beginCarrying()
    }

    func endCarrying(crc32: UInt32, size: UInt64) throws {
        try beginCarrying()
    }

    func finish() throws {
        try encoder.finish { try output.write($0) }
        try output.finish()
    }
}
