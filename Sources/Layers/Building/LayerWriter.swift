internal import Archive
internal import ContentStore
internal import Cryptography
internal import Units

/// Writes one layer: the tar's bytes to the lane that hashes them, and compressed to the blob.
struct LayerWriter: ~Copyable {
    private let format: LayerFormat
    private let content: LayerContent
    /// Where the units' files come from.
    private let sources: [UnitSource]
    private let sink: any LayerSink
    private let lane = TarLane()
    private var reader = ZipMemberReader()
    /// Zeros that fill up the last entry's block, not written yet, and the next header behind them.
    private var pending: [UInt8] = []
    private var parts: [Layer.Part]

    init(_ content: LayerContent, format: LayerFormat, store: ContentStore, to writer: BlobWriter) throws {
        self.format = format
        self.content = content
        sources = try content.units.map { try UnitSource($0.unit, in: store) }
        sink =
            switch format.compression {
            case .gzip: GzipLayerSink(BlobLane(writer))
            case .zstd: ZstdLayerSink(BlobLane(writer))
            }
        parts = content.units.map {
            Layer.Part(title: $0.unit.description, files: 0, size: 0, compressedSize: 0)
        }
    }

    /// Writes every entry and the end. Gives the diffID, the tar's size and what each unit takes.
    consuming func write() throws -> (diffID: SHA256Digest, size: UInt64, parts: [Layer.Part]) {
        var counted: UInt64 = 0
        for entry in try LayerEntries.list(content, root: format.root) {
            let size = try write(entry)
            if let part = entry.part {
                parts[part].files += 1
                parts[part].size += size
                parts[part].compressedSize += sink.size - counted
            }
            counted = sink.size
        }
        pending += TarHeader.end
        try flush()
        try sink.finish()
        return (try lane.finish(), lane.size, parts)
    }

    /// Writes one entry and gives the size of its content.
    private mutating func write(_ entry: LayerEntry) throws -> UInt64 {
        var header = TarHeader(path: entry.path, kind: .directory, mode: 0o755, modified: format.epoch)
        switch entry.content {
        case .directory:
            break
        case .link(let target):
            header.kind = .symbolicLink(target: target)
            header.mode = 0o777
        case .bytes(let bytes, let isExecutable, _):
            header.kind = .file
            header.mode = isExecutable ? 0o755 : 0o644
            header.size = UInt64(bytes.count)
        case .member(_, _, let isExecutable, let size, _):
            header.kind = .file
            header.mode = isExecutable ? 0o755 : 0o644
            header.size = size
        case .artifact(_, let size, _):
            header.kind = .file
            header.mode = 0o644
            header.size = size
        }
        try header.append(to: &pending)
        switch entry.content {
        case .directory, .link: break
        case .bytes(let bytes, _, let digest): try write(bytes, path: entry.path, digest: digest)
        case .member(let unit, let index, _, let size, let digest):
            try writeMember(index, of: unit, path: entry.path, size: size, digest: digest)
        case .artifact(let unit, let size, let digest):
            try writeArtifact(of: unit, path: entry.path, size: size, digest: digest)
        }
        pending.append(contentsOf: repeatElement(0, count: TarHeader.padding(after: header.size)))
        return header.size
    }

    private mutating func write(_ bytes: [UInt8], path: String, digest: SHA256Digest) throws {
        try flush()
        try lane.beginFile(path, digest: digest)
        try bytes.withUnsafeBytes { bytes in
            try lane.write(bytes)
            try sink.write(bytes)
        }
        try lane.endFile()
    }

    private mutating func writeMember(
        _ index: Int, of unit: Int, path: String, size: UInt64, digest: SHA256Digest
    ) throws {
        let source = sources[unit].bytes
        let members = sources[unit].archive?.directory.members ?? []
        guard members.indices.contains(index), members[index].size == size else {
            throw LayersError(missing: path, in: source, size)
        }
        let member = members[index]
        try flush()
        try lane.beginFile(path, digest: digest)
        let (lane, sink) = (lane, sink)
        if sink.carries, member.method == .deflated, size > 0 {
            try sink.beginCarrying()
            try reader.stream(
                member, of: source, compressed: { try sink.carry($0) }, space: { try lane.space() },
                filled: { lane.filled($0) })
            try sink.endCarrying(crc32: member.crc32, size: size)
        } else {
            var space = UnsafeMutableRawBufferPointer(start: nil, count: 0)
            try reader.stream(
                member, of: source, compressed: { _ in },
                space: {
                    space = try lane.space()
                    return space
                },
                filled: { count in
                    try sink.write(UnsafeRawBufferPointer(rebasing: space[..<count]))
                    lane.filled(count)
                })
        }
        try lane.endFile()
    }

    /// Writes an artifact that is a file as it is. A jar is compressed already: in gzip it is carried over in blocks that
    /// hold it as it is (RFC 1951 §3.2.4), so that nothing looks for repetitions in it.
    private mutating func writeArtifact(of unit: Int, path: String, size: UInt64, digest: SHA256Digest) throws {
        let source = sources[unit].bytes
        guard source.size == size else { throw LayersError(missing: path, in: source, size) }
        try flush()
        try lane.beginFile(path, digest: digest)
        var crc = CRC32()
        var offset: UInt64 = 0
        let carries = sink.carries && sources[unit].unit.kind == .jar
        if carries { try sink.beginCarrying() }
        repeat {
            let space = try lane.space()
            let count = min(space.count, Int(min(0xFFFF, size - offset)))
            let piece = UnsafeMutableRawBufferPointer(rebasing: space[..<count])
            try source.read(at: offset, into: piece)
            offset += UInt64(count)
            if carries {
                let length = UInt16(count)
                let head: [UInt8] = [
                    offset == size ? 1 : 0, UInt8(truncatingIfNeeded: length), UInt8(truncatingIfNeeded: length >> 8),
                    UInt8(truncatingIfNeeded: ~length), UInt8(truncatingIfNeeded: ~length >> 8),
                ]
                try head.withUnsafeBytes { try sink.carry($0) }
                try sink.carry(UnsafeRawBufferPointer(piece))
                crc.update(UnsafeRawBufferPointer(piece))
            } else {
                try sink.write(UnsafeRawBufferPointer(piece))
            }
            lane.filled(count)
        } while offset < size
        if carries { try sink.endCarrying(crc32: crc.value, size: size) }
        try lane.endFile()
    }

    /// Writes what is pending.
    private mutating func flush() throws {
        try pending.withUnsafeBytes { bytes in
            try lane.write(bytes)
            try sink.write(bytes)
        }
        pending.removeAll(keepingCapacity: true)
    }
}
