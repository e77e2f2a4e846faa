/// Streams members through fixed buffers, one after the other: two buffers and an inflater, kept between members.
public struct ZipMemberReader: ~Copyable {
    private let input: UnsafeMutableRawBufferPointer
    private let output: UnsafeMutableRawBufferPointer
    private var inflater = Inflater()

    /// - Parameter bufferSize: bytes of each of the two buffers; at least 512.
    public init(bufferSize: Int = 256 << 10) {
        input = .allocate(byteCount: max(512, bufferSize), alignment: 64)
        output = .allocate(byteCount: max(512, bufferSize), alignment: 64)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    /// Passes a member's bytes on, piece by piece and in order.
    ///
    /// The member counts as good only when this returns: pieces are passed on before the last check. Buffers are
    /// valid during the call alone.
    ///
    /// - Parameters:
    ///   - compressed: takes the bytes as the archive keeps them: a raw deflate stream (RFC 1951), or for a stored
    ///     member the content itself.
    ///   - inflated: takes the content.
    /// - Throws: `malformed` when the local header contradicts the directory, `brokenStream` when the deflate
    ///   stream is broken or does not end exactly at the member's end, `wrongSize`, `wrongChecksum`, and what the
    ///   closures throw.
    public mutating func stream(
        _ member: ZipMember, of source: some ByteSource, compressed: (UnsafeRawBufferPointer) throws -> Void = { _ in },
        inflated: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let output = output
        try stream(member, of: source, compressed: compressed, space: { output }) { count in
            if count > 0 { try inflated(UnsafeRawBufferPointer(rebasing: output[..<count])) }
        }
    }

    /// Like ``stream(_:of:compressed:inflated:)``, but inflates straight into the caller's memory.
    ///
    /// - Parameters:
    ///   - space: gives memory for more content, at least one byte.
    ///   - filled: is told how many bytes of the space last given now hold content.
    public mutating func stream(
        _ member: ZipMember, of source: some ByteSource, compressed: (UnsafeRawBufferPointer) throws -> Void,
        space: () throws -> UnsafeMutableRawBufferPointer, filled: (Int) throws -> Void
    ) throws {
        let extent = member.extentEnd - member.headerOffset
        // Most members fit a buffer whole: header, data and descriptor come in one read.
        var available = Int(min(extent, UInt64(input.count)))
        try source.read(at: member.headerOffset, into: UnsafeMutableRawBufferPointer(rebasing: input[..<available]))
        let header = try ZipLocalHeader(
            UnsafeRawBufferPointer(rebasing: input[..<available]), of: member, archive: source.name)
        if header.hasDataDescriptor {
            try ZipDataDescriptor.check(member, dataOffset: header.dataOffset, source: source)
        }

        var offset = header.dataOffset
        var left = member.compressedSize
        var start = header.size
        var progress = Progress()
        inflater.reset()
        while left > 0 {
            if start == available {
                available = Int(min(left, UInt64(input.count)))
                start = 0
                try source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: input[..<available]))
            }
            let count = Int(min(UInt64(available - start), left))
            let piece = UnsafeRawBufferPointer(rebasing: input[start..<start + count])
            start += count
            offset += UInt64(count)
            left -= UInt64(count)
            try compressed(piece)
            switch member.method {
            case .stored: try copy(piece, progress: &progress, space: space, filled: filled)
            case .deflated:
                try inflate(
                    piece, of: member, archive: source.name, progress: &progress, space: space, filled: filled)
            }
        }
        try progress.check(member, archive: source.name, ended: inflater.isFinished)
    }

    private func copy(
        _ piece: UnsafeRawBufferPointer, progress: inout Progress,
        space: () throws -> UnsafeMutableRawBufferPointer, filled: (Int) throws -> Void
    ) throws {
        progress.take(piece)
        var rest = piece
        while !rest.isEmpty {
            let target = try space()
            let count = min(rest.count, target.count)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            try filled(count)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Inflates one piece of compressed bytes wholly. The stream's end must be the last piece's end.
    private mutating func inflate(
        _ piece: UnsafeRawBufferPointer, of member: ZipMember, archive: String, progress: inout Progress,
        space: () throws -> UnsafeMutableRawBufferPointer, filled: (Int) throws -> Void
    ) throws {
        // Whatever follows the stream's end is only counted.
        guard !inflater.isFinished else { return }
        var rest = piece
        while true {
            let target = try space()
            let step = try inflater.inflate(
                rest, into: target, name: ArchiveError.subject(archive, member: member.name))
            progress.consumed += step.consumed
            progress.take(UnsafeRawBufferPointer(rebasing: target[..<step.produced]))
            guard progress.size <= member.size else {
                throw ArchiveError(
                    .wrongSize, archive, member: member.name,
                    "inflates to more than the \(member.size) bytes it claims")
            }
            try filled(step.produced)
            if inflater.isFinished { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[max(0, step.consumed)...])
            if rest.isEmpty, step.produced < target.count { return }
        }
    }

    /// What has gone through so far.
    private struct Progress {
        var size: UInt64 = 0
        var consumed = 0
        var crc = CRC32()

        mutating func take(_ content: UnsafeRawBufferPointer) {
            size += UInt64(content.count)
            crc.update(content)
        }

        func check(_ member: ZipMember, archive: String, ended: Bool) throws {
            func fault(_ code: ArchiveError.Code, _ message: String) -> ArchiveError {
                ArchiveError(code, archive, member: member.name, message)
            }
            if member.method == .deflated {
                guard ended else {
                    throw fault(.brokenStream, "has a deflate stream that is not complete within the member")
                }
                guard consumed == Int(member.compressedSize) else {
                    throw fault(
                        .brokenStream,
                        "has a deflate stream of \(consumed) bytes in a member of \(member.compressedSize)")
                }
            }
            guard size == member.size else {
                throw fault(.wrongSize, "has \(size) bytes, but claims \(member.size)")
            }
            guard crc.value == member.crc32 else {
                throw fault(.wrongChecksum, "does not have the CRC-32 it claims")
            }
        }
    }
}
