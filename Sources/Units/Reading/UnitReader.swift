internal import Archive
internal import Cryptography

/// Streams the files of units through fixed buffers, one after the other, and holds each to its size and SHA-256.
///
/// One thread uses a reader; it keeps its buffers between files and units.
public struct UnitReader: ~Copyable {
    private var members: ZipMemberReader

    /// - Parameter bufferSize: bytes of each of two buffers.
    public init(bufferSize: Int = 256 << 10) {
        members = ZipMemberReader(bufferSize: bufferSize)
    }

    /// Passes a file's bytes on, piece by piece and in order.
    ///
    /// The file counts as good only when this returns: pieces are passed on before the last check. Buffers are valid
    /// during the call alone.
    ///
    /// - Parameters:
    ///   - compressed: takes the bytes as the archive keeps them: a raw deflate stream (RFC 1951), or for a stored
    ///     member the content itself. Not called for a generated file.
    ///   - inflated: takes the content.
    /// - Throws: ``UnitsError`` (`wrongContent`) when the content is not what the unit promises (a lying RECORD),
    ///   `ArchiveError` when the archive is broken, and what the closures throw.
    public mutating func stream(
        _ file: UnitFile, of source: UnitSource, compressed: (UnsafeRawBufferPointer) throws -> Void = { _ in },
        inflated: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard let member = try source.member(of: file) else {
            guard case .generated(let bytes) = file.origin else { return }
            return try bytes.withUnsafeBytes(inflated)
        }
        guard member.size == file.size else { throw Self.wrong(file, source, "size") }
        var hasher = SHA256Hasher()
        try members.stream(member, of: source.archive.source, compressed: compressed) { piece in
            hasher.update(piece)
            try inflated(piece)
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
            "has another \(what) than the wheel's RECORD claims",
            advice:
                "choose another version of \(source.unit.name), and tell its publisher: somebody may have changed it"
        )
    }
}
