import Cryptography
import PythonPackaging
import Synchronization
import Testing

@testable import Units

@Suite struct UnitTests {
    static let artifact = SHA256Digest(of: "a wheel")

    static func unit(_ files: [UnitFile]) throws -> Unit {
        try Unit(
            kind: .wheel, artifact: artifact, name: "six", version: "1.17.0", python: PythonVersion(3, 11, 2),
            files: files)
    }

    static let files = [
        UnitFile(
            path: "lib/a/b.py", isExecutable: false, size: 300, digest: SHA256Digest(of: "b"), origin: .member(200)),
        UnitFile(path: "lib/a-b.py", generated: Array("x = 1\n".utf8)),
        UnitFile(path: "lib/a.py", isExecutable: true, size: 0, digest: SHA256Digest(of: ""), origin: .member(0)),
        UnitFile(path: "bin/run", isExecutable: true, generated: Array("#!/bin/sh\n".utf8)),
        UnitFile(path: "lib/a/c/d.so", isExecutable: true, size: 1 << 40, digest: artifact, origin: .member(7)),
    ]

    @Test("a unit read from its record has the facts and files it was made of, in the order of their paths' bytes")
    func roundTrip() throws {
        let made = try Self.unit(Self.files)
        let tree = try made.tree.record()
        let read = try Unit(record: made.record) { _ in tree }
        #expect(read == made)
        #expect(read.artifact == Self.artifact)
        #expect(read.name == "six")
        #expect(read.version == "1.17.0")
        #expect(read.python == PythonVersion(3, 11))
        #expect(read.fileCount == 5)
        #expect(read.size == (1 << 40) + 316)
        #expect(
            try read.files().map(\.path) == ["bin/run", "lib/a-b.py", "lib/a.py", "lib/a/b.py", "lib/a/c/d.so"])
        #expect(Set(try read.files()) == Set(Self.files))
    }

    @Test("the tree digest is the SHA-256 of the canonical text, whatever the order of the files")
    func treeDigest() throws {
        let files = [
            UnitFile(path: "b", isExecutable: true, generated: Array("two".utf8)),
            UnitFile(path: "a", generated: Array("one".utf8)),
        ]
        let one = SHA256Digest(of: "one").hex
        let two = SHA256Digest(of: "two").hex
        let expected = SHA256Digest(of: "0644 \(one) a\u{0}0755 \(two) b\u{0}")
        #expect(try Self.unit(files).treeDigest == expected)
        #expect(try Self.unit(files.reversed()).treeDigest == expected)
    }

    @Test("a folder is listed without reading what lies deeper")
    func folders() throws {
        let unit = try Self.unit(Self.files)
        guard case .folder(let lib)? = try unit.root.entry(at: "lib")?.content else {
            Issue.record("lib is a folder")
            return
        }
        #expect(try lib.entries().map(\.name) == ["a-b.py", "a.py", "a"])
        guard case .file(let deep)? = try unit.root.entry(at: "lib/a/c/d.so")?.content else {
            Issue.record("lib/a/c/d.so is a file")
            return
        }
        #expect(deep.at("x").size == 1 << 40)
        #expect(try unit.root.entry(at: "lib/a/nothing")?.name == nil)
        #expect(try unit.root.entry(at: "bin/run/deeper")?.name == nil)
    }

    @Test(
        "paths that are no tree are refused",
        arguments: [
            ["../a"], ["/a"], ["a//b"], ["a/./b"], ["a/"], [""], ["a/../../b"], ["a\u{0}b"],
        ])
    func unsafePaths(paths: [String]) {
        let error = #expect(throws: UnitsError.self) {
            try Self.unit(paths.map { UnitFile(path: $0, generated: []) })
        }
        #expect(error?.code == .forbiddenPath)
    }

    @Test(
        "two files at one place, or a file where a folder is, are refused",
        arguments: [
            ["a", "a"], ["a", "a/b"], ["a", "a-b", "a/b"], ["x/a/b", "x/a-", "x/a"],
        ])
    func conflicts(paths: [String]) {
        let error = #expect(throws: UnitsError.self) {
            try Self.unit(paths.map { UnitFile(path: $0, generated: []) })
        }
        #expect(error?.code == .pathConflict)
    }

    @Test("a record that is cut short or changed never crashes the reader")
    func damage() throws {
        let unit = try Self.unit(Self.files)
        let tree = try unit.tree.record()
        for end in unit.record.indices {
            #expect(throws: UnitsError.self) { try Unit(record: Array(unit.record[..<end])) { _ in tree } }
        }
        for end in tree.indices {
            #expect(throws: UnitsError.self) { try Unit(record: unit.record) { _ in Array(tree[..<end]) }.files() }
        }
        for index in tree.indices {
            var changed = tree
            changed[index] ^= 0x81
            let damaged = try Unit(record: unit.record) { [changed] _ in changed }
            _ = try? damaged.files()
        }
    }

    @Test("a tree is read when somebody looks, once, and not for the facts alone")
    func lazy() throws {
        let made = try Self.unit(Self.files)
        let tree = try made.tree.record()
        let reads = Reads()
        let unit = try Unit(record: made.record) { facts in
            reads.count.add(1, ordering: .relaxed)
            #expect(facts.name == "six")
            return tree
        }
        #expect(unit.treeDigest == made.treeDigest)
        #expect(unit.fileCount == 5)
        #expect(reads.count.load(ordering: .relaxed) == 0)
        #expect(try unit.files() == made.files())
        _ = try unit.root
        #expect(reads.count.load(ordering: .relaxed) == 1)
    }
}

private final class Reads: Sendable {
    let count = Atomic<Int>(0)
}
