/// Writes a canonical zip as a stream: the same files always give the same bytes.
///
/// Members come sorted by their path's bytes, dated 1980-01-01, deflated by ``DeflateEncoder`` where that makes them
/// smaller and stored where it does not, with a mode of 0644 or 0755 and no extra fields.
public struct ZipWriter: ~Copyable {
    private var encoder = DeflateEncoder()
    private var directory: [UInt8] = []
    private var count: UInt64 = 0
    private var offset: UInt64 = 0
    private var last = ""

    public init() {}

    /// Adds a file. `sink` takes the zip's bytes as they come, valid during the call alone.
    ///
    /// Throws `unwritable` for a path that is not behind the last one in byte order or that ``ZipDirectory`` would
    /// refuse, and for content of 4 GiB or more.
    public mutating func add(
        _ path: String, isExecutable: Bool = false, content: UnsafeRawBufferPointer,
        sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        try add(path, isExecutable: isExecutable, ZipContent(content, encoder: &encoder), sink: sink)
    }

    /// Adds a file whose content was made ready before, like ``add(_:isExecutable:content:sink:)``.
    public mutating func add(
        _ path: String, isExecutable: Bool = false, _ content: ZipContent, sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        let form = ZipForm(
            method: content.method, crc32: content.crc32, compressedSize: UInt64(content.bytes.count),
            size: content.size)
        try begin(path, isExecutable: isExecutable, form, sink: sink)
        try content.bytes.withUnsafeBytes(sink)
    }

    /// Begins a file whose bytes are in the zip's form already, such as a member of another zip: exactly
    /// `form.compressedSize` bytes are to go to the sink before anything else is added.
    public mutating func begin(
        _ path: String, isExecutable: Bool = false, _ form: ZipForm, sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var name = Array(path.utf8)
        guard name.withUnsafeBytes(ZipPath.fault) == nil, name.last != UInt8(ascii: "/"), name.count <= 0xFFFF else {
            throw ArchiveError(.unwritable, path.debugDescription, "is no path that a zip may hold")
        }
        guard count == 0 || last.utf8.lexicographicallyPrecedes(path.utf8) else {
            throw ArchiveError(
                .unwritable, path.debugDescription, "comes after \(last.debugDescription) in a sorted zip")
        }
        guard form.size < 0xFFFF_FFFF, form.compressedSize < 0xFFFF_FFFF else {
            throw ArchiveError(.unwritable, path.debugDescription, "has \(form.size) bytes; 4 GiB is the limit")
        }
        var fields: [UInt8] = []
        fields.append(little: UInt16(20))
        fields.append(little: name.allSatisfy { $0 < 0x80 } ? 0 : ZipFormat.utf8Flag)
        fields.append(little: form.method.rawValue)
        fields.append(little: UInt16(0))
        fields.append(little: ZipFormat.earliestDate)
        fields.append(little: form.crc32)
        fields.append(little: UInt32(form.compressedSize))
        fields.append(little: UInt32(form.size))
        fields.append(little: UInt16(name.count))

        var local: [UInt8] = []
        local.append(little: ZipFormat.localHeader)
        local += fields
        local.append(little: UInt16(0))
        local += name
        try local.withUnsafeBytes(sink)

        directory.append(little: ZipFormat.centralHeader)
        directory.append(little: UInt16(3 << 8 | 20))
        directory += fields
        let isFar = offset >= 0xFFFF_FFFF
        directory.append(little: UInt16(isFar ? 12 : 0))
        directory.append(little: UInt16(0))
        directory.append(little: UInt32(0))
        directory.append(little: UInt32(isExecutable ? 0o100755 : 0o100644) << 16)
        directory.append(little: isFar ? UInt32.max : UInt32(offset))
        if isFar {
            name.append(little: ZipFormat.zip64Extra)
            name.append(little: UInt16(8))
            name.append(little: offset)
        }
        directory += name
        offset += UInt64(local.count) + form.compressedSize
        count += 1
        last = path
    }

    /// Writes the directory and the end records.
    public consuming func finish(sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        var end = directory
        let size = UInt64(directory.count)
        if count >= 0xFFFF || size >= 0xFFFF_FFFF || offset >= 0xFFFF_FFFF {
            end.append(little: ZipFormat.zip64End)
            end.append(little: UInt64(ZipFormat.zip64EndSize - 12))
            end.append(little: UInt16(3 << 8 | 45))
            end.append(little: UInt16(45))
            end.append(little: UInt64(0))
            end.append(little: count)
            end.append(little: count)
            end.append(little: size)
            end.append(little: offset)
            end.append(little: ZipFormat.zip64Locator)
            end.append(little: UInt32(0))
            end.append(little: offset + size)
            end.append(little: UInt32(1))
        }
        end.append(little: ZipFormat.end)
        end.append(little: UInt32(0))
        end.append(little: UInt16(clamping: count))
        end.append(little: UInt16(clamping: count))
        end.append(little: UInt32(clamping: size))
        end.append(little: UInt32(clamping: offset))
        end.append(little: UInt16(0))
        try end.withUnsafeBytes(sink)
    }
}
