internal import SystemPackage

/// Bytes that can be read at any place: a file, a memory block, ranges of a remote file.
public protocol ByteSource: Sendable {
    /// How many bytes there are.
    var size: UInt64 { get }
    /// What messages call it: a file name.
    var name: String { get }
    /// Fills the whole buffer with the bytes at `offset`, or throws. Blocks; safe from many threads at once.
    func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws
}

extension ByteSource {
    public var name: String { "the archive" }

    /// Some bytes as an array. Fails where the range leaves the source.
    public func bytes(in range: Range<UInt64>) throws -> [UInt8] {
        guard range.upperBound <= size else {
            throw ArchiveError(
                .truncated, name, "ends at byte \(size), but bytes up to \(range.upperBound) are needed")
        }
        let count = Int(range.upperBound - range.lowerBound)
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            try read(
                at: range.lowerBound,
                into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
            filled = count
        }
    }
}

extension ByteSource {
    /// Passes all bytes on in order, in pieces of a mebibyte that are valid during the call alone. Blocks.
    public func forEachPiece(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 4096)
        defer { buffer.deallocate() }
        var offset: UInt64 = 0
        while offset < size {
            let count = Int(min(UInt64(buffer.count), size - offset))
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
            try read(at: offset, into: piece)
            try body(UnsafeRawBufferPointer(piece))
            offset += UInt64(count)
        }
    }
}

/// Bytes in memory.
public struct MemorySource: ByteSource {
    public let bytes: [UInt8]
    public let name: String

    public init(_ bytes: [UInt8], name: String = "the archive") {
        self.bytes = bytes
        self.name = name
    }

    public var size: UInt64 { UInt64(bytes.count) }

    public func read(at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws {
        guard offset <= size, UInt64(buffer.count) <= size - offset else {
            throw ArchiveError(.truncated, name, "ends at byte \(size), inside what is read at byte \(offset)")
        }
        bytes.withUnsafeBytes {
            buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[Int(offset)..<(Int(offset) + buffer.count)]))
        }
    }
}
