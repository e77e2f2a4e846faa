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
        let extent = member.extentEnd - member.headerOffset
        // Most members fit a buffer whole: header, data and descriptor come in one read.
        var filled = Int(min(extent, UInt64(input.count)))
        try source.read(at: member.headerOffset, into: UnsafeMutableRawBufferPointer(rebasing: input[..<filled]))
        let header = try ZipLocalHeader(
            UnsafeRawBufferPointer(rebasing: input[..<filled]), of: member, archive: source.name)
        if header.hasDataDescriptor {
            try ZipDataDescriptor.check(member, dataOffset: header.dataOffset, source: source)
        }

        var offset = header.dataOffset
        var left = member.compressedSize
        var start = header.size
        var progress = Progress()
        inflater.reset()
        while left > 0 {
            if start == filled {
                filled = Int(min(left, UInt64(input.count)))
                start = 0
                try source.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: input[..<filled]))
            }
            let count = Int(min(UInt64(filled - start), left))
            let piece = UnsafeRawBufferPointer(rebasing: input[start..<start + count])
            start += count
            offset += UInt64(count)
            left -= UInt64(count)
            try compressed(piece)
            switch member.method {
            case .stored:
                progress.take(piece)
                try inflated(piece)
            case .deflated:
                try inflate(piece, of: member, archive: source.name, progress: &progress, pass: inflated)
            }
        }
        try progress.check(member, archive: source.name, ended: inflater.isFinished)
    }

    /// Inflates one piece of compressed bytes wholly. The stream's end must be the last piece's end.
    private mutating func inflate(
        _ piece: UnsafeRawBufferPointer, of member: ZipMember, archive: String, progress: inout Progress,
        pass: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var rest = piece
        while true {
            let step = try inflater.inflate(
                rest, into: output, name: ArchiveError.subject(archive, member: member.name))
            progress.consumed += step.consumed
            let content = UnsafeRawBufferPointer(rebasing: output[..<step.produced])
            progress.take(content)
            guard progress.size <= member.size else {
                throw ArchiveError(
                    .wrongSize, archive, member: member.name,
                    "inflates to more than the \(member.size) bytes it claims")
            }
            if step.produced > 0 { try pass(content) }
            if inflater.isFinished { return }
            rest = UnsafeRawBufferPointer(rebasing: rest[max(0, step.consumed)...])
            if rest.isEmpty, step.produced < output.count { return }
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
