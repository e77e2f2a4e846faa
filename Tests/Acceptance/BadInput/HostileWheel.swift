import Foundation
import SystemPackage
import TestSupport
import Testing

/// A wheel that somebody made to do harm, or that was broken on its way, and what Chidori must say of it.
struct HostileWheel: Sendable, CustomTestStringConvertible {
    var what: String
    /// What the message must name beside the file.
    var naming: String
    var bytes: @Sendable () async throws -> [UInt8]

    var testDescription: String { what }

    static let filename = "evil-1.0-py3-none-any.whl"
    /// Where a wheel with an absolute path would like to write.
    static let outside = "/tmp/chidori-was-here"

    init(_ what: String, naming: String, bytes: @escaping @Sendable () async throws -> [UInt8]) {
        (self.what, self.naming, self.bytes) = (what, naming, bytes)
    }

    /// A wheel with one more file, whose member may be changed.
    init(
        _ what: String, naming: String, file: String, content: String = "x",
        change: @escaping @Sendable (CraftedZip.Member) -> CraftedZip.Member = { $0 }
    ) {
        self.init(what, naming: naming) {
            var zip = WheelFixture("evil").adding(file, content).zip
            zip.members = zip.members.map { member in member.name == Array(file.utf8) ? change(member) : member }
            return zip.bytes
        }
    }

    static let all: [HostileWheel] = [
        HostileWheel("a path with ..", naming: "../escaped.py", file: "../escaped.py"),
        HostileWheel("a path with .. in its midst", naming: "evil/../../escaped.py", file: "evil/../../escaped.py"),
        HostileWheel("an absolute path", naming: outside, file: outside),
        HostileWheel("a link out", naming: "evil/link", file: "evil/link", content: "/etc/passwd") {
            $0.with(\.mode, 0o120777)
        },
        HostileWheel("a device", naming: "evil/disk", file: "evil/disk") { $0.with(\.mode, 0o060660) },
        HostileWheel("a member twice", naming: "evil/__init__.py") {
            var zip = WheelFixture("evil").zip
            zip.members.append(CraftedZip.Member("evil/__init__.py", "print('second')\n"))
            return zip.bytes
        },
        HostileWheel("a RECORD with another digest", naming: "evil/data.txt") {
            let wheel = WheelFixture("evil").adding("evil/data.txt", "what it was")
            let record = wheel.members.last?.content ?? []
            return wheel.with(\.files, wheel.files.dropLast() + [("evil/data.txt", Array("what it is!".utf8))])
                .with(\.givenRecord, record).bytes
        },
        HostileWheel("a RECORD with another size", naming: "evil/data.txt") {
            let wheel = WheelFixture("evil").adding("evil/data.txt", "four")
            let record = String(decoding: wheel.members.last?.content ?? [], as: UTF8.self)
            return wheel.with(\.givenRecord, Array(record.replacing(",4\n", with: ",5\n").utf8)).bytes
        },
        HostileWheel("a file that RECORD does not list", naming: "evil/stowaway.py") {
            let honest = WheelFixture("evil")
            return honest.adding("evil/stowaway.py", "x").with(\.givenRecord, honest.members.last?.content).bytes
        },
        HostileWheel("a size that is larger than the content", naming: "evil/data.txt", file: "evil/data.txt") {
            $0.with(\.size, 1000)
        },
        HostileWheel("a size that is smaller than the content", naming: "evil/data.bin") {
            var zip = WheelFixture("evil").adding("evil/data.bin", "0123456789").zip
            zip.members = zip.members.map { member in
                guard member.name == Array("evil/data.bin".utf8) else { return member }
                return CraftedZip.Member.deflated("evil/data.bin", "0123456789").with(\.size, 3)
            }
            return zip.bytes
        },
        HostileWheel("a truncated file", naming: filename) { WheelFixture("evil").bytes.dropLast(40) },
        HostileWheel("a file cut in its midst", naming: filename) { Array(WheelFixture("evil").bytes.prefix(150)) },
        HostileWheel("an encrypted member", naming: "evil/secret.py", file: "evil/secret.py") { $0.with(\.flags, 1) },
        HostileWheel("a name that is not UTF-8", naming: filename) {
            var zip = WheelFixture("evil").zip
            zip.members.append(CraftedZip.Member(bytes: Array("evil/".utf8) + [0xC3, 0x28, 0xFF], [1]))
            return zip.bytes
        },
        HostileWheel("no zip at all", naming: filename) { Array("<html>Please log in</html>".utf8) },
    ]

    /// Ten gigabytes in ten megabytes, told honestly.
    static let bomb = HostileWheel("a bomb of 10 GB", naming: "more than 8 GiB") { try await bombed(claiming: nil) }
    /// Ten gigabytes that claim to be one megabyte.
    static let hiddenBomb = HostileWheel("a bomb that lies about its size", naming: "evil/zeros.bin") {
        try await bombed(claiming: 1 << 20)
    }

    /// One deflated block of 16 MiB of zeros, over and over: after a full flush it may follow itself.
    private static func bombed(claiming size: Int?) async throws -> [UInt8] {
        let scratch = try Scratch("bomb")
        let file = try scratch.write(filename, WheelFixture("evil").bytes)
        let script = """
            import base64, hashlib, struct, sys, zipfile, zlib
            path, claimed = sys.argv[1], int(sys.argv[2])
            pack = zlib.compressobj(9, zlib.DEFLATED, -15)
            block = pack.compress(bytes(16 << 20)) + pack.flush(zlib.Z_FULL_FLUSH)
            data = block * 640 + pack.flush(zlib.Z_FINISH)
            with zipfile.ZipFile(path) as honest:
                members = [(i.filename, honest.read(i)) for i in honest.infolist()]
            name = "evil/zeros.bin"
            members = [(n, c + (f"{name},sha256={'A' * 43},{claimed}\\n".encode() if n.endswith("/RECORD") else b""))
                       for n, c in members]
            with open(path, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as wheel:
                for n, c in members:
                    wheel.writestr(n, c)
                bomb = zipfile.ZipInfo(name)
                bomb.CRC, bomb.compress_type, bomb.external_attr = 0, zipfile.ZIP_DEFLATED, 0o100644 << 16
                bomb.CRC, bomb.compress_size, bomb.file_size = 0, len(data), claimed
                bomb.header_offset = out.tell()
                out.write(bomb.FileHeader(zip64=claimed > 0xFFFFFFFF))
                out.write(data)
                wheel.filelist.append(bomb)
                wheel.NameToInfo[name] = bomb
                wheel.start_dir = out.tell()
                wheel._didModify = True
            """
        try await Command("python3", ["-c", script, file.string, "\(size ?? 640 * (16 << 20))"]).run()
        return try Array(Data(contentsOf: URL(filePath: file.string)))
    }
}
