/// The header of one tar entry in its canonical form: ustar (POSIX.1-1988), with a pax extended header
/// (POSIX.1-2001) before it only for what ustar cannot hold.
///
/// The same entry always gives the same bytes: no names of owners, no times but the given one, no field that depends
/// on the machine. The path is what the archive keeps; a folder's is written with a `/` at its end.
public struct TarHeader: Sendable, Equatable {
    /// What an entry is.
    public enum Kind: Sendable, Hashable {
        case file
        case directory
        /// Holds a path as text, which may lead anywhere.
        case symbolicLink(target: String)
        /// Another name of an earlier entry of the same archive.
        case hardLink(target: String)
        case characterDevice(major: UInt32, minor: UInt32)
        case blockDevice(major: UInt32, minor: UInt32)
        case fifo
    }

    /// Bytes of one tar record.
    public static let blockSize = 512
    /// What ends an archive: two blocks of zeros.
    public static let end = [UInt8](repeating: 0, count: 2 * blockSize)

    /// Relative, without `.`, `..` or a `/` at either end.
    public var path: String
    public var kind: Kind
    /// Permission bits, of which the lower twelve count.
    public var mode: UInt16
    /// Bytes of content; files alone have some.
    public var size: UInt64
    /// Seconds since 1970.
    public var modified: UInt64
    public var userID: UInt32
    public var groupID: UInt32
    /// Further pax records such as `SCHILY.xattr.security.capability`, written in the order of their keys.
    public var records: [String: [UInt8]]

    public init(
        path: String, kind: Kind = .file, mode: UInt16, size: UInt64 = 0, modified: UInt64 = 0, userID: UInt32 = 0,
        groupID: UInt32 = 0, records: [String: [UInt8]] = [:]
    ) {
        self.path = path
        self.kind = kind
        self.mode = mode
        self.size = size
        self.modified = modified
        self.userID = userID
        self.groupID = groupID
        self.records = records
    }

    /// How many zero bytes follow content of a size, up to the next block.
    public static func padding(after size: UInt64) -> Int {
        Int((512 - size % 512) % 512)
    }

    /// Appends the header's blocks: 512 bytes, or at least 1536 with a pax header.
    ///
    /// Throws `unwritable` for a path or number that no form can hold.
    public func append(to output: inout [UInt8]) throws {
        var pax = records
        var block = TarBlock()
        let name = kind == .directory ? path + "/" : path
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw ArchiveError(.unwritable, path.debugDescription, "is no path that a tar can hold")
        }
        if !block.setPath(name) { pax["path"] = Array(name.utf8) }
        block.setNumber(UInt64(mode & 0o7777), at: 100, digits: 7)
        if !block.setNumber(UInt64(userID), at: 108, digits: 7) { pax["uid"] = Array(String(userID).utf8) }
        if !block.setNumber(UInt64(groupID), at: 116, digits: 7) { pax["gid"] = Array(String(groupID).utf8) }
        if !block.setNumber(size, at: 124, digits: 11) { pax["size"] = Array(String(size).utf8) }
        if !block.setNumber(modified, at: 136, digits: 11) { pax["mtime"] = Array(String(modified).utf8) }
        switch kind {
        case .file:
            block.type = UInt8(ascii: "0")
        case .directory:
            block.type = UInt8(ascii: "5")
        case .symbolicLink(let target):
            block.type = UInt8(ascii: "2")
            if !block.setLink(target) { pax["linkpath"] = Array(target.utf8) }
        case .hardLink(let target):
            block.type = UInt8(ascii: "1")
            if !block.setLink(target) { pax["linkpath"] = Array(target.utf8) }
        case .characterDevice(let major, let minor):
            block.type = UInt8(ascii: "3")
            try block.setDevice(major, minor, path: path)
        case .blockDevice(let major, let minor):
            block.type = UInt8(ascii: "4")
            try block.setDevice(major, minor, path: path)
        case .fifo:
            block.type = UInt8(ascii: "6")
        }
        guard size == 0 || kind == .file else {
            throw ArchiveError(.unwritable, path.debugDescription, "has content but is no file")
        }
        if !pax.isEmpty { PaxRecords(pax).append(to: &output) }
        block.append(to: &output)
    }
}
