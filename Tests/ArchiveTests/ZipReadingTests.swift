import Archive
import TestSupport
import Testing

@Suite("A good zip is read")
struct ZipReadingTests {
    typealias Member = CraftedZip.Member

    @Test("members come with their names, sizes and modes, in the directory's order")
    func members() throws {
        let zip = CraftedZip([
            Member("pkg/", "").with(\.mode, 0o040755), Member("pkg/é.py", "x = 1\n"),
            .deflated("pkg/run", "#!python\n").with(\.mode, 0o100755), Member("bare").with(\.mode, 0),
        ])
        let archive = try ZipArchive(source: MemorySource(zip.bytes))
        let members = archive.directory.members
        #expect(members.map(\.name) == ["pkg/", "pkg/é.py", "pkg/run", "bare"])
        #expect(members.map(\.size) == [0, 6, 9, 0])
        #expect(members.map(\.isDirectory) == [true, false, false, false])
        #expect(members.map(\.isExecutable) == [true, false, true, false])
        #expect(members[3].unixMode == nil)
        #expect(archive.directory.totalSize == 15)
        #expect(try archive.contents(of: archive.member(named: "pkg/run")) == Array("#!python\n".utf8))
    }

    @Test("a missing member is a named error")
    func missing() throws {
        let archive = try ZipArchive(source: MemorySource(CraftedZip([Member("a")]).bytes, name: "x.whl"))
        let error = #expect(throws: ArchiveError.self) { try archive.member(named: "b") }
        #expect(error?.code == .noSuchMember)
    }

    @Test("zip64 end records and sizes are understood")
    func zip64() throws {
        let wide: [UInt8] = [1, 0, 16, 0, 3, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0]
        var zip = CraftedZip([
            Member("a", "xyz").with(\.size, .max).with(\.compressedSize, .max).with(\.extra, wide)
                .with(\.localExtra, wide)
        ])
        zip.zip64 = true
        let archive = try ZipArchive(source: MemorySource(zip.bytes))
        #expect(try archive.contents(of: archive.member(named: "a")) == Array("xyz".utf8))
    }

    @Test("a comment of any length is passed over", arguments: [0, 1, 5000, 65535])
    func comment(_ count: Int) throws {
        var zip = CraftedZip([Member("a", "x")])
        zip.comment = [UInt8](repeating: 0x20, count: count)
        #expect(try ZipArchive(source: MemorySource(zip.bytes)).directory.members.count == 1)
    }

    @Test("data descriptors are held against the directory", arguments: [0, 1, 2, 3])
    func descriptors(_ shape: Int) throws {
        let member = Member.deflated("a", "xyz").with(\.flags, 8)
        let crc = CRC32.of(Array("xyz".utf8))
        var descriptor: [UInt8] = shape & 1 == 0 ? [] : [0x50, 0x4b, 0x07, 0x08]
        let pad: [UInt8] = shape & 2 == 0 ? [] : [0, 0, 0, 0]
        descriptor += (0..<4).map { UInt8(truncatingIfNeeded: crc >> (8 * UInt32($0))) }
        descriptor += [8, 0, 0, 0] + pad + [3, 0, 0, 0] + pad
        let zip = CraftedZip([member.with(\.descriptor, descriptor), Member("b")])
        let archive = try ZipArchive(source: MemorySource(zip.bytes))
        #expect(try archive.contents(of: archive.member(named: "a")) == Array("xyz".utf8))
    }

    @Test("both forms of a member come in one pass")
    func bothForms() throws {
        let member = Member.deflated("a", String(repeating: "0123456789", count: 6000))
        let archive = try ZipArchive(source: MemorySource(CraftedZip([member]).bytes))
        for bufferSize in [512, 1000, 65536] {
            var reader = ZipMemberReader(bufferSize: bufferSize)
            var compressed: [UInt8] = []
            var inflated: [UInt8] = []
            try reader.stream(
                archive.member(named: "a"), of: archive.source, compressed: { compressed += $0 },
                inflated: { inflated += $0 })
            #expect(compressed == member.data)
            #expect(inflated == member.content)
        }
    }

    @Test("a member can be read from the end records, the directory and its own extent alone")
    func ranges() throws {
        let bytes = CraftedZip([Member("x", "y"), .deflated("a", "METADATA"), Member("z")]).bytes
        let size = UInt64(bytes.count)
        #expect(throws: ArchiveError.self) { try ZipDirectory.locate(tail: Array(bytes.suffix(21)), fileSize: size) }
        let end = try ZipDirectory.locate(tail: Array(bytes.suffix(60)), fileSize: size)
        let range = Int(end.directory.lowerBound)..<Int(end.directory.upperBound)
        let directory = try ZipDirectory(bytes: Array(bytes[range]), end: end)
        let member = try #require(directory.member(named: "a"))
        let extent = Int(member.extent.lowerBound)..<Int(member.extent.upperBound)
        let source = PartialSource(Array(bytes[extent]), at: member.extent.lowerBound, of: size)
        let archive = ZipArchive(source: source, directory: directory)
        #expect(try archive.contents(of: member) == Array("METADATA".utf8))
    }

    @Test("contents beyond the caller's limit are refused")
    func limit() throws {
        let archive = try ZipArchive(source: MemorySource(CraftedZip([Member("a", "xyz")]).bytes))
        let member = try archive.member(named: "a")
        #expect(try archive.contents(of: member, limit: 3).count == 3)
        let error = #expect(throws: ArchiveError.self) { try archive.contents(of: member, limit: 2) }
        #expect(error?.code == .tooLarge)
    }
}
