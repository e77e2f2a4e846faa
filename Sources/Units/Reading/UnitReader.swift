internal import Archive
internal import Cryptography

/// Streams the files of units through fixed buffers, one after the other, and holds each to its size and SHA-256.
///
/// One thread uses a reader; it keeps its buffers between files and units.
public struct UnitReader: ~Copyable {
    private var members: ZipMemberReader
    private let bufferSize: Int

    /// - Parameter bufferSize: bytes of each of two buffers.
    public init(bufferSize: Int = 256 << 10) {
        members = ZipMemberReader(bufferSize: bufferSize)
        self.bufferSize = bufferSize
    }

    /// Passes a file's bytes on, piece by piece and in order.
    ///
    /// The file counts as good only when this returns: pieces are passed on before the last check. Buffers are valid
    /// during the call alone.
    ///
    /// - Parameters:
    ///   - compressed: takes the bytes as the archive keeps them: a raw deflate stream (RFC 1951), or for a stored
    ///     member the content itself. Not called for a generated file, nor for a whole artifact.
    ///   - inflated: takes the content.
    /// - Throws: ``UnitsError`` (`wrongContent`) when the content is not what the unit promises (a lying RECORD),
    ///   `ArchiveError` when the archive is broken, and what the closures throw.
    public mutating func stream(
        _ file: UnitFile, of source: UnitSource, compressed: (UnsafeRawBufferPointer) throws -> Void = { _ in },
        inflated: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let member = try source.member(of: file) else {
            if case .generated(let bytes) = file.origin { return try bytes.withUnsafeBytes(inflated) }
            return try streamArtifact(file, source, inflated)
        }
        guard member.size == file.size else { throw Self.wrong(file, source, "size") }
        var hasher = SHA256Hasher()
        try members.stream(member, of: source.bytes, compressed: compressed) { piece in
            hasher.update(piece)
            try inflated(piece)
        }
        guard hasher.finalize() == file.digest else { throw Self.wrong(file, source, "SHA-256") }
    }

    private func streamArtifact(
        _ file: UnitFile, _ source: UnitSource, _ take: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard source.bytes.size == file.size else { throw Self.wrong(file, source, "size") }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 64)
        defer { buffer.deallocate() }
        var hasher = SHA256Hasher()
        var offset: UInt64 = 0
        while offset < file.size {
            let piece = UnsafeMutableRawBufferPointer(
                rebasing: buffer[..<Int(min(UInt64(buffer.count), file.size - offset))])
            try source.bytes.read(at: offset, into: piece)
            hasher.update(UnsafeRawBufferPointer(piece))
            try take(UnsafeRawBufferPointer(piece))
            offset += UInt64(piece.count)
        }
        guard hasher.finalize() == file.digest else { throw Self.wrong(file, source, "SHA-256") }
    }

    /// A file's bytes at once, appended to `bytes`.
    ///
    /// - Throws: as ``stream(_:of:compressed:inflated:)``; `bytes` then holds a part of the file.
    public mutating func read(_ file: UnitFile, of source: UnitSource, into bytes: inout [UInt8]) throws {
        try stream(file, of: source) { bytes.append(contentsOf: $0) }
    }

    private static func wrong(_ file: UnitFile, _ source: UnitSource, _ what: String) -> UnitsError {
        UnitsError(
            .wrongContent, "\(source.unit), \(file.path)",
            "has another \(what) than \(source.unit.kind == .jar ? "its lock" : "the wheel's RECORD") claims",
            advice:
                "choose another version of \(source.unit.name), and tell its publisher: somebody may have changed it"
        )
    }
}
