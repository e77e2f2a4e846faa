import ContentStore
import Cryptography
import Foundation
import SystemPackage
import Testing
import Workers

@Suite("many processes", .serialized)
struct ManyProcessesTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }
    private static let isDeep = ProcessInfo.processInfo.environment["CHIDORI_DEEP"] == "1"

    init() throws {
        scratch = try ScratchStore()
    }

    @Test("fifty that ask for one thing do the work once", arguments: ["fetch-once", "build-once"])
    func once(action: String) async throws {
        let tally = scratch.folder.appending("tally").string
        let probes = try (0..<50).map { _ in try Probe(action, store.root.string, tally) }
        for probe in probes {
            let (status, output) = try await probe.wait()
            #expect(status == 0, "\(output)")
        }
        #expect(try String(contentsOfFile: tally, encoding: .utf8) == "done\n")
        #expect(try store.verify(workers: Workers(count: 2)).isSound)
    }

    @Test("killed at any moment, nothing half there is ever used")
    func killing() async throws {
        var generator = SystemRandomNumberGenerator()
        let rounds = Self.isDeep ? 150 : 12
        for round in 0..<rounds {
            let probes = try (0..<3).map { _ in
                try Probe("hammer", store.root.string, String(UInt64.random(in: 1...(.max), using: &generator)))
            }
            for probe in probes {
                try await Task.sleep(for: .milliseconds(.random(in: 20...200, using: &generator)))
                probe.kill()
            }
            for probe in probes {
                let (status, output) = try await probe.wait()
                #expect(status == -SIGKILL, "\(output)")
            }
            // Not after every round, so that one round's ruins are the next one's ground.
            if round % 4 == 3 { try checkEverything() }
        }
    }

    private func checkEverything() throws {
        let fresh = ContentStore(at: store.root)
        let found = try fresh.verify(workers: Workers(count: 2))
        #expect(found.isSound, "\(found)")
        #expect(found.foreign == [])
        for environment in try fresh.environments() {
            for content in try #require(try fresh.contents(of: environment.id)) {
                switch content {
                case .blob(let digest): #expect(try fresh.contains(digest))
                case .record(let kind, let key): #expect(try fresh.record(kind: kind, key: key) != nil)
                case .package, .tree, .base, .mirror, .log: break
                }
            }
            let packages = try fresh.contents(of: environment.id)?.compactMap { content -> String? in
                guard case .package(let name) = content else { return nil }
                return name
            }
            #expect(packages?.count == 3)
            for package in packages ?? [] {
                #expect(FileManager.default.fileExists(atPath: fresh.packagesFolder.appending(package).string))
            }
        }
        // What lies under its lasting name is whole, whether something needs it or not.
        let files = scratch.files("volume/packages")
        let packages = Dictionary(grouping: files) { $0.split(separator: "/").first.map(String.init) ?? "" }
        for (package, files) in packages {
            #expect(files.count == 12)
            for file in files {
                let path = fresh.packagesFolder.appending(file).string
                #expect(try String(contentsOfFile: path, encoding: .utf8) == package)
            }
        }
        // Nobody lives, so every lock is free, and what is unfinished can be swept.
        for name in scratch.files("locks") where name != "index" {
            #expect(try fresh.tryLock(name) != nil, "\(name) is held by the dead")
        }
        let past = Date(timeIntervalSinceNow: -3600)
        for name in try FileManager.default.contentsOfDirectory(atPath: fresh.root.appending("tmp").string) {
            let path = fresh.root.appending("tmp/\(name)").string
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: path)
        }
        try fresh.sweep()
        #expect(scratch.files("tmp") == [".swept"])
    }

    @Test("killed while the index is made anew, it is made anew by the next")
    func killingRebuilding() async throws {
        // A store of its own: one that has the index open stands against its being replaced.
        let first = ContentStore(at: store.root)
        for number in 0..<30 {
            let id = SHA256Digest(of: "\(number)")
            let environment = StoredEnvironment(
                id: id, name: "e\(number)", version: "1", python: "3.11", platform: "any", lock: id, created: 1)
            try first.register(
                environment, contents: [.package("\(number)")], manifest: [UInt8](repeating: 1, count: 5_000))
        }
        first.closeIndex()
        for round in 0..<(Self.isDeep ? 60 : 8) {
            for suffix in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: store.root.appending("store.sqlite\(suffix)").string)
            }
            if round % 2 == 0 {
                try Data("no database".utf8).write(
                    to: URL(fileURLWithPath: store.root.appending("store.sqlite").string))
            }
            let probes = try (0..<3).map { _ in try Probe("list", store.root.string) }
            for probe in probes {
                try await Task.sleep(for: .milliseconds(.random(in: 5...40)))
                probe.kill()
            }
            for probe in probes {
                let (status, output) = try await probe.wait()
                #expect(status == -SIGKILL || (status == 0 && output.hasPrefix("30\n")), "\(status) \(output)")
            }
        }
        let fresh = ContentStore(at: store.root)
        #expect(try fresh.environments().count == 30)
        #expect(try fresh.verify(workers: Workers(count: 2)).isSound)
    }

    @Test("a program that runs in an environment holds it, through exec, until it ends")
    func running() async throws {
        let id = SHA256Digest(of: "e")
        let environment = StoredEnvironment(
            id: id, name: "e", version: "", python: "", platform: "", lock: id, created: 0)
        try store.register(environment, contents: [], manifest: [])
        let probe = try Probe("use", store.root.string, "e")
        while !probe.printed.contains("held") { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(50))
        #expect {
            try store.remove(id, forced: true)
        } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .inUse && error.message.contains("\(probe.identifier)")
        }
        probe.kill()
        try await probe.wait()
        try store.remove(id)
    }
}
