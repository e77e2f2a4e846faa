import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("what a program prints", .timeLimit(.minutes(1)))
struct LogTests {
    let rig: Rig

    init() throws {
        rig = try Rig()
    }

    /// What `seq` prints.
    private static func numbers(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for number in 1...count { bytes += "\(number)\n".utf8 }
        return bytes
    }

    @Test("a flood takes no more room than it may: the oldest is dropped, and every byte keeps its place")
    func flood() async throws {
        let end = try await rig.run("seq 1 2000000") { $0.log = LogLimits(segment: 100_000, segments: 3) }
        let all = Self.numbers(2_000_000)
        #expect(end.logBytes == Int64(all.count))
        let kept = try rig.folder().path.folderNames().filter { $0.hasPrefix("driver.log") }
        #expect(kept.count == 3)
        let piece = try rig.folder().output(from: 0, limit: .max)
        #expect(piece.offset == end.logDropped)
        #expect(piece.offset > 0 && piece.bytes.count > 200_000 && piece.bytes.count <= 300_000)
        #expect(piece.end == Int64(all.count))
        #expect(piece.bytes.elementsEqual(all[Int(piece.offset)...]))
        // Any range, over the files' borders too.
        for offset in [piece.offset, piece.offset + 99_990, piece.end - 150_000, piece.end - 1, piece.end] {
            let part = try rig.folder().output(from: offset, limit: 120_000)
            #expect(part.offset == offset)
            #expect(part.bytes.elementsEqual(all[Int(offset)...].prefix(120_000)))
        }
        #expect(try rig.folder().output(from: -10, limit: .max).bytes.elementsEqual(all.suffix(10)))
        #expect(try rig.folder().output(from: piece.end + 5, limit: 10).bytes == [])
    }

    @Test("whoever reads while it is written sees every byte once and in order")
    func follow() async throws {
        var order = rig.order("for i in 1 2 3 4 5 6 7 8 9 10; do seq 1 20000; done")
        order.log = LogLimits(segment: 50_000, segments: 1000)
        try rig.launch(order)
        var seen: [UInt8] = []
        while true {
            let isOver = try rig.folder().end() != nil
            let piece = try rig.folder().output(from: Int64(seen.count), limit: 30_000)
            #expect(piece.offset == Int64(seen.count))
            seen += piece.bytes
            if isOver, piece.bytes.isEmpty { break }
        }
        let once = Self.numbers(20_000)
        #expect(seen == Array(repeatElement(once, count: 10).joined()))
    }

    @Test("before anything was printed there is nothing")
    func empty() async throws {
        #expect(try rig.folder().output(from: 0, limit: 10) == OutputPiece(bytes: [], offset: 0, end: 0))
        _ = try await rig.run("true")
        #expect(try rig.folder().output(from: -5, limit: 10) == OutputPiece(bytes: [], offset: 0, end: 0))
    }

    @Test(
        "on a full disk the program goes on, and its end is recorded with how much of its output was lost",
        .enabled(if: Rig.isRoot, "needs root, to mount a small disk"))
    func fullDisk() async throws {
        let disk = rig.scratch.file("disk")
        try disk.makeFolders()
        guard try await Command("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.string]).outcome().succeeded
        else { return }
        let folder = AttemptFolder(disk.appending("attempt"))
        #expect(try folder.make())
        _ = try Rig.launcher.launch(rig.order("seq 1 400000; echo done > ran; exit 3"), in: folder)
        let end = try await rig.until("the end") { try folder.end() }
        #expect(end.exitCode == 3)
        #expect(rig.scratch.file("ran").isThere)
        #expect(end.logLost > 1_000_000)
        #expect(end.logBytes + end.logLost >= Int64(Self.numbers(400_000).count))
        let piece = try folder.output(from: 0, limit: .max)
        #expect(piece.bytes.starts(with: "1\n2\n3\n".utf8))
        try await Command("umount", ["--lazy", disk.string]).run()
    }

    @Test("what was lost is said where it would stand")
    func notice() throws {
        #expect(try rig.folder().make())
        let path = rig.folder().path
        var log = try OutputLog(in: path, LogLimits(segment: 1000, segments: 3))
        func write(_ text: String) { Array(text.utf8).withUnsafeBytes { log.write($0) } }
        write(String(repeating: "a", count: 1000))
        // The next file cannot be made.
        try path.appending("driver.log.1").makeFolders()
        write("lost")
        #expect(log.lost == 4)
        rmdir(path.appending("driver.log.1").string)
        write("kept")
        let text = String(decoding: try rig.folder().output(from: 0, limit: .max).bytes, as: UTF8.self)
        #expect(text.hasPrefix(String(repeating: "a", count: 1000) + "\n[4 bytes of output could not be written"))
        #expect(text.hasSuffix("]\nkept"))
    }
}
