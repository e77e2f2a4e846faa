import Archive
import Cryptography
import SystemPackage
import TestSupport
import Testing

@Suite("The zip writer")
struct ZipWriterTests {
    private func zip(_ files: [(String, Bool, [UInt8])]) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = ZipWriter()
        for (path, isExecutable, content) in files {
            try content.withUnsafeBytes {
                try writer.add(path, isExecutable: isExecutable, content: $0) { bytes += $0 }
            }
        }
        try writer.finish { bytes += $0 }
        return bytes
    }

    static let files: [(String, Bool, [UInt8])] = [
        ("bin/tool", true, Array("#!/bin/sh\n".utf8)),
        ("lib/a.pyc", false, sample(1, count: 70_000)),
        ("lib/empty", false, []),
        ("lib/é.pyc", false, sample(2, count: 3000)),
    ]

    @Test("writes what our strict reader and Python read")
    func readers() async throws {
        let bytes = try zip(Self.files)
        let archive = try ZipArchive(source: MemorySource(bytes))
        #expect(archive.directory.members.map(\.name) == Self.files.map(\.0))
        #expect(archive.directory.members.map(\.method) == [.stored, .deflated, .stored, .deflated])
        for (path, isExecutable, content) in Self.files {
            let member = try archive.member(named: path)
            #expect(try archive.contents(of: member) == content)
            #expect(member.isExecutable == isExecutable)
        }
        let folder = try Scratch()
        let path = try folder.write("x.zip", bytes)
        let program = """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            for i in z.infolist(): print(i.filename, i.date_time, oct(i.external_attr >> 16), i.file_size)
            """
        let seen = try await Command("python3", ["-c", program, path.string], environment: ["PYTHONUTF8": "1"]).run()
        let expected = Self.files.map {
            "\($0.0) (1980, 1, 1, 0, 0, 0) \($0.1 ? "0o100755" : "0o100644") \($0.2.count)\n"
        }
        #expect(seen == expected.joined())
    }

    @Test("has the bytes it always had")
    func golden() throws {
        let digest = SHA256Digest(of: try zip(Self.files)).hex
        #expect(digest == "4bd75674507ad36747050b3844c5ea34c971dd6989276af87197c9bed7fd1048")
    }

    @Test("writes zip64 end records for more members than 16 bits count")
    func many() async throws {
        let bytes = try zip((0..<70_000).map { (String(100_000 + $0), false, []) })
        #expect(try ZipArchive(source: MemorySource(bytes)).directory.members.count == 70_000)
        let folder = try Scratch()
        let path = try folder.write("x.zip", bytes)
        let program = "import sys, zipfile; print(len(zipfile.ZipFile(sys.argv[1]).namelist()))"
        #expect(try await Command("python3", ["-c", program, path.string]).run() == "70000\n")
    }

    @Test(
        "refuses paths out of order, twice, or unsafe", arguments: [["b", "a"], ["a", "a"], ["../a"], ["a/"], [""]])
    func refusals(_ paths: [String]) {
        let error = #expect(throws: ArchiveError.self) { try zip(paths.map { ($0, false, []) }) }
        #expect(error?.code == .unwritable)
    }
}
