import ContentStore
internal import Cryptography
import Foundation
import PythonPackaging
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import EnvironmentBuilder

@Suite("Folders that were published before")
struct KnownFolderTests {
    private let shop: Workshop
    private let lock: FilePath
    private let tree: FilePath

    /// A shop in which the folder of a lock was published once.
    init() async throws {
        shop = try Workshop()
        tree = shop.folder.appending("tree")
        let builder = shop.builder()
        let input = try builder.read(shop.recipe(Workshop.recipe))
        lock = try await builder.lock(for: input, policy: .lockIfNeeded).path
        let first = try await build()
        #expect(!first.wasKnown)
        #expect(first.result.folder?.unpacked == 2)
    }

    /// Builds the lock, and tells whether that went without describing a unit.
    private func build(
        _ lock: FilePath? = nil, bytecode: Bool? = nil, python: PythonVersion? = nil, interpreter: FilePath? = nil
    ) async throws -> (result: BuildResult, wasKnown: Bool) {
        let described = Flag()
        let builder = EnvironmentBuilder(
            settings: BuilderSettings(
                data: shop.folder.appending("data"), jobs: 2, indexURL: shop.index.url, python: python),
            observer: { if case .began(.describing, _) = $0 { described.raise() } })
        let result = try await builder.build(
            builder.read(lock ?? self.lock), policy: .locked,
            BuildRequest(folder: tree, bytecode: bytecode, interpreter: interpreter))
        return (result, !described.isRaised)
    }

    private func store() -> ContentStore { ContentStore(at: shop.folder.appending("data")) }

    private func contents() throws -> [String: String] {
        var found: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: tree.string) {
            let full = tree.pushing(FilePath(path)).string
            found[path] =
                (try? FileManager.default.destinationOfSymbolicLink(atPath: full))
                ?? (try? String(contentsOfFile: full, encoding: .utf8)) ?? "folder"
        }
        return found
    }

    @Test("the same lock makes the same tree without being read")
    func same() async throws {
        let before = try contents()
        try FileManager.default.removeItem(atPath: tree.string)
        let again = try await build()
        #expect(again.wasKnown)
        #expect(try contents() == before)
        #expect(again.result.folder?.unpacked == 0)
        #expect(again.result.environments.first?.units.map(\.name) == ["blue", "green"])
        #expect(again.result.environments.first?.units.contains { $0.bytecode != nil } == false)
    }

    @Test("a lock of another text, or of another name, is read")
    func otherLock() async throws {
        let text = try String(contentsOfFile: lock.string, encoding: .utf8)
        try (text + "\n# changed\n").write(toFile: lock.string, atomically: true, encoding: .utf8)
        #expect(try await !build().wasKnown)
        #expect(try await build().wasKnown)
        let other = shop.folder.appending("other.lock.toml")
        try text.write(toFile: other.string, atomically: true, encoding: .utf8)
        #expect(try await !build(other).wasKnown)
    }

    @Test("other wishes make another folder")
    func otherWishes() async throws {
        #expect(try await !build(bytecode: false).wasKnown)
        #expect(try await !build(python: PythonVersion("3.11")).wasKnown)
        #expect(try await build(bytecode: false).wasKnown)
        #expect(try await build().wasKnown)
    }

    @Test("another interpreter is noticed")
    func otherInterpreter() async throws {
        let record = try #require(try known())
        var other = record
        other.interpreter = "another"
        try other.keep(as: key(), in: store())
        #expect(try await !build().wasKnown)
        #expect(try known() == record)
    }

    @Test("a package that is gone is unpacked again, and a wheel that is gone is fetched again")
    func missing() async throws {
        let manifest = try #require(try known()).manifest
        let package = store().packagesFolder.appending(manifest.packageFolders[0])
        _ = try await Command("chmod", ["-R", "u+w", package.string]).outcome()
        try FileManager.default.removeItem(atPath: package.string)
        let unpacked = try await build()
        #expect(!unpacked.wasKnown)
        #expect(unpacked.result.folder?.unpacked == 1)

        let wheel = store().blobPath(manifest.units[0].artifact)
        try FileManager.default.removeItem(atPath: wheel.string)
        #expect(try await !build().wasKnown)
        #expect(FileManager.default.fileExists(atPath: wheel.string))
        #expect(try await build().wasKnown)
    }

    @Test("an environment that was removed meanwhile is known and held again")
    func removed() async throws {
        let builder = shop.builder()
        try FileManager.default.removeItem(atPath: tree.string)
        _ = try builder.remove("demo", forced: true)
        #expect(try builder.summaries().isEmpty)
        _ = try await build()
        #expect(try builder.summaries().map(\.manifest.name) == ["demo"])
        #expect(throws: StoreError.self) { try builder.remove("demo", forced: false) }
    }

    @Test("what is kept of a folder but cannot be understood counts for nothing")
    func damaged() async throws {
        for text in ["", "3.11\n", "3.11\nx\n{}", "three\nx\n{}"] {
            try store().setRecord(kind: "folder.2", key: key(), value: Array(text.utf8))
            #expect(try await !build().wasKnown)
            #expect(try await build().wasKnown)
        }
    }

    private func key() throws -> String {
        KnownFolder.key(
            lock: SHA256Digest(of: try String(contentsOfFile: lock.string, encoding: .utf8)),
            file: lock.lastComponent?.string ?? "",
            settings: BuilderSettings(data: shop.folder.appending("data")), bytecode: nil)
    }

    private func known() throws -> KnownFolder? { try KnownFolder(key(), in: store()) }
}

/// Something that happened, on whatever thread.
private final class Flag: Sendable {
    private let value = Mutex(false)
    func raise() { value.withLock { $0 = true } }
    var isRaised: Bool { value.withLock { $0 } }
}
