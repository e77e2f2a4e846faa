/// One member of a zip, as the central directory describes it (APPNOTE 6.3.10 §4.3.12).
public struct ZipMember: Sendable, Equatable {
    /// The ways a member's bytes may be kept.
    public enum Method: UInt16, Sendable {
        case stored = 0
        case deflated = 8
    }

    /// The path inside the archive: UTF-8, relative, `/` between components; a folder's ends in `/`.
    public let name: String
    public let method: Method
    /// Bytes in the archive.
    public let compressedSize: UInt64
    /// Bytes when inflated.
    public let size: UInt64
    /// CRC-32 of the inflated bytes.
    public let crc32: UInt32
    /// File type and permission bits as in `st_mode`, where the archive records them.
    public let unixMode: UInt16?
    /// Where the member's local header starts.
    public let headerOffset: UInt64

    /// Where the next member's local header, or the central directory, starts: nothing of this member lies beyond.
    let extentEnd: UInt64
    public var isDirectory: Bool { name.utf8.last == UInt8(ascii: "/") }

    /// Whether any execute bit is set, which is all that installing a wheel takes from the mode (PEP 427).
    public var isExecutable: Bool { (unixMode ?? 0) & 0o111 != 0 }

    /// The bytes of the file that may belong to the member: local header, data and data descriptor, and what lies
    /// between them and the next member.
    public var extent: Range<UInt64> { headerOffset..<extentEnd }
}
