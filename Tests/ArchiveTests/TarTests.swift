import Archive
import Cryptography
import SystemPackage
import TestSupport
import Testing

@Suite("Canonical tar")
struct TarTests {
    static let long = String(repeating: "folder/", count: 14) + "file.py"
    static let longer = String(repeating: "folder/", count: 40) + "file.py"
    static let unsplittable = String(repeating: "x", count: 120)

    static let entries: [(TarHeader, [UInt8])] = [
        (TarHeader(path: "a", kind: .directory, mode: 0o755), []),
        (TarHeader(path: "a/é.txt", mode: 0o644), Array("accent".utf8)),
        (TarHeader(path: "a/exec", mode: 0o755), Array(repeating: 7, count: 512)),
        (TarHeader(path: "a/empty", mode: 0o644), []),
        (TarHeader(path: "a/link", kind: .symbolicLink(target: "exec"), mode: 0o777), []),
        (TarHeader(path: "a/same", kind: .hardLink(target: "a/exec"), mode: 0o755), []),
        (TarHeader(path: "a/" + long, mode: 0o644, modified: 1_700_000_000), Array("long".utf8)),
        (TarHeader(path: "a/" + longer, mode: 0o600, userID: 1000, groupID: 1000), Array("longer".utf8)),
        (TarHeader(path: "a/" + unsplittable, mode: 0o644), Array("unsplittable".utf8)),
        (TarHeader(path: "a/" + unsplittable + "d", kind: .directory, mode: 0o755), []),
        (TarHeader(path: "a/far", kind: .symbolicLink(target: "../" + longer), mode: 0o777), []),
    ]

    private func archive() throws -> [UInt8] {
        var bytes: [UInt8] = []
        var writer = TarWriter()
        for (entry, content) in Self.entries { try writer.add(entry, content: content) { bytes += $0 } }
        try writer.finish { bytes += $0 }
        return bytes
    }

    @Test("has the bytes it always had")
    func golden() throws {
        let digest = SHA256Digest(of: try archive()).hex
        #expect(digest == "499d9383c4402aa779964d652faab53736429fbd65c3588c5381af86a0520af6")
        var header: [UInt8] = []
        try TarHeader(path: "bin/python", mode: 0o100755, size: 8).append(to: &header)
        #expect(header.count == 512)
        #expect(header[100..<108] == [48, 48, 48, 48, 55, 53, 53, 0])
        #expect(String(decoding: header[257..<265], as: UTF8.self) == "ustar\u{0}00")
    }

    @Test("is read by GNU tar and Python with every name, mode, owner, time and link")
    func peers() async throws {
        let folder = try Scratch()
        let path = try folder.write("x.tar", try archive())
        let program = """
            import sys, tarfile
            kinds = {'0': 'file', '5': 'directory', '2': 'symlink', '1': 'hardlink'}
            for m in tarfile.open(sys.argv[1]):
                data = tarfile.open(sys.argv[1]).extractfile(m).read() if m.isreg() else b''
                print(m.name, kinds[m.type.decode()], oct(m.mode), m.uid, m.gid, m.mtime, m.uname + m.gname, m.linkname, len(data))
            """
        let seen = try await Command("python3", ["-c", program, path.string], environment: ["PYTHONUTF8": "1"]).run()
        let expected = Self.entries.map { entry, content in
            let (kind, link) =
                switch entry.kind {
                case .directory: ("directory", "")
                case .symbolicLink(let target): ("symlink", target)
                case .hardLink(let target): ("hardlink", target)
                default: ("file", "")
                }
            let mode = "0o" + String(entry.mode, radix: 8)
            return
                "\(entry.path) \(kind) \(mode) \(entry.userID) \(entry.groupID) \(entry.modified)  \(link) \(content.count)"
        }
        #expect(seen.split(separator: "\n").map(String.init) == expected)
        try await Command("tar", ["-xf", path.string, "-C", folder.path.string, "--warning=all"]).run()
        for (entry, content) in Self.entries where entry.kind == .file {
            let source = try FileSource(folder.path.appending(entry.path))
            #expect(try source.bytes(in: 0..<source.size) == content)
        }
    }

    @Test("sizes, times and owners beyond ustar's digits go to pax records")
    func wideNumbers() async throws {
        let folder = try Scratch()
        var bytes: [UInt8] = []
        let entry = TarHeader(
            path: "big", mode: 0o644, size: 9 << 30, modified: 1 << 40, userID: 4_000_000_000, groupID: 3_000_000)
        try entry.append(to: &bytes)
        #expect(bytes.count == 1536)
        let path = try folder.write("x.tar", bytes)
        let program = """
            import sys, tarfile
            m = tarfile.open(sys.argv[1]).next()
            print(m.size, m.mtime, m.uid, m.gid)
            """
        let seen = try await Command("python3", ["-c", program, path.string]).run()
        #expect(
            seen == "9663676416 1099511627776.0 4000000000 3000000\n"
                || seen == "9663676416 1099511627776 4000000000 3000000\n")
    }

    @Test("a pax record counts its own digits", arguments: [1, 88, 89, 90, 91, 92, 93, 985, 986, 987, 988, 989, 990])
    func recordLength(_ size: Int) throws {
        var bytes: [UInt8] = []
        try TarHeader(path: "a", mode: 0, records: ["k": [UInt8](repeating: 120, count: size)]).append(to: &bytes)
        let record = bytes[512...].prefix { $0 != 0 }
        let length = try #require(Int(String(decoding: record.prefix { $0 != 32 }, as: UTF8.self)))
        #expect(length == record.count)
    }

    @Test("content must be as long as announced")
    func lengths() throws {
        var writer = TarWriter()
        try writer.begin(TarHeader(path: "a", mode: 0, size: 2)) { _ in }
        #expect(throws: ArchiveError.self) { try [1, 2, 3].withUnsafeBytes { try writer.write($0) { _ in } } }
        #expect(throws: ArchiveError.self) { try writer.finish { _ in } }
        var header: [UInt8] = []
        #expect(throws: ArchiveError.self) { try TarHeader(path: "", mode: 0).append(to: &header) }
        #expect(throws: ArchiveError.self) {
            try TarHeader(path: "d", kind: .directory, mode: 0, size: 1).append(to: &header)
        }
    }
}
