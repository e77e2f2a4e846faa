/// Reads central headers and checks them against each other.
struct ZipDirectoryParser {
    let archive: String
    let directoryStart: UInt64
    private var members: [ZipMember] = []

    init(archive: String, directoryStart: UInt64) {
        self.archive = archive
        self.directoryStart = directoryStart
    }

    /// Reads all headers; they must be as many as the end record says and fill the directory.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, count: UInt64) throws {
        members.reserveCapacity(Int(count))
        var at = 0
        while at < bytes.count {
            guard UInt64(members.count) < count else {
                throw ArchiveError(.malformed, archive, "lists more members than the \(count) its end record claims")
            }
            at = try parseHeader(bytes, at: at)
        }
        guard UInt64(members.count) == count else {
            throw ArchiveError(
                .malformed, archive, "lists \(members.count) members, but its end record claims \(count)")
        }
    }

    /// Reads one header and returns where the next one starts.
    private mutating func parseHeader(_ bytes: UnsafeRawBufferPointer, at: Int) throws -> Int {
        let header = try ZipCentralHeader(bytes, at: at, archive: archive)
        let nameBytes = UnsafeRawBufferPointer(rebasing: bytes[header.name])
        guard let name = String(validating: nameBytes, as: UTF8.self) else {
            throw fault(.unsafeName, nameBytes, "has a name that is not UTF-8")
        }
        if let problem = ZipPath.fault(nameBytes) { throw fault(.unsafeName, nameBytes, problem) }

        guard header.flags & ZipFormat.encryptionFlags == 0 else { throw fault(.encrypted, nameBytes, "is encrypted") }
        guard header.flags & ZipFormat.patchFlag == 0 else { throw fault(.unsupportedMethod, nameBytes, "is a patch") }
        guard let method = ZipMember.Method(rawValue: header.method) else {
            throw fault(
                .unsupportedMethod, nameBytes,
                "is compressed with method \(header.method); only stored (0) and deflate (8) are accepted")
        }
        guard header.isWhole else {
            throw fault(.malformed, nameBytes, "has sizes that its zip64 field does not give, or lies on another disk")
        }
        let extra = ZipExtraFields(UnsafeRawBufferPointer(rebasing: bytes[header.extra]))
        guard extra.agrees(withName: nameBytes) else {
            throw fault(.unsafeName, nameBytes, "has another name in its Unicode path field")
        }

        let isDirectory = nameBytes[nameBytes.count - 1] == UInt8(ascii: "/")
        switch header.unixMode & 0o170000 {
        case 0, 0o100000: break
        case 0o040000 where isDirectory: break
        case 0o040000: throw fault(.malformed, nameBytes, "is a folder by its mode and a file by its name")
        case 0o120000: throw fault(.unsupportedType, nameBytes, "is a symbolic link")
        default: throw fault(.unsupportedType, nameBytes, "is a device, pipe or socket")
        }
        if isDirectory, header.size != 0 { throw fault(.malformed, nameBytes, "is a folder with content") }
        members.append(
            ZipMember(
                name: name, method: method, compressedSize: header.compressedSize, size: header.size,
                crc32: header.crc32, unixMode: header.unixMode == 0 ? nil : header.unixMode,
                headerOffset: header.headerOffset, extentEnd: 0))
        return header.next
    }

    /// The sum of all sizes, once the extents are known to lie in the file. A stored member's sizes agree, a deflated one's have a ratio that deflate can reach.
    func checkSizes(_ limits: ZipLimits) throws -> UInt64 {
        var total: UInt64 = 0
        var compressed: UInt64 = 0
        for member in members {
            let possible =
                switch member.method {
                case .stored: member.compressedSize == member.size
                case .deflated: member.size / 1032 <= member.compressedSize
                }
            guard possible else {
                throw ArchiveError(
                    .wrongSize, archive, member: member.name,
                    "claims \(member.size) bytes, which its \(member.compressedSize) compressed bytes cannot hold")
            }
            let (sum, overflow) = total.addingReportingOverflow(member.size)
            guard !overflow, sum <= limits.totalSize else {
                throw ArchiveError(
                    .tooLarge, archive,
                    "claims to unpack to more than \(limits.totalSize >> 30) GiB, which is the limit")
            }
            total = sum
            compressed += member.compressedSize
        }
        guard total <= 64 << 20 || total / limits.ratio <= compressed else {
            throw ArchiveError(
                .tooLarge, archive,
                "claims to unpack from \(compressed) to \(total) bytes, a ratio beyond the limit of \(limits.ratio)")
        }
        return total
    }

    /// The place of every name. No name twice, and no file where another member needs a folder.
    func checkPaths() throws -> [String: Int] {
        var indexes = [String: Int](minimumCapacity: members.count)
        for (index, member) in members.enumerated() {
            guard indexes.updateValue(index, forKey: member.name) == nil else {
                throw ArchiveError(.duplicateMember, archive, member: member.name, "stands in it twice")
            }
        }
        var checked: Set<Substring> = []
        for member in members {
            var path = (member.isDirectory ? member.name.dropLast() : member.name[...])
            if member.isDirectory, indexes[String(path)] != nil {
                throw ArchiveError(
                    .duplicateMember, archive, member: path, "is both a file and a folder in it")
            }
            while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
                path = path[..<slash]
                guard checked.insert(path).inserted else { break }
                if indexes[String(path)] != nil {
                    throw ArchiveError(
                        .duplicateMember, archive, member: path, "is both a file and a folder in it")
                }
            }
        }
        return indexes
    }

    /// The members with where each one's bytes must end. None reaches into the next one or the directory.
    func checkExtents() throws -> [ZipMember] {
        var result = members
        var end = directoryStart
        let order = members.indices.sorted { members[$0].headerOffset > members[$1].headerOffset }
        for index in order {
            let member = members[index]
            let headerSize = UInt64(ZipFormat.localHeaderSize + member.name.utf8.count)
            guard member.headerOffset <= end, end - member.headerOffset >= headerSize,
                end - member.headerOffset - headerSize >= member.compressedSize
            else {
                throw ArchiveError(
                    .overlap, archive, member: member.name,
                    "reaches into the next member, the directory or beyond the file")
            }
            result[index] = ZipMember(
                name: member.name, method: member.method, compressedSize: member.compressedSize, size: member.size,
                crc32: member.crc32, unixMode: member.unixMode, headerOffset: member.headerOffset, extentEnd: end)
            end = member.headerOffset
        }
        return result
    }

    private func fault(_ code: ArchiveError.Code, _ name: UnsafeRawBufferPointer, _ message: String) -> ArchiveError {
        ArchiveError(code, archive, member: String(decoding: name, as: UTF8.self), message)
    }
}
