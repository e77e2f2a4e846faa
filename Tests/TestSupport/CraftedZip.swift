import Archive

/// A zip written byte by byte, so that a test can make it lie: every field of every record can be set.
///
/// Left alone it writes a valid zip.
public struct CraftedZip {
    /// One member; what is `nil` follows from the content.
    public struct Member {
        public var name: [UInt8]
        /// The bytes between the local header and the next record.
        public var data: [UInt8]
        public var content: [UInt8]
        public var method: UInt16 = 0
        public var flags: UInt16 = 0
        public var mode: UInt16 = 0o100644
        public var crc: UInt32?
        public var size: UInt32?
        public var compressedSize: UInt32?
        public var localName: [UInt8]?
        public var localMethod: UInt16?
        public var localSize: UInt32?
        public var localExtra: [UInt8] = []
        public var extra: [UInt8] = []
        public var offset: UInt32?
        public var descriptor: [UInt8] = []

        /// A stored member.
        public init(_ name: String, _ content: String = "") {
            self.init(bytes: Array(name.utf8), Array(content.utf8))
        }

        public init(bytes name: [UInt8], _ content: [UInt8]) {
            self.name = name
            self.content = content
            data = content
        }

        /// A member of one stored deflate block, with bytes before and behind it.
        public static func deflated(_ name: String, _ content: String, trailing: [UInt8] = []) -> Self {
            var member = Self(name, content)
            let count = UInt16(content.utf8.count)
            member.data = [1, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
            member.data += member.content + trailing
            member.method = 8
            return member
        }

        /// The member with one thing changed.
        public func with<Value>(_ path: WritableKeyPath<Self, Value>, _ value: Value) -> Self {
            var copy = self
            copy[keyPath: path] = value
            return copy
        }
    }

    public var members: [Member]
    public var count: UInt16?
    public var directorySize: UInt32?
    public var directoryOffset: UInt32?
    public var comment: [UInt8] = []
    public var prefix: [UInt8] = []
    public var suffix: [UInt8] = []
    /// Writes a zip64 end record and locator too.
    public var zip64 = false

    public init(_ members: [Member]) {
        self.members = members
    }

    public var bytes: [UInt8] {
        var out = prefix
        var directory: [UInt8] = []
        for member in members {
            let crc = member.crc ?? CRC32.of(member.content)
            let size = member.size ?? UInt32(member.content.count)
            let compressed = member.compressedSize ?? UInt32(member.data.count)
            let offset = member.offset ?? UInt32(out.count)
            let localName = member.localName ?? member.name
            let streamed = member.flags & 8 != 0
            put(&out, 0x0403_4b50, 4)
            put(&out, 20, 2)
            put(&out, member.flags, 2)
            put(&out, member.localMethod ?? member.method, 2)
            put(&out, 0x0021_0000, 4)
            put(&out, streamed ? 0 : crc, 4)
            put(&out, streamed ? 0 : compressed, 4)
            put(&out, streamed ? 0 : member.localSize ?? size, 4)
            put(&out, localName.count, 2)
            put(&out, member.localExtra.count, 2)
            out += localName + member.localExtra + member.data + member.descriptor
            put(&directory, 0x0201_4b50, 4)
            put(&directory, 3 << 8 | 20, 2)
            put(&directory, 20, 2)
            put(&directory, member.flags, 2)
            put(&directory, member.method, 2)
            put(&directory, 0x0021_0000, 4)
            put(&directory, crc, 4)
            put(&directory, compressed, 4)
            put(&directory, size, 4)
            put(&directory, member.name.count, 2)
            put(&directory, member.extra.count, 2)
            put(&directory, 0, 6)
            put(&directory, UInt32(member.mode) << 16, 4)
            put(&directory, offset, 4)
            directory += member.name + member.extra
        }
        let start = directoryOffset ?? UInt32(out.count)
        let size = directorySize ?? UInt32(directory.count)
        let number = count ?? UInt16(members.count)
        out += directory
        if zip64 {
            let recordOffset = out.count
            put(&out, 0x0606_4b50, 4)
            put(&out, 44, 8)
            put(&out, 45 << 16 | 45, 4)
            put(&out, 0, 8)
            put(&out, number, 8)
            put(&out, number, 8)
            put(&out, size, 8)
            put(&out, start, 8)
            put(&out, 0x0706_4b50, 4)
            put(&out, 0, 4)
            put(&out, recordOffset, 8)
            put(&out, 1, 4)
        }
        put(&out, 0x0605_4b50, 4)
        put(&out, 0, 4)
        put(&out, zip64 ? UInt16.max : number, 2)
        put(&out, zip64 ? UInt16.max : number, 2)
        put(&out, zip64 ? UInt32.max : size, 4)
        put(&out, zip64 ? UInt32.max : start, 4)
        put(&out, comment.count, 2)
        return out + comment + suffix
    }

    private func put(_ out: inout [UInt8], _ number: some FixedWidthInteger, _ count: Int) {
        let wide = UInt64(truncatingIfNeeded: number)
        for index in 0..<count {
            out.append(UInt8(truncatingIfNeeded: wide >> UInt64(8 * index)))
        }
    }
}
