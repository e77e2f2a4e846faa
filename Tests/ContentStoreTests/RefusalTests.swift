import ContentStore
import Cryptography
import Diagnostics
import Foundation
import SystemPackage
import Testing
import Workers

/// What the system may refuse, and that the store is good afterwards.
@Suite("refusals by the system", .serialized)
struct RefusalTests {
    let scratch: ScratchStore

    init() throws {
        scratch = try ScratchStore()
    }

    /// A small file system of its own; only root may mount one, and not in every container.
    final class SmallDisk {
        let folder: FilePath

        static func run(_ arguments: String...) -> Bool {
            let tool = Process()
            tool.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            tool.arguments = arguments
            tool.standardError = FileHandle.nullDevice
            guard (try? tool.run()) != nil else { return false }
            tool.waitUntilExit()
            return tool.terminationStatus == 0
        }

        init?(in parent: FilePath, size: String) {
            folder = parent.appending("disk")
            guard
                (try? FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true))
                    != nil,
                Self.run("mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", folder.string)
            else { return nil }
        }

        func makeReadOnly() -> Bool { Self.run("mount", "-o", "remount,ro", folder.string) }

        deinit { _ = Self.run("umount", "-l", folder.string) }
    }

    static let canMount: Bool = {
        guard let scratch = try? ScratchStore() else { return false }
        return SmallDisk(in: scratch.folder, size: "1m") != nil
    }()

    private func error(_ body: () throws -> Void) -> StoreError? {
        do {
            try body()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    @Test(
        "a place where no folder can be is told, whatever the system says of it",
        arguments: ["/proc/x/data", "/dev/null/x"])
    func impossible(path: String) throws {
        let refused = try #require(error { try ContentStore(at: FilePath(path)).insert([1]) })
        #expect(refused.category == .system)
        #expect(refused.advice?.contains("--data") == true)
    }

    @Test(
        "a full disk is told as such, leaves nothing behind, and the store works on when there is room",
        .enabled(if: canMount, "needs root, to mount a tmpfs"))
    func full() throws {
        let disk = try #require(SmallDisk(in: scratch.folder, size: "3m"))
        let store = ContentStore(at: disk.folder.appending("data"))
        let first = try store.insert([UInt8](repeating: 1, count: 500_000))
        try store.setRecord(kind: "unit.1", key: "first", value: [UInt8](repeating: 1, count: 100_000))

        let refused = try #require(error { try store.insert([UInt8](repeating: 2, count: 5_000_000)) })
        #expect(refused.code == .diskFull)
        #expect(refused.category == .system)
        #expect(refused.advice?.contains("--data") == true)
        #expect(try store.verify(workers: Workers(count: 1)).blobs == 1)

        let ballast = disk.folder.appending("ballast").string
        _ = FileManager.default.createFile(atPath: ballast, contents: nil)
        let handle = try #require(FileHandle(forWritingAtPath: ballast))
        while (try? handle.write(contentsOf: Data(repeating: 0, count: 4096))) != nil {}
        try handle.close()
        let record = error {
            try store.setRecord(kind: "unit.1", key: "second", value: [UInt8](repeating: 2, count: 900_000))
        }
        #expect(record?.code == .diskFull)
        #expect(error { try store.insert([3]) }?.code == .diskFull)
        #expect(error { _ = try store.scratchFolder() }.map { $0.code == .diskFull } ?? true)
        // A second process, which has to open the index on the full disk.
        let other = ContentStore(at: store.root)
        let opening = error { _ = try other.record(kind: "unit.1", key: "first") }
        #expect(opening == nil || opening?.code == .diskFull)

        try FileManager.default.removeItem(atPath: ballast)
        #expect(try store.record(kind: "unit.1", key: "first")?.count == 100_000)
        #expect(try store.record(kind: "unit.1", key: "second") == nil)
        try store.setRecord(kind: "unit.1", key: "second", value: [2])
        try store.insert([3])
        #expect(try store.contains(first.digest))
        #expect(try store.verify(workers: Workers(count: 1)).isSound)
        let left = try FileManager.default.contentsOfDirectory(atPath: store.root.appending("tmp").string)
        #expect(left.filter { $0 != ".swept" } == [])
    }

    @Test("a read-only file system is told as such", .enabled(if: canMount, "needs root, to mount a tmpfs"))
    func readOnly() throws {
        let disk = try #require(SmallDisk(in: scratch.folder, size: "3m"))
        let root = disk.folder.appending("data")
        let blob = try ContentStore(at: root).insert([1, 2, 3])
        try #require(disk.makeReadOnly())
        let store = ContentStore(at: root)
        #expect(try store.bytes(of: blob.digest) == [1, 2, 3])
        #expect(error { try store.insert([4]) }?.code == .readOnly)
        #expect(error { try store.setRecord(kind: "unit.1", key: "k", value: [1]) }?.code == .readOnly)
    }

    @Test(
        "collecting works on a disk that is full to the last byte, and makes room",
        .enabled(if: canMount, "needs root, to mount a tmpfs"))
    func collectingOnFullDisk() throws {
        let disk = try #require(SmallDisk(in: scratch.folder, size: "4m"))
        let store = ContentStore(at: disk.folder.appending("data"))
        let id = SHA256Digest(of: "e")
        let kept = try store.insert(Array("kept".utf8)).digest
        try store.register(
            StoredEnvironment(id: id, name: "e", version: "", python: "", platform: "", lock: id, created: 0),
            contents: [.blob(kept)], manifest: [])
        try store.batch { batch in
            for number in 0..<100 {
                try batch.insert { try $0.write([UInt8](repeating: UInt8(number), count: 10_000 + number)) }
            }
        }
        let ballast = disk.folder.appending("ballast").string
        _ = FileManager.default.createFile(atPath: ballast, contents: nil)
        let handle = try #require(FileHandle(forWritingAtPath: ballast))
        while (try? handle.write(contentsOf: Data(repeating: 0, count: 4096))) != nil {}
        while (try? handle.write(contentsOf: Data(repeating: 0, count: 1))) != nil {}
        try handle.close()
        let policy = CollectionPolicy(unneededFor: -10)
        #expect(error { try store.collect(policy) }?.code == .diskFull)
        // While a build runs everything is noted, and stays.
        let other = ContentStore(at: store.root)
        let build = try other.keepContents(doing: "building")
        let early = try other.freeing { try other.collect(policy) }.freed
        #expect(early.files == 0 && early.deferred == 100)
        #expect(try store.contains(kept) && store.verify(workers: Workers(count: 1)).blobs == 102)
        build.release()
        let freed = try store.freeing { try store.collect(policy) }.freed
        #expect(freed.files == 100 && freed.bytes > 1_000_000)
        #expect(try store.contains(kept) && store.verify(workers: Workers(count: 1)).isSound)
        try store.insert([UInt8](repeating: 1, count: 500_000))
        // There is room for the next time.
        #expect(FileManager.default.fileExists(atPath: store.root.appending("ballast").string))
    }

    @Test(
        "collecting in a store that cannot be written is refused and changes nothing",
        .enabled(if: canMount, "needs root, to mount a tmpfs"))
    func collectingReadOnly() throws {
        let disk = try #require(SmallDisk(in: scratch.folder, size: "3m"))
        let root = disk.folder.appending("data")
        let store = ContentStore(at: root)
        let blob = try store.insert([1, 2, 3])
        try store.setRecord(kind: "unit.1", key: "k", value: [1])
        store.closeIndex()
        try #require(disk.makeReadOnly())
        let refused = try #require(error { try ContentStore(at: root).collect(CollectionPolicy(unneededFor: -10)) })
        #expect(refused.code == .readOnly && refused.advice?.contains("mount it writable") == true)
        #expect(try ContentStore(at: root).contains(blob.digest))
    }

    @Test("a limit on the size of files is told as a full disk")
    func limited() async throws {
        let small = try await Probe("insert", scratch.store.root.string, "1000000", "2000000").wait()
        #expect(small.output.hasPrefix("done"))
        let large = try await Probe("insert", scratch.store.root.string, "4000000", "2000000").wait()
        #expect(large.output.hasPrefix("diskFull"), "\(large.output)")
        #expect(try scratch.store.verify(workers: Workers(count: 1)).blobs == 1)
        #expect(scratch.files("tmp") == [".swept"])
    }

    @Test(
        "a folder that belongs to somebody else is told as such", .enabled(if: getuid() == 0, "needs root"),
        arguments: ["blob", "record"])
    func foreign(what: String) async throws {
        try scratch.store.insert([1])
        try scratch.store.setRecord(kind: "unit.1", key: "k", value: [1])
        let (_, output) = try await Probe("as-nobody", scratch.store.root.string, what).wait()
        #expect(output.hasPrefix("notPermitted"), "\(output)")
    }
}
