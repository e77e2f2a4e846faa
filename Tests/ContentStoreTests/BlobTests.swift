import ContentStore
import Cryptography
import Foundation
import SystemPackage
import Testing

@Suite("blobs")
struct BlobTests {
    let scratch: ScratchStore
    var store: ContentStore { scratch.store }

    init() throws {
        scratch = try ScratchStore()
    }

    @Test("making a store touches nothing")
    func lazy() throws {
        #expect(!FileManager.default.fileExists(atPath: store.root.string))
        #expect(try !store.contains(SHA256Digest(of: "x")))
        #expect(!FileManager.default.fileExists(atPath: store.root.string))
    }

    @Test("a blob lies under its digest, read-only, and nothing else is left")
    func insert() throws {
        let bytes = Array("hello".utf8)
        let blob = try store.insert { writer in
            try writer.write(bytes[..<2])
            try writer.write(bytes[2...])
        }
        #expect(blob == Blob(digest: SHA256Digest(of: "hello"), size: 5))
        #expect(try store.size(of: blob.digest) == 5)
        #expect(try store.bytes(of: blob.digest) == bytes)
        let hex = blob.digest.hex
        #expect(
            scratch.files().filter { !["tmp/.swept", "locks/sweep", "ballast"].contains($0) } == [
                "blobs/sha256/\(hex.prefix(2))/\(hex)"
            ])
        let mode = try FileManager.default.attributesOfItem(atPath: store.blobPath(blob.digest).string)[
            .posixPermissions]
        #expect(mode as? Int == 0o444)
    }

    @Test("any sequence of piece sizes gives the same blob", arguments: [1, 100, 4_095, 131_072, 262_144, 1_000_000])
    func pieces(size: Int) throws {
        let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let blob = try store.insert { writer in
            var rest = bytes[...]
            while !rest.isEmpty {
                try writer.write(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
        }
        #expect(blob == Blob(digest: SHA256Digest(of: bytes), size: 700_000))
        #expect(try store.bytes(of: blob.digest) == bytes)
    }

    @Test(
        "pieces of different sizes stay in order",
        arguments: [[10, 200_000], [100_000, 131_072, 5], [131_071, 131_072]])
    func mixedPieces(sizes: [Int]) throws {
        let bytes = (0..<400_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let blob = try store.insert { writer in
            var rest = bytes[...]
            for size in sizes {
                try writer.write(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            try writer.write(rest)
        }
        #expect(try store.bytes(of: blob.digest) == bytes)
    }

    @Test("content of another digest or size is refused and not kept")
    func mismatch() throws {
        let expected = SHA256Digest(of: "expected")
        #expect { try store.insert(expecting: expected) { try $0.write(Array("other".utf8)) } } throws: {
            ($0 as? StoreError)?.code == .mismatch
        }
        #expect { try store.insert(expecting: expected, size: 3) { try $0.write(Array("expected".utf8)) } } throws: {
            ($0 as? StoreError)?.code == .mismatch
        }
        #expect { try store.insert(size: 9) { try $0.write(Array("expected".utf8)) } } throws: {
            ($0 as? StoreError)?.code == .mismatch
        }
        #expect(scratch.files().filter { !["tmp/.swept", "locks/sweep", "ballast"].contains($0) } == [])
    }

    @Test("what a failing body wrote is not kept")
    func failingBody() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try store.insert { writer in
                try writer.write([UInt8](repeating: 1, count: 1_000_000))
                throw Failure()
            }
        }
        #expect(scratch.files().filter { !["tmp/.swept", "locks/sweep", "ballast"].contains($0) } == [])
    }

    @Test("a blob that is there is not written again")
    func present() throws {
        let blob = try store.insert(Array("once".utf8))
        try store.insert(expecting: blob.digest) { _ in Issue.record("the body ran") }
    }

    @Test("a finished download becomes a blob by a move")
    func adopt() throws {
        let partial = try store.partialPath("some-file")
        try Data("downloaded".utf8).write(to: URL(fileURLWithPath: partial.string))
        #expect { try store.adopt(partial, expecting: SHA256Digest(of: "x")) } throws: {
            ($0 as? StoreError)?.code == .mismatch
        }
        #expect(FileManager.default.fileExists(atPath: partial.string))
        let blob = try store.adopt(partial, expecting: SHA256Digest(of: "downloaded"), size: 10)
        #expect(try store.bytes(of: blob.digest) == Array("downloaded".utf8))
        #expect(!FileManager.default.fileExists(atPath: partial.string))
    }

    @Test("a download that was protected but not yet renamed can be gone on with")
    func protectedPartial() throws {
        let partial = try store.partialPath("killed")
        try Data("half".utf8).write(to: URL(fileURLWithPath: partial.string))
        try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: partial.string)
        let again = try store.partialPath("killed")
        let mode = try FileManager.default.attributesOfItem(atPath: again.string)[.posixPermissions] as? Int
        #expect(try #require(mode) & 0o200 != 0)
    }

    @Test("a file with a second name is copied, so that nobody can change it afterwards")
    func adoptLinked() throws {
        let partial = try store.partialPath("linked")
        let other = scratch.folder.appending("other")
        try Data("first".utf8).write(to: URL(fileURLWithPath: partial.string))
        try FileManager.default.linkItem(atPath: partial.string, toPath: other.string)
        let blob = try store.adopt(partial)
        let handle = try #require(FileHandle(forWritingAtPath: other.string))
        try handle.write(contentsOf: Data("wrong".utf8))
        #expect(try store.bytes(of: blob.digest) == Array("first".utf8))
    }

    @Test("a flipped bit is noticed when the bytes are read")
    func flipped() throws {
        let blob = try store.insert(Array("precious".utf8))
        let path = store.blobPath(blob.digest).string
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
        try Data("preciouS".utf8).write(to: URL(fileURLWithPath: path))
        #expect { try store.bytes(of: blob.digest) } throws: { ($0 as? StoreError)?.code == .damaged }
    }

    @Test("a blob that is missing is told with what to do")
    func missing() throws {
        #expect { try store.bytes(of: SHA256Digest(of: "nothing")) } throws: {
            guard let error = $0 as? StoreError else { return false }
            return error.code == .missing && error.advice != nil
        }
    }
}
