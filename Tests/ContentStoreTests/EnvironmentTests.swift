import ContentStore
import Cryptography
import Foundation
import SystemPackage
import Testing
import Workers

@Suite("environments and leases")
struct EnvironmentTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }

    init() throws {
        scratch = try ScratchStore()
    }

    /// Takes what no environment needs and is as old, and no environments.
    private static func unneeded(_ age: Int64) -> CollectionPolicy { CollectionPolicy(unneededFor: age) }

    /// An environment with a wheel of its own, one that all share, a package folder and a record.
    @discardableResult
    private func build(_ name: String) throws -> SHA256Digest {
        let shared = try store.insert(Array("shared".utf8))
        let own = try store.insert(Array("wheel of \(name)".utf8))
        try store.setRecord(kind: "unit.1", key: name, value: Array(name.utf8))
        let folder = try store.scratchFolder()
        try Data("code".utf8).write(to: URL(fileURLWithPath: folder.path.appending("module.py").string))
        try folder.publish(to: store.packagesFolder.appending("\(name)+none"))
        let id = SHA256Digest(of: name)
        let environment = StoredEnvironment(
            id: id, name: name, version: "1", python: "3.11", platform: "linux-x86_64-glibc-2.36",
            lock: SHA256Digest(of: "lock of \(name)"), created: 1_700_000_000)
        try store.register(
            environment,
            contents: [
                .blob(shared.digest), .blob(own.digest), .record("unit.1", key: name), .package("\(name)+none"),
            ],
            manifest: Array("{\"units\": []}\n".utf8))
        return id
    }

    private func code(_ body: () throws -> Void) -> StoreError.Code? {
        do {
            try body()
            return nil
        } catch {
            return (error as? StoreError)?.code
        }
    }

    @Test("what was registered is found again, by another process too")
    func roundTrip() throws {
        let id = try build("spark ml/ü")
        try build("alpha")
        let other = ContentStore(at: store.root)
        #expect(try other.environments().map(\.name) == ["alpha", "spark ml/ü"])
        #expect(try other.environment(id)?.lock == SHA256Digest(of: "lock of spark ml/ü"))
        #expect(try other.manifest(of: id) == Array("{\"units\": []}\n".utf8))
        #expect(try other.contents(of: id)?.count == 4)
        #expect(try other.environment(SHA256Digest(of: "unknown")) == nil)
    }

    @Test("registering again adds up, keeps the first date, and writes nothing when nothing is new")
    func again() throws {
        let id = try build("a")
        var environment = try #require(try store.environment(id))
        environment.created = 1_800_000_000
        environment.version = "2"
        try store.register(environment, contents: [.package("more")], manifest: [])
        #expect(try store.environment(id)?.created == 1_700_000_000)
        #expect(try store.environment(id)?.version == "2")
        #expect(try store.contents(of: id)?.contains(.package("more")) == true)
        #expect(try store.contents(of: id)?.count == 5)
        let before = scratch.files("blobs")
        try store.register(environment, contents: [], manifest: [])
        #expect(scratch.files("blobs") == before)
    }

    @Test("removing one takes what it alone needed, and leaves what others share")
    func removal() throws {
        let a = try build("a")
        let b = try build("b")
        let freed = try store.remove(a)
        #expect(try store.environment(a) == nil)
        #expect(try store.contains(SHA256Digest(of: "shared")))
        #expect(try !store.contains(SHA256Digest(of: "wheel of a")))
        #expect(try store.contains(SHA256Digest(of: "wheel of b")))
        #expect(try store.record(kind: "unit.1", key: "a") == nil)
        #expect(scratch.files("volume/packages") == ["b+none/module.py"])
        #expect(freed.items == 4)
        try store.remove(b)
        #expect(scratch.files("blobs") == [])
        #expect(scratch.files("volume") == [])
        #expect(scratch.files("tmp") == [".swept"])
        #expect(code { try store.remove(b) } == .missing)
    }

    @Test("an unpacked base goes with the last environment on it")
    func bases() throws {
        let base = SHA256Digest(of: "base")
        let folder = store.basesFolder.appending(base.hex)
        try FileManager.default.createDirectory(
            atPath: folder.appending("rootfs").string, withIntermediateDirectories: true)
        for name in ["a", "b"] {
            let id = try build(name)
            let environment = try #require(try store.environment(id))
            try store.register(environment, contents: [.base(base)], manifest: [])
        }
        #expect(try store.contents(of: SHA256Digest(of: "a"))?.contains(.base(base)) == true)
        try store.remove(SHA256Digest(of: "a"))
        try store.collect(Self.unneeded(-10))
        #expect(FileManager.default.fileExists(atPath: folder.string))
        try store.remove(SHA256Digest(of: "b"))
        #expect(!FileManager.default.fileExists(atPath: folder.string))
    }

    @Test("a lease stands against removal, and says who holds it")
    func lease() throws {
        let id = try build("a")
        try store.lease(id, to: .tag("prod"))
        try store.lease(id, to: .job("job-7"))
        try store.lease(id, to: .job("job-7"))
        #expect(try store.environment(tagged: "prod")?.id == id)
        #expect {
            try store.remove(id, releasing: [.tag("prod")])
        } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .inUse && error.message.contains("job-7") && !error.message.contains("prod")
        }
        try store.release(.job("job-7"))
        try store.remove(id, releasing: [.tag("prod")])
        #expect(try store.leases() == [])
        #expect(code { try store.lease(id, to: .tag("prod")) } == .missing)
    }

    @Test("a lease whose time is over counts no longer; force overrides one that counts")
    func ending() throws {
        let a = try build("a")
        try store.lease(a, to: .job("old"), for: -10)
        try store.remove(a)
        let b = try build("b")
        try store.lease(b, to: .job("new"), for: 1000)
        #expect(code { try store.remove(b) } == .inUse)
        try store.remove(b, forced: true)
    }

    @Test("a tag and a tree are at one environment; a job may have several")
    func moving() throws {
        let a = try build("a")
        let b = try build("b")
        for holder in [Lease.Holder.tag("t"), .tree("/somewhere"), .job("j")] {
            try store.lease(a, to: holder)
            try store.lease(b, to: holder)
        }
        #expect(try store.leases(of: a).map(\.holder) == [.job("j")])
        #expect(try Set(store.leases(of: b).map(\.holder)) == [.tag("t"), .tree("/somewhere"), .job("j")])
    }

    @Test("a tree's lease lives as long as the path holds that environment")
    func tree() throws {
        let id = try build("a")
        let folder = scratch.folder.appending("tree")
        let document = folder.appending("chidori.json").string
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        try store.lease(id, to: .tree(folder))
        let lease = try #require(try store.leases(of: id).first)
        #expect(try !store.isLive(lease))
        try Data("{\"name\": \"x\", \"id\": \"\(id.hex)\"}".utf8).write(to: URL(fileURLWithPath: document))
        #expect(try store.isLive(lease))
        #expect(code { try store.remove(id) } == .inUse)
        try Data("{\"id\": \"\(SHA256Digest(of: "b").hex)\"}".utf8).write(to: URL(fileURLWithPath: document))
        #expect(try !store.isLive(lease))
        try Data("{\"id\": \"\(id.prefixed)\"}".utf8).write(to: URL(fileURLWithPath: document))
        #expect(try store.isLive(lease))
        try FileManager.default.removeItem(atPath: folder.string)
        try store.remove(id)
    }

    @Test("an environment is not removed while it is built or a program runs in it, not even by force")
    func running() throws {
        let id = try build("a")
        _ = try store.building(id, doing: "building a") {
            #expect {
                try store.remove(id, forced: true)
            } throws: { error in
                guard let error = error as? StoreError else { return false }
                return error.code == .inUse && error.message.contains("\(ownProcess), which is building a")
            }
        }
        let use = try store.use(id)
        #expect {
            try store.remove(id, forced: true)
        } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .inUse && error.message.contains("\(ownProcess)")
        }
        use.release()
        try store.remove(id)
    }

    @Test("nothing is collected that a running build may have seen; what it has made its own by then stays")
    func deferral() throws {
        let a = try build("a")
        let b = try build("b")
        let running = try store.keepContents(doing: "building c")
        #expect(try store.remove(a).deferred > 0)
        #expect(try store.remove(b).deferred > 0)
        #expect(try store.contains(SHA256Digest(of: "wheel of a")))
        let again = StoredEnvironment(
            id: SHA256Digest(of: "c"), name: "c", version: "1", python: "3.11", platform: "any",
            lock: SHA256Digest(of: "c"), created: 0)
        try store.register(again, contents: [.blob(SHA256Digest(of: "wheel of a"))], manifest: [])
        running.release()
        try store.collect()
        #expect(try store.contains(SHA256Digest(of: "wheel of a")))
        #expect(try !store.contains(SHA256Digest(of: "wheel of b")))
        #expect(scratch.files("volume") == [])
    }

    @Test("what a collection would free is what it frees, and nothing is touched by asking")
    func rehearsal() throws {
        let a = try build("a")
        try build("b")
        try store.insert(Array("orphan".utf8))
        try store.setRecord(kind: "page.1", key: "numpy", value: [1])
        let files = (scratch.files("blobs"), scratch.files("volume"))
        #expect(try store.rehearse(Self.unneeded(3600)).freed.items == 0)
        try store.lease(SHA256Digest(of: "b"), to: .person("ann"), for: 1000)
        let all = CollectionPolicy(unneededFor: -10, unnamedFor: -10)
        #expect(try store.rehearse(CollectionPolicy(unneededFor: 3600, unnamedFor: -10)).freed.packages == 1)
        let expected = try store.rehearse(all)
        #expect(expected.removed.map(\.id) == [a])
        #expect((scratch.files("blobs"), scratch.files("volume")) == files)
        let done = try store.collect(all)
        #expect(done.removed.map(\.id) == [a])
        let freed = done.freed
        #expect(freed == expected.freed)
        #expect(freed.files == 3 && freed.packages == 1 && freed.documents == 2 && freed.trees == 0)
    }

    @Test("repositories and logs of builds that were not used for long are collected, however deep their folders are")
    func aside() throws {
        for path in [store.mirrorPath("ab/objects"), store.logPath("")] {
            try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
        }
        try Data("ended".utf8).write(to: URL(filePath: store.logPath("demo.log").string))
        // Deeper than a path can be long: made by way of the working folder of another program.
        let deep = Process()
        deep.executableURL = URL(filePath: "/usr/bin/python3")
        deep.arguments = [
            "-c", "import os, sys\nos.chdir(sys.argv[1])\nfor _ in range(3000): os.mkdir('ab'); os.chdir('ab')",
            store.mirrorPath("ab/objects").string,
        ]
        try deep.run()
        deep.waitUntilExit()
        #expect(deep.terminationStatus == 0)
        #expect(try store.collect(Self.unneeded(3600)).freed.items == 0)
        let freed = try store.collect(Self.unneeded(-10)).freed
        #expect(freed.mirrors == 1 && freed.logs == 1 && freed.bytes == 5)
        for path in [store.mirrorPath(""), store.logPath("")] {
            #expect(try FileManager.default.contentsOfDirectory(atPath: path.string).isEmpty)
        }
    }

    @Test("collecting takes old things that no environment needs")
    func pruning() throws {
        try build("a")
        let orphan = try store.insert(Array("orphan".utf8))
        try store.setRecord(kind: "page.1", key: "numpy", value: [1])
        #expect(try store.collect(Self.unneeded(3600)).freed.items == 0)
        #expect(try store.collect(Self.unneeded(-10)).freed.items == 2)
        #expect(try !store.contains(orphan.digest))
        #expect(try store.record(kind: "page.1", key: "numpy") == nil)
        #expect(try store.verify(workers: .init(count: 2)).isSound)
    }
}
