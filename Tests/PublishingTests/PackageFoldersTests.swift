import ContentStore
import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing
import Units
import Workers

@testable import Publishing

@Suite struct PackageFoldersTests {
    let fixture: PublishingFixture

    init() throws {
        fixture = try PublishingFixture()
    }

    static let demo = WheelFixture("demo").adding("demo/data/x.txt", "hello")
        .adding("demo/run", "#!/bin/sh\n", executable: true)

    @Test("a package is unpacked once, read-only, under the digests of its trees")
    func unpack() throws {
        let packages = try fixture.packages([Self.demo])
        #expect(try !fixture.folders.contains(packages[0]))
        let count = Counter()
        for _ in 0..<2 {
            try fixture.folders.unpack(packages, workers: fixture.workers) { _ in count.add() }
        }
        #expect(count.value == 1)
        #expect(try fixture.folders.contains(packages[0]))
        let folder = fixture.folders.path(of: packages[0])
        #expect(folder.lastComponent?.string == "\(packages[0].unit.treeDigest.hex)+none")
        #expect(folder.appending(fixture.modules + "demo/data/x.txt").text == "hello")
        #expect(folder.appending(fixture.modules + "demo/data/x.txt").mode == 0o444)
        #expect(folder.appending(fixture.modules + "demo/run").mode == 0o555)
        #expect(folder.appending(fixture.modules + "demo/data").mode == 0o555)
        #expect(fixture.scratch.file("data/tmp").names.allSatisfy { $0.hasPrefix(".") })
    }

    @Test("bytecode lies in the package's folder, and makes it another package")
    func bytecode() throws {
        guard PublishingFixture.system != nil else { return }
        let packages = try fixture.packages([Self.demo], bytecode: true)
        let bytecode = try #require(packages[0].bytecode)
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let folder = fixture.folders.path(of: packages[0])
        #expect(folder.lastComponent?.string == "\(packages[0].unit.treeDigest.hex)+\(bytecode.treeDigest.hex)")
        let tag = fixture.interpreter.build.cacheTag
        #expect(folder.appending(fixture.modules + "demo/__pycache__/__init__.\(tag).pyc").exists)
        #expect(try !fixture.folders.contains(fixture.packages([Self.demo])[0]))
    }

    @Test("a folder's name tells what must be in it", arguments: [true, false])
    func certified(bytecode: Bool) throws {
        let packages = try fixture.packages(
            [WheelFixture("demo").adding("demo/tool.sh", "x", executable: true)], bytecode: bytecode)
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let name = packages[0].folderName
        let folder = fixture.folders.path(named: name)
        #expect(try fixture.folders.isWhatItsNameSays(name))
        let file = folder.appending(fixture.modules + "demo/tool.sh")
        #expect(chmod(file.string, 0o444) == 0)
        #expect(try !fixture.folders.isWhatItsNameSays(name))
        #expect(chmod(file.string, 0o755) == 0)
        #expect(try fixture.folders.isWhatItsNameSays(name))
        try file.write("y")
        #expect(try !fixture.folders.isWhatItsNameSays(name))
        try file.write("x")
        #expect(chmod(file.removingLastComponent().string, 0o755) == 0)
        try file.removingLastComponent().appending("extra.py").write("")
        #expect(try !fixture.folders.isWhatItsNameSays(name))
    }

    @Test("of many that want a package at once one unpacks it")
    func concurrency() throws {
        let packages = try fixture.packages([Self.demo, WheelFixture("other")])
        let count = Counter()
        DispatchQueue.concurrentPerform(iterations: 8) { index in
            do {
                let wanted = index % 2 == 0 ? packages : packages.reversed()
                try PackageFolders(in: ContentStore(at: fixture.store.root))
                    .unpack(wanted, workers: Workers(count: 1)) { _ in count.add() }
            } catch {
                Issue.record(error)
            }
        }
        #expect(count.value == 2)
    }

    @Test("a wheel that lies about a file is not published, nor is anything left of it")
    func lyingRecord() throws {
        let rows = String(decoding: try #require(Self.demo.members.last).content, as: UTF8.self)
        let lie = rows.replacing(
            SHA256Digest(of: "hello").base64URL, with: SHA256Digest(of: "other").base64URL)
        let packages = try fixture.packages([Self.demo.with(\.givenRecord, Array(lie.utf8))])
        let error = #expect(throws: UnitsError.self) {
            try fixture.folders.unpack(packages, workers: fixture.workers)
        }
        #expect(error?.code == .wrongContent)
        #expect(error?.subject.contains("demo/data/x.txt") == true)
        #expect(try !fixture.folders.contains(packages[0]))
        #expect(fixture.scratch.file("data/tmp").names.allSatisfy { $0.hasPrefix(".") })
    }

    @Test("a large package is shared out and comes out whole")
    func large() throws {
        var wheel = WheelFixture("large", files: [])
        for index in 0..<2500 { wheel = wheel.adding("large/p\(index % 50)/f\(index).txt", "\(index)") }
        let packages = try fixture.packages([wheel])
        let tree = try fixture.publish(packages, links: .symlink)
        let findings = try TreeVerifier(workers: fixture.workers)
            .verify(tree, packages: packages, glue: fixture.glue())
        #expect(findings == [])
    }

    @Test("what the store has forgotten of a package's libraries is found again in its folder")
    func forgottenReaches() throws {
        let packages = try fixture.packages([Self.demo])
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let reach = Reach(folder: "lib/a", target: "lib/b")
        try fixture.store.setReaches([reach], of: packages[0].unit.treeDigest)
        #expect(try fixture.folders.reaches(of: packages) == [[reach]])
        try fixture.store.removeRecord(kind: "reaches.2", key: packages[0].unit.treeDigest.hex)
        #expect(try fixture.folders.reaches(of: packages) == [[]])
    }
}

private final class Counter: @unchecked Sendable {
    private let lock = NSLock()
    private var count = 0
    func add() { lock.withLock { count += 1 } }
    var value: Int { lock.withLock { count } }
}
