import ContentStore
import Cryptography
import Foundation
import SystemPackage
import Testing
import Workers

@Suite("verification, batches and sweeping")
struct VerificationTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }

    init() throws {
        scratch = try ScratchStore()
    }

    private func overwrite(_ path: FilePath, _ bytes: [UInt8]) throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path.string)
        try Data(bytes).write(to: URL(fileURLWithPath: path.string))
    }

    @Test("a flipped bit, a cut file and a foreign one are found; a damaged blob can be replaced")
    func damage() throws {
        let blobs = try (0..<20).map { try store.insert([UInt8](repeating: UInt8($0), count: 10_000 + $0)) }
        #expect(try store.verify(workers: Workers(count: 2)).isSound)
        var flipped = [UInt8](repeating: 3, count: 10_003)
        flipped[5000] ^= 4
        try overwrite(store.blobPath(blobs[3].digest), flipped)
        try overwrite(store.blobPath(blobs[7].digest), [UInt8](repeating: 7, count: 9_000))
        let stray = store.root.appending("blobs/sha256/\(blobs[0].digest.hex.prefix(2))/stray")
        try Data([1]).write(to: URL(fileURLWithPath: stray.string))

        let result = try store.verify(workers: Workers(count: 2))
        #expect(!result.isSound)
        #expect(result.blobs == 20)
        #expect(Set(result.damaged.map(\.digest)) == [blobs[3].digest, blobs[7].digest])
        #expect(result.damaged.first { $0.digest == blobs[7].digest }?.found?.size == 9_000)
        #expect(result.foreign == [stray])

        let kept = try #require(try store.quarantine(blobs[3].digest))
        #expect(FileManager.default.fileExists(atPath: kept.string))
        #expect(try !store.contains(blobs[3].digest))
        try store.insert([UInt8](repeating: 3, count: 10_003), expecting: blobs[3].digest)
        try store.quarantine(blobs[7].digest)
        #expect(try store.verify(workers: Workers(count: 1)).isSound)
    }

    @Test("a blob that an environment needs and that is gone is told")
    func missing() throws {
        let blob = try store.insert(Array("wheel".utf8))
        let id = SHA256Digest(of: "e")
        let environment = StoredEnvironment(
            id: id, name: "e", version: "", python: "3.11", platform: "", lock: id, created: 0)
        try store.register(environment, contents: [.blob(blob.digest)], manifest: [])
        try store.quarantine(blob.digest)
        let result = try store.verify(workers: Workers(count: 2))
        #expect(result.missing == [id: [blob.digest]])
        #expect(!result.isSound)
    }

    @Test("progress ends at the total")
    func progress() throws {
        for size in [10, 20_000, 300_000] { try store.insert([UInt8](repeating: 9, count: size)) }
        let last = Gauge()
        _ = try store.verify(workers: Workers(count: 2)) { done, total in
            #expect(done <= total)
            if done == total { last.enter() }
        }
        #expect(last.entries == 1)
    }

    @Test("a batch's blobs are all there afterwards, also from many threads and beyond its limit")
    func batch() throws {
        let store = store
        let blobs = try store.batch { batch in
            try Workers(count: 4).map(Array(0..<300)) { number in
                try batch.insert { try $0.write(Array("small \(number % 290)".utf8)) }
            }
        }
        #expect(Set(blobs).count == 290)
        for (number, blob) in blobs.enumerated() {
            #expect(try store.bytes(of: blob.digest) == Array("small \(number % 290)".utf8))
        }
        #expect(scratch.files("tmp") == [".swept"])
    }

    @Test("what the dead have left is swept; what lives, and what may be resumed, stays")
    func sweep() throws {
        try store.insert(Array("x".utf8))
        let old = Date(timeIntervalSinceNow: -3600)
        let ancient = Date(timeIntervalSinceNow: -30 * 24 * 3600)
        func place(_ name: String, _ date: Date) throws {
            let path = store.root.appending(name).string
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
        }
        try place("tmp/1-1-dead", old)
        try place("tmp/1-2-young", Date())
        try place("tmp/folder/inside", old)
        try FileManager.default.setAttributes(
            [.modificationDate: old], ofItemAtPath: store.root.appending("tmp/folder").string)
        try place("partials/resumable", old)
        try place("partials/forgotten", ancient)
        try place("locks/unused", ancient)
        let held = try store.lock("held")
        try FileManager.default.setAttributes(
            [.modificationDate: ancient], ofItemAtPath: store.root.appending("locks/held").string)
        let living = try store.scratchFolder()
        try FileManager.default.setAttributes([.modificationDate: old], ofItemAtPath: living.path.string)

        try store.sweep()
        #expect(scratch.files("tmp") == [".swept", "1-2-young"])
        #expect(FileManager.default.fileExists(atPath: living.path.string))
        #expect(scratch.files("partials") == ["resumable"])
        #expect(scratch.files("locks").contains("held"))
        #expect(!scratch.files("locks").contains("unused"))
        held.release()
    }

    @Test("a scratch folder is published once and otherwise leaves nothing")
    func scratchFolders() throws {
        let destination = store.packagesFolder.appending("p")
        for name in ["first", "second"] {
            let folder = try store.scratchFolder()
            try Data().write(to: URL(fileURLWithPath: folder.path.appending(name).string))
            #expect(try folder.publish(to: destination) == (name == "first"))
        }
        #expect(scratch.files("volume/packages") == ["p/first"])
        #expect(scratch.files("tmp") == [".swept"])
    }
}
