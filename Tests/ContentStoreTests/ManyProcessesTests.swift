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
    func once(action: String) throws {
        let tally = scratch.folder.appending("tally").string
        let probes = try (0..<50).map { _ in try Probe(action, store.root.string, tally) }
        for probe in probes {
            let (status, output) = probe.wait()
            #expect(status == 0, "\(output)")
        }
        #expect(try String(contentsOfFile: tally, encoding: .utf8) == "done\n")
        #expect(try store.verify(workers: Workers(count: 2)).isSound)
    }

    @Test("killed at any moment, nothing half there is ever used")
    func killing() throws {
        var generator = SystemRandomNumberGenerator()
        let rounds = Self.isDeep ? 150 : 12
        for round in 0..<rounds {
            let probes = try (0..<3).map { _ in
                try Probe("hammer", store.root.string, String(UInt64.random(in: 1...(.max), using: &generator)))
            }
            for probe in probes {
                usleep(UInt32.random(in: 20_000...200_000, using: &generator))
                probe.kill()
            }
            for probe in probes {
                let (status, output) = probe.wait()
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
                case .package, .tree: break
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

    @Test("a program that runs in an environment holds it, through exec, until it ends")
    func running() throws {
        let id = SHA256Digest(of: "e")
        let environment = StoredEnvironment(
            id: id, name: "e", version: "", python: "", platform: "", lock: id, created: 0)
        try store.register(environment, contents: [], manifest: [])
        let probe = try Probe("use", store.root.string, "e")
        while !probe.printed.contains("held") { spin() }
        usleep(50_000)
        #expect {
            try store.remove(id, forced: true)
        } throws: { error in
            guard let error = error as? StoreError else { return false }
            return error.code == .inUse && error.message.contains("\(probe.identifier)")
        }
        probe.kill()
        probe.wait()
        try store.remove(id)
    }
}
