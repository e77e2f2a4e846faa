/// What a zip's end records say about its central directory (APPNOTE 6.3.10 §4.3.14–16).
public struct ZipEnd: Sendable, Equatable {
    /// Where the central directory lies in the file. It reaches up to the first end record.
    public let directory: Range<UInt64>
    /// How many members the directory claims to list.
    public let memberCount: UInt64

    /// A tail of this many bytes (or the whole file) holds the end records of every acceptable zip.
    public static let longestTail = ZipFormat.endSize + 0xFFFF + ZipFormat.zip64LocatorSize + ZipFormat.zip64EndSize

    /// Finds the end records in the last bytes of a file.
    ///
    /// - Parameters:
    ///   - tail: the last bytes of the file; 100 are enough for a zip without a comment.
    ///   - fileSize: the size of the whole file.
    ///   - name: what messages call the file.
    /// - Throws: `tailTooShort` when more bytes than these may hold them, `notAnArchive` when no bytes would, and
    ///   `malformed` for records that contradict the file or each other, bytes before the first member's
    ///   offset base (a zip glued behind other data) included.
    public init(tail: [UInt8], fileSize: UInt64, name: String = "the archive") throws {
        self = try tail.withUnsafeBytes { try Self.parse($0, fileSize: fileSize, name: name) }
    }

    private init(directory: Range<UInt64>, memberCount: UInt64) {
        self.directory = directory
        self.memberCount = memberCount
    }

    private static func parse(_ tail: UnsafeRawBufferPointer, fileSize: UInt64, name: String) throws -> ZipEnd {
        guard UInt64(tail.count) <= fileSize else {
            throw ArchiveError(.malformed, name, "has a tail of \(tail.count) bytes but a size of \(fileSize)")
        }
        let tailStart = fileSize - UInt64(tail.count)
        func tooShort() -> ArchiveError {
            tailStart == 0 || tail.count >= longestTail
                ? ArchiveError(.notAnArchive, name, "is no zip file, or its end is missing: it has no end record")
                : ArchiveError(.tailTooShort, name, "has its end records before the last \(tail.count) bytes")
        }
        guard let at = endRecord(in: tail) else { throw tooShort() }
        guard at + ZipFormat.endSize + Int(tail.little(at + 20, as: UInt16.self)) == tail.count else {
            throw ArchiveError(.malformed, name, "has bytes after its end record that are no comment of it")
        }
        let endOffset = tailStart + UInt64(at)
        let disks = (tail.little(at + 4, as: UInt16.self), tail.little(at + 6, as: UInt16.self))
        let counts = (tail.little(at + 8, as: UInt16.self), tail.little(at + 10, as: UInt16.self))
        let size = tail.little(at + 12, as: UInt32.self)
        let offset = tail.little(at + 16, as: UInt32.self)
        let locatorAt = at - ZipFormat.zip64LocatorSize
        if locatorAt < 0, tailStart > 0 { throw tooShort() }
        guard locatorAt >= 0, tail.little(locatorAt, as: UInt32.self) == ZipFormat.zip64Locator else {
            guard disks == (0, 0), counts.0 == counts.1 else {
                throw ArchiveError(.malformed, name, "is one of several disks")
            }
            return try checked(
                offset: UInt64(offset), size: UInt64(size), count: UInt64(counts.0), before: endOffset, name: name)
        }

        // With a locator the 64-bit record is what counts, and it lies right before the locator.
        let recordAt = locatorAt - ZipFormat.zip64EndSize
        if recordAt < 0 { throw tooShort() }
        let recordOffset = tailStart + UInt64(recordAt)
        guard tail.little(locatorAt + 4, as: UInt32.self) == 0,
            tail.little(locatorAt + 8, as: UInt64.self) == recordOffset,
            tail.little(locatorAt + 16, as: UInt32.self) <= 1,
            tail.little(recordAt, as: UInt32.self) == ZipFormat.zip64End,
            tail.little(recordAt + 4, as: UInt64.self) == UInt64(ZipFormat.zip64EndSize - 12)
        else { throw ArchiveError(.malformed, name, "has a zip64 locator that leads to no zip64 end record") }
        let wideCounts = (tail.little(recordAt + 24, as: UInt64.self), tail.little(recordAt + 32, as: UInt64.self))
        let wideSize = tail.little(recordAt + 40, as: UInt64.self)
        let wideOffset = tail.little(recordAt + 48, as: UInt64.self)
        guard tail.little(recordAt + 16, as: UInt32.self) == 0, tail.little(recordAt + 20, as: UInt32.self) == 0,
            wideCounts.0 == wideCounts.1
        else { throw ArchiveError(.malformed, name, "is one of several disks") }
        guard counts.1 == .max || UInt64(counts.1) == wideCounts.1, size == .max || UInt64(size) == wideSize,
            offset == .max || UInt64(offset) == wideOffset
        else { throw ArchiveError(.malformed, name, "has a zip64 end record that contradicts its end record") }
        return try checked(
            offset: wideOffset, size: wideSize, count: wideCounts.0, before: recordOffset, name: name)
    }

    /// The last place where an end record may start.
    private static func endRecord(in tail: UnsafeRawBufferPointer) -> Int? {
        var at = tail.count - ZipFormat.endSize
        let first = max(0, at - 0xFFFF)
        while at >= first {
            if tail.little(at, as: UInt32.self) == ZipFormat.end { return at }
            at -= 1
        }
        return nil
    }

    private static func checked(
        offset: UInt64, size: UInt64, count: UInt64, before end: UInt64, name: String
    ) throws -> ZipEnd {
        let (directoryEnd, overflow) = offset.addingReportingOverflow(size)
        guard !overflow, directoryEnd == end else {
            throw ArchiveError(
                directoryEnd > end || overflow ? .truncated : .malformed, name,
                "says its directory of \(size) bytes starts at byte \(offset), but it ends at byte \(end)")
        }
        guard count <= size / UInt64(ZipFormat.centralHeaderSize) else {
            throw ArchiveError(.malformed, name, "claims \(count) members in a directory of \(size) bytes")
        }
        return ZipEnd(directory: offset..<directoryEnd, memberCount: count)
    }
}
