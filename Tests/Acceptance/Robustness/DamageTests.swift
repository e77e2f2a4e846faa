import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Bits that flip in stored files: found by `store verify`, and mended.
@Suite("Flipped bits")
struct DamageTests {
    private let user: FreshUser
    private let delivery: Delivery
    private let reference: Delivery.Seen

    init() async throws {
        user = try FreshUser(Delivery.wheels)
        delivery = try await Delivery(user)
        try await user.succeed("env", "build", delivery.lock, "--quiet")
        reference = try await delivery.deliver()
    }

    private func blobs() throws -> [FilePath] {
        let root = user.data.appending("blobs/sha256")
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.string).sorted()
        return names.filter { $0.utf8.count == 67 }.map { root.pushing(FilePath($0)) }
    }

    private func bytes(_ path: FilePath) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: path.string))) }

    /// Flips one bit in the middle of a file, behind everybody's back: with its times and modes as they were.
    private func flip(_ path: FilePath) async throws {
        let script = """
            import os, sys
            path = sys.argv[1]
            facts = os.stat(path)
            os.chmod(path, 0o644)
            with open(path, "r+b") as file:
                file.seek(facts.st_size // 2)
                byte = file.read(1)
                file.seek(-1, 1)
                file.write(bytes([byte[0] ^ 16]))
            os.chmod(path, facts.st_mode)
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            """
        try await Command("python3", ["-c", script, path.string]).run()
    }

    private func verify(_ arguments: String...) async throws -> (status: Int32, faults: [[String: String]]) {
        let outcome = try await user.command(["store", "verify", "--json", "--quiet"] + arguments).outcome()
        let report = try JSONSerialization.jsonObject(with: Data(outcome.output)) as? [String: Any]
        let faults = (report?["faults"] as? [[String: Any]] ?? []).map { $0.compactMapValues { $0 as? String } }
        return (outcome.status, faults)
    }

    private func expectAsBefore() async throws {
        #expect(try await verify().faults.isEmpty)
        #expect(try await delivery.deliver() == reference)
        try await user.succeed(
            "env", "run", "letters", "--", "python", "-c", "import alpha.m3, space.beta, space.gamma")
        try await user.expectGoodStore()
    }

    @Test("in a wheel: it is fetched again")
    func wheel() async throws {
        let wheel = Delivery.wheels[2]
        let digest = wheel.digest.hex
        let blob = try #require(try blobs().first { $0.lastComponent?.string == digest })
        try await flip(blob)
        user.index.server.forgetRequests()

        let looked = try await verify("--dry-run")
        #expect(looked.status == 9)
        #expect(looked.faults.first?["subject"]?.contains(wheel.filename) == true)
        #expect(user.index.server.count(user.index.path(of: wheel)) == 0)

        let path = user.index.path(of: wheel)
        user.index.server.on(path, HTTPReply(404))
        let unmended = try await user.chidori(
            "store", "verify", "--quiet", environment: ["CHIDORI_HTTP_RETRIES": "0"])
        #expect(unmended.status == 9, "\(unmended.errorText)")

        user.index.server.on(path, .file(wheel.bytes))
        try await user.succeed("env", "fetch", delivery.lock)
        #expect(SHA256Digest(of: try bytes(blob)) == wheel.digest)
        try await flip(blob)
        let mended = try await verify()
        #expect(mended.status == 0)
        #expect(mended.faults.first?["outcome"] == "mended")
        #expect(SHA256Digest(of: try bytes(blob)) == wheel.digest)
        try await expectAsBefore()
    }

    @Test("in an unpacked package: it is unpacked again")
    func package() async throws {
        let packages = user.data.appending("volume/packages")
        let names = try FileManager.default.subpathsOfDirectory(atPath: packages.string)
        let file = try #require(names.first { $0.hasSuffix("alpha/m3.py") })
        try await flip(packages.pushing(FilePath(file)))
        #expect(try await verify("--dry-run").status == 9)
        let mended = try await verify()
        #expect(mended.status == 0)
        #expect(mended.faults.map { $0["kind"] } == ["package"])
        #expect(mended.faults.first?["outcome"] == "mended")
        try await expectAsBefore()
    }

    @Test("in bytecode and in a layer: they are made again, the same", arguments: ["bytecode", "layer"])
    func derived(_ kind: String) async throws {
        let marks = kind == "bytecode" ? [UInt8]("PK".utf8) : [0x1F, 0x8B]
        let wheels = Set(Delivery.wheels.map(\.digest.hex))
        let blob = try #require(
            try blobs().first { path in
                let isWheel = wheels.contains(path.lastComponent?.string ?? "")
                return try !isWheel && bytes(path).starts(with: marks)
            })
        let before = try bytes(blob)
        try await flip(blob)
        let found = try await verify()
        #expect(found.status == 0)
        #expect(found.faults.count == 1)
        #expect(found.faults.first?["outcome"] == "set-aside" || found.faults.first?["outcome"] == "mended")
        #expect(try await delivery.deliver() == reference)
        #expect(try bytes(blob) == before)
        try await expectAsBefore()
    }

    @Test("in the index: what it knew is found again", arguments: [true, false])
    func index(_ isGarbage: Bool) async throws {
        let index = user.data.appending("store.sqlite").string
        if isGarbage {
            try Data(repeating: 0x5A, count: 40_000).write(to: URL(filePath: index))
        } else {
            try FileManager.default.removeItem(atPath: index)
        }
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: index + suffix) }
        // Whose name was lost is not taken for superseded, which would let it go.
        let listed = try await user.chidori("env", "list")
        #expect(listed.text.contains("[") && listed.errorText.contains("index was lost"), "\(listed.text)")
        try await expectAsBefore()
    }
}
