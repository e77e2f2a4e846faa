internal import Archive
internal import SystemPackage

/// The entries of a root file system that was just built, in memory, and the content of its files in one scratch file.
///
/// A tar can only be read from its start to its end; putting its entries in order takes their content by place.
struct RootFileSystem {
    struct Entry {
        var header: TarHeader
        /// Where a file's content begins in the scratch file.
        var offset: Int64
        /// Content that takes the place of what was read.
        var content: [UInt8]?
    }

    var entries: [Entry]
    private let scratch: FilePath

    /// Reads a tar, leaving out what `rules` leave out.
    ///
    /// - Parameter scratch: a new file that takes the content.
    init(tar: FilePath, rules: CanonicalRules, scratch: FilePath) throws {
        self.scratch = scratch
        let file = try FileDescriptor.open(
            scratch, .writeOnly, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        var entries: [Entry] = []
        var offset: Int64 = 0
        try file.closeAfter {
            var reader = try ArchiveReader(tar, accepting: .layers)
            while let entry = try reader.next() {
                guard rules.keeps(entry.header) else { continue }
                entries.append(Entry(header: entry.header, offset: offset, content: nil))
                if entry.header.kind == .file {
                    try reader.stream { chunk in
                        _ = try file.writeAll(toAbsoluteOffset: offset, chunk)
                        offset += Int64(chunk.count)
                    }
                }
            }
        }
        self.entries = entries
    }

    /// Writes the entries, in their order, as a canonical tar.
    func write(sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        let file = try FileDescriptor.open(scratch, .readOnly)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        try file.closeAfter {
            var tar = TarWriter()
            for entry in entries {
                if let content = entry.content {
                    try tar.add(entry.header, content: content, sink: sink)
                    continue
                }
                try tar.begin(entry.header, sink: sink)
                var done: UInt64 = 0
                while done < entry.header.size {
                    let part = UnsafeMutableRawBufferPointer(
                        rebasing: buffer[..<min(buffer.count, Int(entry.header.size - done))])
                    let count = try file.read(fromAbsoluteOffset: entry.offset + Int64(done), into: part)
                    guard count > 0 else { throw Errno.ioError }
                    try tar.write(UnsafeRawBufferPointer(rebasing: part[..<count]), sink: sink)
                    done += UInt64(count)
                }
            }
            try tar.finish(sink: sink)
        }
    }

    /// A small file's content.
    func content(of entry: Entry) throws -> [UInt8] {
        if let content = entry.content { return content }
        let file = try FileDescriptor.open(scratch, .readOnly)
        return try file.closeAfter {
            try [UInt8](unsafeUninitializedCapacity: Int(entry.header.size)) { buffer, count in
                while count < buffer.count {
                    let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
                    let read = try file.read(fromAbsoluteOffset: entry.offset + Int64(count), into: rest)
                    guard read > 0 else { throw Errno.ioError }
                    count += read
                }
            }
        }
    }
}
