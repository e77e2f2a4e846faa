import Archive
import TestSupport
import Testing

@Suite("A zip that lies or could do harm is refused")
struct ZipRefusalTests {
    typealias Member = CraftedZip.Member

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: ArchiveError.Code
        let bytes: [UInt8]

        init(
            _ name: String, _ code: ArchiveError.Code, _ members: [Member],
            _ change: (inout CraftedZip) -> Void = { _ in }
        ) {
            testDescription = name
            self.code = code
            var zip = CraftedZip(members)
            change(&zip)
            bytes = zip.bytes
        }

        init(_ name: String, _ code: ArchiveError.Code, bytes: [UInt8]) {
            testDescription = name
            self.code = code
            self.bytes = bytes
        }
    }

    static let names: [Case] = [
        Case("..", .unsafeName, [Member("../evil")]),
        Case(".. inside", .unsafeName, [Member("a/../../evil")]),
        Case(".. at the end", .unsafeName, [Member("a/..")]),
        Case("absolute", .unsafeName, [Member("/etc/passwd")]),
        Case("backslash", .unsafeName, [Member("..\\evil")]),
        Case("NUL", .unsafeName, [Member("a\0b")]),
        Case("line break", .unsafeName, [Member("a\nb")]),
        Case("empty", .unsafeName, [Member("")]),
        Case("empty component", .unsafeName, [Member("a//b")]),
        Case("only a slash", .unsafeName, [Member("/")]),
        Case("dot component", .unsafeName, [Member("./a")]),
        Case("long component", .unsafeName, [Member(String(repeating: "x", count: 256))]),
        Case("not UTF-8", .unsafeName, [Member(bytes: [0x61, 0xE9, 0x62], [])]),
        Case(
            "another Unicode path", .unsafeName,
            [Member("a").with(\.extra, [0x75, 0x70, 6, 0, 1, 0, 0, 0, 0, 0x62])]),
        Case("twice", .duplicateMember, [Member("a"), Member("a")]),
        Case("file and folder", .duplicateMember, [Member("a"), Member("a/b")]),
        Case("file and folder member", .duplicateMember, [Member("a"), Member("a/")]),
        Case("file as a far parent", .duplicateMember, [Member("a/b/c/d"), Member("a/b")]),
    ]

    static let types: [Case] = [
        Case("symbolic link", .unsupportedType, [Member("a", "/etc").with(\.mode, 0o120777)]),
        Case("device", .unsupportedType, [Member("a").with(\.mode, 0o020666)]),
        Case("block device", .unsupportedType, [Member("a").with(\.mode, 0o060666)]),
        Case("pipe", .unsupportedType, [Member("a").with(\.mode, 0o010666)]),
        Case("socket", .unsupportedType, [Member("a").with(\.mode, 0o140666)]),
        Case("folder by mode alone", .malformed, [Member("a").with(\.mode, 0o040755)]),
        Case("folder with content", .malformed, [Member("a/", "x")]),
        Case("encrypted", .encrypted, [Member("a", "x").with(\.flags, 1)]),
        Case("strongly encrypted", .encrypted, [Member("a", "x").with(\.flags, 64)]),
        Case("masked", .encrypted, [Member("a", "x").with(\.flags, 1 << 13)]),
        Case("patch", .unsupportedMethod, [Member("a", "x").with(\.flags, 32)]),
        Case("bzip2", .unsupportedMethod, [Member("a", "x").with(\.method, 12)]),
    ]

    static let structures: [Case] = [
        Case("no zip", .notAnArchive, bytes: Array("<html>not found</html>".utf8)),
        Case("empty file", .notAnArchive, bytes: []),
        Case("truncated", .notAnArchive, bytes: CraftedZip([Member("a", "xyz")]).bytes.dropLast(10)),
        Case("no beginning", .truncated, bytes: Array(CraftedZip([Member("a", "xyz")]).bytes.dropFirst(8))),
        Case("glued behind other data", .malformed, [Member("a").with(\.offset, 0)]) {
            $0.prefix = Array("#!/bin/sh\n".utf8)
            $0.directoryOffset = 31
        },
        Case("bytes behind the end", .malformed, [Member("a")]) { $0.suffix = [1, 2, 3] },
        Case("count too high", .malformed, [Member("a")]) { $0.count = 2 },
        Case("count too low", .malformed, [Member("a"), Member("b")]) { $0.count = 1 },
        Case("count impossible", .malformed, [Member("a")]) { $0.count = 60000 },
        Case("zip64 count too low", .malformed, [Member("a"), Member("b")]) {
            $0.count = 1
            $0.zip64 = true
        },
        Case("directory size lies", .malformed, [Member("a")]) { $0.directorySize = 40 },
        Case("directory beyond the file", .truncated, [Member("a")]) { $0.directoryOffset = 4000 },
        Case("overlap", .overlap, [Member("a", "xxx"), Member("b", "yyy").with(\.offset, 0)]),
        Case(
            "member reaches into the directory", .overlap,
            [
                Member("a", "xxx").with(\.compressedSize, 400).with(\.size, 400)
            ]),
        Case("member beyond the file", .overlap, [Member("a").with(\.offset, 100_000)]),
        Case("zip64 sizes missing", .malformed, [Member("a").with(\.size, .max)]),
        Case("stored sizes differ", .wrongSize, [Member("a", "xyz").with(\.size, 4)]),
        Case("impossible ratio", .wrongSize, [.deflated("a", "xyz").with(\.size, 1 << 30)]),
    ]

    @Test("by its directory", arguments: names + types + structures)
    func refusedByDirectory(_ example: Case) throws {
        let error = #expect(throws: ArchiveError.self) {
            _ = try ZipArchive(source: MemorySource(example.bytes, name: "bad.whl"))
        }
        #expect(error?.code == example.code, "\(String(describing: error))")
        #expect(error?.subject.hasPrefix("bad.whl") == true)
    }

    static let contents: [Case] = [
        Case("another local name", .malformed, [Member("a", "x").with(\.localName, [0x62])]),
        Case("another local method", .malformed, [Member("a", "x").with(\.localMethod, 8)]),
        Case("another local size", .malformed, [Member("a", "x").with(\.localSize, 2)]),
        Case(
            "local extra field reaches into the data", .overlap,
            [
                Member("a", "x").with(\.localExtra, [0, 0, 4, 0, 1, 2, 3, 4]).with(\.data, []).with(
                    \.compressedSize, 1),
                Member("b"),
            ]),
        Case("wrong checksum", .wrongChecksum, [Member("a", "xyz").with(\.crc, 1)]),
        Case("inflates to more", .wrongSize, [.deflated("a", "xyz").with(\.size, 2)]),
        Case("inflates to less", .wrongSize, [.deflated("a", "xyz").with(\.size, 4)]),
        Case("one byte behind the stream", .brokenStream, [.deflated("a", "xyz", trailing: [0])]),
        Case("seven bytes behind the stream", .brokenStream, [.deflated("a", "xyz", trailing: [1, 2, 3, 4, 5, 6, 7])]),
        Case(
            "many bytes behind the stream", .brokenStream,
            [
                .deflated("a", "xyz", trailing: [UInt8](repeating: 7, count: 5000))
            ]),
        Case("two streams", .brokenStream, [.deflated("a", "xyz", trailing: [3, 0])]),
        Case(
            "unfinished stream", .brokenStream,
            [.deflated("a", "xyz").with(\.data, [0, 3, 0, 252, 255, 120, 121, 122])]),
        Case("stream cut off", .brokenStream, [.deflated("a", "xyz").with(\.data, [1, 3, 0, 252, 255, 120])]),
        Case("no stream", .brokenStream, [.deflated("a", "xyz").with(\.data, [7, 7, 7, 7])]),
        Case("empty stream", .brokenStream, [.deflated("a", "").with(\.data, [])]),
        Case("descriptor missing", .malformed, [.deflated("a", "xyz").with(\.flags, 8), Member("b")]),
        Case(
            "descriptor lies", .malformed,
            [
                .deflated("a", "xyz").with(\.flags, 8).with(\.descriptor, [UInt8](repeating: 1, count: 12)),
                Member("b"),
            ]),
    ]

    @Test("by its content", arguments: contents)
    func refusedByContent(_ example: Case) throws {
        let archive = try ZipArchive(source: MemorySource(example.bytes, name: "bad.whl"))
        let member = try archive.member(named: "a")
        let error = #expect(throws: ArchiveError.self) { try archive.stream(member) { _ in } }
        #expect(error?.code == example.code, "\(String(describing: error))")
        #expect(error?.subject == "bad.whl, member \"a\"")
    }

    @Test("a bomb of 10 GB is refused by what the directory claims, before a byte is inflated")
    func bomb() throws {
        // 10 MB of zeros deflated 1000:1 would be needed; the claim alone is judged.
        let claim = Member("zeros").with(\.method, 8).with(\.data, [UInt8](repeating: 0, count: 4_000_000))
            .with(\.size, 4_000_000_000)
        let zip = CraftedZip([claim, claim.with(\.name, [0x32]), claim.with(\.name, [0x33])]).bytes
        let error = #expect(throws: ArchiveError.self) { _ = try ZipArchive(source: MemorySource(zip)) }
        #expect(error?.code == .tooLarge)
    }

    @Test("a ratio that no software has is refused")
    func ratio() throws {
        let claim = Member("zeros").with(\.method, 8).with(\.data, [UInt8](repeating: 0, count: 200_000))
            .with(\.size, 200_000_000)
        let zip = CraftedZip([claim]).bytes
        #expect(throws: ArchiveError.self) { _ = try ZipArchive(source: MemorySource(zip)) }
        #expect(throws: Never.self) {
            _ = try ZipArchive(source: MemorySource(zip), limits: ZipLimits(ratio: 1000))
        }
    }

    @Test("every truncation of a good zip is refused")
    func truncations() throws {
        let zip = CraftedZip([Member("a", "hello"), .deflated("b/c", "world")]).bytes
        for count in 0..<zip.count {
            #expect(throws: ArchiveError.self) {
                let archive = try ZipArchive(source: MemorySource(Array(zip[..<count])))
                for member in archive.directory.members { try archive.stream(member) { _ in } }
            }
        }
    }

    @Test("no flipped byte crashes, and none goes unnoticed in the content")
    func flips() throws {
        let zip = CraftedZip([Member("a", "hello"), .deflated("b/c", "world")]).bytes
        for index in zip.indices {
            for flip: UInt8 in [1, 0x80, 0xFF] {
                var bytes = zip
                bytes[index] ^= flip
                guard let archive = try? ZipArchive(source: MemorySource(bytes)) else { continue }
                for member in archive.directory.members {
                    guard let content = try? archive.contents(of: member) else { continue }
                    #expect(content == Array("hello".utf8) || content == Array("world".utf8))
                }
            }
        }
    }
}
