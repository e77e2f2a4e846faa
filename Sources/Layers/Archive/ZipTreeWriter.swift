internal import Archive
internal import ContentStore
internal import Cryptography
internal import Units

/// Writes a tree as a zip: members of wheels as they are compressed there, everything else as ``ZipWriter`` does it.
/// Every file's size, CRC-32 and SHA-256 is checked on the way.
struct ZipTreeWriter: ~Copyable {
    private let content: LayerContent
    private let sources: [UnitSource]
    private let writer: BlobWriter
    private var zip = ZipWriter()
    private var reader = ZipMemberReader()

    init(_ content: LayerContent, store: ContentStore, to writer: BlobWriter) throws {
        self.content = content
        self.writer = writer
        sources = try content.units.map { try UnitSource($0.unit, in: store) }
    }

    /// Writes every file and the end. Gives how many files there are, and their bytes.
    consuming func write() throws -> (files: Int, size: UInt64) {
        var facts = (files: 0, size: UInt64(0))
        for entry in try LayerEntries.list(content, root: "") {
            guard let size = try write(entry) else { continue }
            facts.files += 1
            facts.size += size
        }
        let writer = writer
        try zip.finish { try writer.write($0) }
        return facts
    }

    /// Writes one file and gives its size; `nil` for a folder, which the paths of its files tell of.
    private mutating func write(_ entry: LayerEntry) throws -> UInt64? {
        let writer = writer
        switch entry.content {
        case .directory: return nil
        case .link:
            throw LayersError(
                .unwritable, entry.path, "is a link, which a zip cannot hold", advice: "make a .tar.gz instead")
        case .bytes(let bytes, let isExecutable, let digest):
            var check = FileCheck(path: entry.path, digest: digest)
            try bytes.withUnsafeBytes { bytes in
                check.update(bytes)
                try zip.add(entry.path, isExecutable: isExecutable, content: bytes) { try writer.write($0) }
            }
            try check.finish()
            return UInt64(bytes.count)
        case .member(let unit, let index, let isExecutable, let size, let digest):
            try writeMember(
                index, of: unit, path: entry.path, isExecutable: isExecutable, size: size, digest: digest)
            return size
        case .artifact(let unit, let size, let digest):
            try writeArtifact(of: unit, path: entry.path, size: size, digest: digest)
            return size
        }
    }

    private mutating func writeMember(
        _ index: Int, of unit: Int, path: String, isExecutable: Bool, size: UInt64, digest: SHA256Digest
    ) throws {
        let source = sources[unit].bytes
        let members = sources[unit].archive?.directory.members ?? []
        guard members.indices.contains(index), members[index].size == size else {
            throw LayersError(missing: path, in: source, size)
        }
        let member = members[index]
        var check = FileCheck(path: path, digest: digest)
        let form = ZipForm(
            method: member.method, crc32: member.crc32, compressedSize: member.compressedSize, size: member.size)
        let writer = writer
        try zip.begin(path, isExecutable: isExecutable, form) { try writer.write($0) }
        // What is announced is what the reader holds the member to.
        try reader.stream(member, of: source, compressed: { try writer.write($0) }, inflated: { check.update($0) })
        try check.finish()
    }

    /// Writes an artifact that is a file as it is: a jar, which is compressed already. It is read twice, since its
    /// checksum stands before it.
    private mutating func writeArtifact(of unit: Int, path: String, size: UInt64, digest: SHA256Digest) throws {
        let source = sources[unit].bytes
        guard source.size == size else { throw LayersError(missing: path, in: source, size) }
        var check = FileCheck(path: path, digest: digest)
        var crc = CRC32()
        try source.forEachPiece { piece in
            crc.update(piece)
            check.update(piece)
        }
        try check.finish()
        let writer = writer
        let form = ZipForm(method: .stored, crc32: crc.value, compressedSize: size, size: size)
        try zip.begin(path, form) { try writer.write($0) }
        try source.forEachPiece { try writer.write($0) }
    }
}

/// Whether a file's bytes are those that its unit claims.
private struct FileCheck: ~Copyable {
    private let path: String
    private let digest: SHA256Digest
    private var hasher = SHA256Hasher()

    init(path: String, digest: SHA256Digest) {
        self.path = path
        self.digest = digest
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) { hasher.update(bytes) }

    consuming func finish() throws {
        let found = hasher.finalize()
        guard found == digest else { throw LayersError(wrong: path, found, promised: digest) }
    }
}
