import Archive
import SystemPackage
import TestSupport
import Testing

/// Slashes that are part of a longer `Character`.
private enum PathMarks {
    static let behind = "/\u{301}"
    static let before = "\u{600}/"
}

@Suite("Reading tars, and zips of sources")
struct ArchiveReaderTests {
    private func folder() throws -> Scratch {
        let folder = try Scratch()
        try folder.write("tree/dir/file.txt", "content")
        try folder.write("tree/dir/é.txt", "accent")
        try folder.write("tree/zeros", [UInt8](repeating: 0, count: 100_000))
        return folder
    }

    private func listing(_ path: FilePath, _ formats: ArchiveReader.Formats = .layers) throws -> [String: Int] {
        var reader = try ArchiveReader(path, accepting: formats)
        var found: [String: Int] = [:]
        while let entry = try reader.next() {
            found[entry.header.path] = entry.header.kind == .file ? try reader.contents().count : -1
        }
        return found
    }

    static let expected = ["dir": -1, "dir/file.txt": 7, "dir/é.txt": 6, "zeros": 100_000]

    @Test(
        "tars are read whatever compressed them, layers where that is a layer's way",
        arguments: ["", "--gzip", "--xz", "--bzip2", "--zstd", "--sparse", "--format=posix"])
    func tars(_ option: String) async throws {
        let folder = try folder()
        let path = folder.file("x.tar")
        let options = option.isEmpty ? [] : [option]
        try await Command("tar", options + ["-cf", path.string, "-C", folder.file("tree").string, "."]).run()
        #expect(try listing(path, .sources) == Self.expected)
        if ["--xz", "--bzip2"].contains(option) {
            #expect(throws: ArchiveError.self) { try listing(path) }
        } else {
            #expect(try listing(path) == Self.expected)
        }
    }

    @Test("zips are read where sources come as such")
    func zip() async throws {
        let folder = try folder()
        let path = folder.file("x.zip")
        let program = "import shutil, sys; shutil.make_archive(sys.argv[1][:-4], 'zip', sys.argv[2])"
        try await Command("python3", ["-c", program, path.string, folder.file("tree").string]).run()
        #expect(try listing(path, .sources) == Self.expected)
        #expect(throws: ArchiveError.self) { try listing(path) }
    }

    @Test("whatever else libarchive reads is refused, and no program of the machine is asked to read it")
    func others() async throws {
        let folder = try folder()
        let tar = folder.file("x.tar").string
        try await Command("tar", ["-cf", tar, "-C", folder.file("tree").string, "."]).run()
        let twice = folder.file("twice.tar.gz").string
        try await Command("sh", ["-c", "gzip -c \"$1\" | gzip -c > \"$2\"", "sh", tar, twice]).run()
        var files = [FilePath(twice), try folder.write("mtree", "#mtree\n./a type=file size=0\n")]
        files.append(try folder.write("x.deb", "!<arch>\ndebian-binary   0 0 0 100644 4 `\n2.0\n"))
        files.append(try folder.write("x.lrz", Array("LRZI".utf8) + [0, 6] + [UInt8](repeating: 0, count: 64)))
        for file in files {
            for formats in [ArchiveReader.Formats.layers, .sources] {
                let error = #expect(throws: ArchiveError.self, "\(file)") { try listing(file, formats) }
                #expect(error?.code == .notAnArchive, "\(file)")
            }
        }
    }

    @Test("what our tar writer wrote comes back with its links, modes, owners and attributes")
    func roundTrip() throws {
        let folder = try Scratch()
        var bytes: [UInt8] = []
        var writer = TarWriter()
        var entries = TarTests.entries
        entries.append(
            (
                TarHeader(
                    path: "caps", mode: 0o4755, userID: 5, groupID: 6,
                    records: ["SCHILY.xattr.security.capability": [1, 0, 0, 2]]), []
            ))
        entries.append((TarHeader(path: "dev/null", kind: .characterDevice(major: 1, minor: 3), mode: 0o666), []))
        entries.append((TarHeader(path: "pipe", kind: .fifo, mode: 0o600), []))
        for (entry, content) in entries { try writer.add(entry, content: content) { bytes += $0 } }
        try writer.finish { bytes += $0 }
        var reader = try ArchiveReader(folder.write("x.tar", bytes), accepting: .layers)
        for (entry, content) in entries {
            let read = try #require(try reader.next())
            var expected = entry
            expected.size = UInt64(content.count)
            #expect(read.header == expected)
            #expect(try reader.contents() == content)
        }
        #expect(try reader.next() == nil)
    }

    @Test(
        "an entry that would leave the folder is refused, also where a mark hides the slash",
        arguments: ["../evil", "/evil", "a/../../evil", "..\(PathMarks.behind)evil", "a\(PathMarks.before)../../evil"])
    func escapes(_ name: String) async throws {
        let folder = try Scratch()
        let path = folder.file("x.tar")
        let program = """
            import sys, tarfile
            tarfile.open(sys.argv[1], 'w').addfile(tarfile.TarInfo(sys.argv[2]))
            """
        try await Command("python3", ["-c", program, path.string, name]).run()
        let error = #expect(throws: ArchiveError.self) { try listing(path) }
        #expect(error?.code == .unsafeName)
    }

    @Test("a hard link to outside is refused; a symbolic link is text")
    func links() async throws {
        let folder = try Scratch()
        let path = folder.file("x.tar")
        let program = """
            import sys, tarfile
            t = tarfile.TarInfo('a'); t.type = tarfile.LNKTYPE; t.linkname = '../evil'
            tarfile.open(sys.argv[1], 'w').addfile(t)
            """
        try await Command("python3", ["-c", program, path.string]).run()
        #expect(throws: ArchiveError.self) { try listing(path) }
    }

    @Test("broken archives are named errors")
    func broken() async throws {
        let folder = try folder()
        #expect(throws: ArchiveError.self) { try listing(folder.write("x", "no archive at all")) }
        #expect(throws: ArchiveError.self) { try listing(folder.file("missing")) }
        let path = folder.file("x.tar")
        try await Command("tar", ["-cf", path.string, "-C", folder.file("tree").string, "zeros"]).run()
        let source = try FileSource(path)
        let cut = try folder.write("cut.tar", try source.bytes(in: 0..<50_000))
        let error = #expect(throws: ArchiveError.self) { try listing(cut) }
        #expect(error?.code == .truncated)
        var reader = try ArchiveReader(path, accepting: .layers)
        _ = try reader.next()
        #expect(throws: ArchiveError.self) { try reader.contents(limit: 1000) }
    }
}
