/// Writes a canonical tar as a stream: entries in the order they are added, two zero blocks at the end.
public struct TarWriter: ~Copyable {
    private var left: UInt64 = 0
    private var padding = 0
    private var header: [UInt8] = []

    public init() {}

    /// Starts an entry. The content it announces must follow through ``write(_:sink:)`` before the next entry.
    public mutating func begin(_ entry: TarHeader, sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try endEntry(sink)
        header.removeAll(keepingCapacity: true)
        try entry.append(to: &header)
        try header.withUnsafeBytes(sink)
        left = entry.size
        padding = TarHeader.padding(after: entry.size)
    }

    /// Adds content to the entry. Throws `unwritable` beyond its size.
    public mutating func write(
        _ content: UnsafeRawBufferPointer, sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        guard UInt64(content.count) <= left else {
            throw ArchiveError(.unwritable, "tar", "gets more content than the entry's header says")
        }
        left -= UInt64(content.count)
        try sink(content)
    }

    /// Adds a whole entry with its content.
    public mutating func add(
        _ entry: TarHeader, content: [UInt8] = [], sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var entry = entry
        entry.size = UInt64(content.count)
        try begin(entry, sink: sink)
        try content.withUnsafeBytes { try write($0, sink: sink) }
    }

    /// Ends the last entry and the archive.
    public mutating func finish(sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        try endEntry(sink)
        try TarHeader.end.withUnsafeBytes(sink)
    }

    private mutating func endEntry(_ sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard left == 0 else {
            throw ArchiveError(.unwritable, "tar", "lacks \(left) bytes of an entry's content")
        }
        if padding > 0 {
            try [UInt8](repeating: 0, count: padding).withUnsafeBytes(sink)
            padding = 0
        }
    }
}
