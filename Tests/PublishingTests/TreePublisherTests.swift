import ContentStore
import Diagnostics
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing
import Units

@testable import Publishing

@Suite struct TreePublisherTests {
    let fixture: PublishingFixture

    init() throws {
        fixture = try PublishingFixture()
    }

    static let wheels = [
        WheelFixture("demo").adding("demo/data/x.txt", "hello").script("demo", "demo:main"),
        WheelFixture("other").adding("other/tool.sh", "#!/bin/sh\n", executable: true)
            .adding("other-1.0.data/data/share/other/y", "why"),
    ]

    @Test("every mode gives the same files with the same bytes and execute bits", arguments: LinksMode.allCases)
    func modes(links: LinksMode) throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = try fixture.publish(packages, links: links)
        #expect(tree.appending(fixture.modules + "demo/data/x.txt").text == "hello")
        #expect(tree.appending("share/other/y").text == "why")
        #expect(tree.appending("bin/demo").text?.contains("from demo import main") == true)
        let findings = try TreeVerifier(workers: fixture.workers)
            .verify(tree, packages: packages, glue: fixture.glue())
        #expect(findings == [])
    }

    @Test("a tree of links elsewhere links by absolute paths, and copies its scripts")
    func symlinks() throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = try fixture.publish(packages)
        let package = fixture.folders.path(of: packages[0]).string
        #expect(tree.appending(fixture.modules + "demo").linkTarget == "\(package)/\(fixture.modules)demo")
        #expect(tree.appending("bin/demo").linkTarget == nil)
        #expect(tree.appending("bin/demo").mode == 0o755)
    }

    @Test("on the volume links are relative, so that it may be mounted anywhere")
    func volume() throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = try fixture.publish(packages, to: "data/volume/envs/abc")
        #expect(
            tree.appending(fixture.modules + "demo").linkTarget
                == "../../../../../packages/\(packages[0].folderName)/\(fixture.modules)demo")
        #expect(tree.appending(fixture.modules + "demo/data/x.txt").text == "hello")
        let moved = fixture.scratch.file("moved")
        try FileManager.default.moveItem(atPath: fixture.scratch.file("data/volume").string, toPath: moved.string)
        #expect(moved.appending("envs/abc/" + fixture.modules + "demo/data/x.txt").text == "hello")
    }

    @Test(
        "a tree that is there just as it should be is told from any other", arguments: ["env", "data/volume/envs/abc"])
    func current(place: String) throws {
        let packages = try fixture.packages(Self.wheels)
        let publisher = TreePublisher(fixture.folders, workers: fixture.workers)
        let tree = fixture.scratch.file(place)
        func isCurrent(_ packages: [Package], _ glue: TreeGlue? = nil) throws -> Bool {
            try fixture.folders.unpack(packages, workers: fixture.workers)
            let plan = try publisher.plan(packages, python: fixture.python, links: .symlink)
            return try publisher.isCurrent(plan, packages.map(\.folderName), glue: glue ?? fixture.glue(), at: tree)
        }
        #expect(try !isCurrent(packages))
        try fixture.publish(packages, to: place)
        #expect(try isCurrent(packages))
        #expect(try !isCurrent(Array(packages.dropLast())))
        #expect(try !isCurrent(packages, fixture.glue("another")))

        let changes: [(FilePath) throws -> Void] = [
            { try $0.appending("extra").write("x") },
            { try $0.appending(fixture.modules + "extra.py").write("x") },
            { try $0.appending(fixture.modules + "demo").remove() },
            { try $0.appending("bin/demo").write("x") },
            { try $0.appending("pyvenv.cfg").write("x") },
            { #expect(chmod($0.appending("bin/demo").string, 0o644) == 0) },
            { try $0.remove() },
        ]
        for (number, change) in changes.enumerated() {
            try fixture.publish(packages, to: place)
            #expect(try isCurrent(packages), "before change \(number)")
            try change(tree)
            #expect(try !isCurrent(packages), "after change \(number)")
        }
        try fixture.publish(packages, links: .copy, to: place)
        #expect(try !isCurrent(packages))
    }

    @Test("a hard link shares the package's file; deleting the tree leaves the package whole")
    func hardLinks() throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = try fixture.publish(packages, links: .hardlink)
        let file = tree.appending(fixture.modules + "demo/data/x.txt")
        let original = fixture.folders.path(of: packages[0]).appending(fixture.modules + "demo/data/x.txt")
        let attributes = try FileManager.default.attributesOfItem(atPath: file.string)
        #expect(attributes[.referenceCount] as? Int == 2)
        #expect(file.mode == 0o444)
        try tree.remove()
        #expect(original.text == "hello")
    }

    @Test("copies belong to their owner")
    func copies() throws {
        let tree = try fixture.publish(fixture.packages(Self.wheels), links: .copy)
        #expect(tree.appending(fixture.modules + "demo/data/x.txt").mode == 0o644)
        #expect(tree.appending(fixture.modules + "other/tool.sh").mode == 0o755)
    }

    @Test(
        "a file with all the names that its file system allows is copied",
        .enabled(if: Peer.deep, "a long one, for scripts/deep"))
    func tooManyLinks() throws {
        let fixture = try PublishingFixture(in: nil)
        let packages = try fixture.packages([WheelFixture("demo", files: [("demo.py", Array("x = 1\n".utf8))])])
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let file = fixture.folders.path(of: packages[0]).appending(fixture.modules + "demo.py")
        let names = fixture.scratch.file("names")
        try names.makeFolder()
        var count = 0
        while link(file.string, names.appending("\(count)").string) == 0, count < 70_000 { count += 1 }
        // Only some file systems have such a limit (ext4 does: 65,000 names).
        guard errno == EMLINK else { return }
        let publisher = TreePublisher(fixture.folders, workers: fixture.workers)
        let plan = try publisher.plan(packages, python: fixture.python, links: .hardlink)
        let tree = fixture.scratch.file("env")
        let outcome = try publisher.publish(
            plan, packages.map(\.folderName), links: .hardlink, glue: fixture.glue(), to: tree)
        #expect(outcome.copiedForLackOfLinks == 1)
        #expect(tree.appending(fixture.modules + "demo.py").text == "x = 1\n")
    }

    @Test(
        "hard links to another file system are refused with a way out",
        .enabled(if: PublishingFixture.memory != nil, "needs /dev/shm"))
    func otherFileSystem() throws {
        let packages = try fixture.packages(Self.wheels)
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let elsewhere = try Scratch("publishing")
        let publisher = TreePublisher(fixture.folders, workers: fixture.workers)
        let plan = try publisher.plan(packages, python: fixture.python, links: .hardlink)
        let error = #expect(throws: PublishingError.self) {
            try publisher.publish(
                plan, packages.map(\.folderName), links: .hardlink, glue: fixture.glue(), to: elsewhere.file("env"))
        }
        #expect(error?.code == .otherFileSystem)
        #expect(error?.advice?.contains("--links copy") == true)
        #expect(elsewhere.path.names.isEmpty)
    }

    @Test("an older environment is replaced in one step, and nothing of it stays")
    func replace() throws {
        let first = try fixture.packages([Self.wheels[0]])
        let tree = try fixture.publish(first)
        try tree.appending("note").write("mine")
        let second = try fixture.packages([Self.wheels[1]])
        try fixture.publish(second)
        #expect(!tree.appending("note").exists)
        #expect(!tree.appending(fixture.modules + "demo").exists)
        #expect(tree.appending(fixture.modules + "other").exists)
        #expect(fixture.scratch.path.names.filter { $0.hasPrefix(".") }.isEmpty)
    }

    @Test("an empty folder is taken, a folder with anything else in it is left alone")
    func occupied() throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = fixture.scratch.file("env")
        try tree.makeFolder()
        try fixture.publish(packages)
        #expect(tree.appending("pyvenv.cfg").exists)

        let foreign = fixture.scratch.file("foreign")
        try foreign.makeFolder()
        try foreign.appending("chidori.json").write("{\"project\": \"my own\"}")
        try foreign.appending("pyvenv.cfg").write("home = /usr/bin")
        for _ in 0..<2 {
            let error = #expect(throws: PublishingError.self) { try fixture.publish(packages, to: "foreign") }
            #expect(error?.code == .occupied)
            #expect(error?.category == .badInput)
            #expect(foreign.names == ["chidori.json", "pyvenv.cfg"])
            try foreign.appending("chidori.json").write("")
        }

        let file = fixture.scratch.file("file")
        try file.write("x")
        #expect(throws: PublishingError.self) { try fixture.publish(packages, to: "file") }
        #expect(file.text == "x")
    }

    @Test("what a killed publisher left is swept by the next; a living one is left alone")
    func abandoned() throws {
        let packages = try fixture.packages(Self.wheels)
        let left = fixture.scratch.file(".env.draft")
        try left.appending("lib/deep").makeFolder()
        try left.appending("lib/deep/file").write("half")
        try fixture.publish(packages)
        #expect(!left.exists)

        let living = try TreeDraft(for: fixture.scratch.file("env"))
        try fixture.publish(packages)
        #expect(living.path.exists)
        living.delete()
        #expect(fixture.scratch.path.names.filter { $0.hasPrefix(".") }.isEmpty)
    }

    @Test("a draft whose name was made to lead elsewhere empties nothing there")
    func swappedDraft() throws {
        let precious = fixture.scratch.file("precious")
        try precious.makeFolder()
        try precious.appending("file").write("mine")
        let draft = try TreeDraft(for: fixture.scratch.file("env"))
        let moved = fixture.scratch.file("moved")
        try #require(rename(draft.path.string, moved.string) == 0)
        try moved.appending("half").write("made")
        try #require(symlink(precious.string, draft.path.string) == 0)
        draft.delete()
        #expect(precious.names == ["file"])
        #expect(moved.names.isEmpty)
        // The next one does not follow it either.
        try fixture.publish(try fixture.packages(Self.wheels))
        #expect(precious.names == ["file"])
    }

    @Test("somebody else's folder of the draft's name is left alone", .enabled(if: geteuid() == 0, "needs root"))
    func foreignDraft() throws {
        let foreign = fixture.scratch.file(".env.draft")
        try foreign.makeFolder()
        try foreign.appending("file").write("theirs")
        try #require(chown(foreign.string, 12345, 12345) == 0)
        let tree = try fixture.publish(try fixture.packages(Self.wheels))
        #expect(tree.appending("pyvenv.cfg").exists)
        #expect(foreign.names == ["file"])
        #expect(fixture.scratch.path.names.filter { $0.hasPrefix(".") } == [".env.draft"])
    }

    @Test("what took an environment's place while its successor was made is not deleted")
    func swappedPredecessor() throws {
        let packages = try fixture.packages(Self.wheels)
        let tree = try fixture.publish(packages)
        let place = TreePlace(tree)
        let occupant = try place.occupant()
        let draft = try place.makeDraft()
        try #require(rename(tree.string, fixture.scratch.file("moved").string) == 0)
        try tree.makeFolder()
        try tree.appending("file").write("mine")
        try place.publish(draft, over: occupant)
        let kept = fixture.scratch.path.names.filter { $0.hasPrefix(".env.draft.") }
        #expect(kept.count == 1)
        #expect(kept.first.map { fixture.scratch.file($0).names } == ["file"])
    }

    @Test("a package that is not unpacked makes no tree, and nothing is left behind")
    func missingPackage() throws {
        let packages = try fixture.packages(Self.wheels)
        let publisher = TreePublisher(fixture.folders, workers: fixture.workers)
        let plan = try TreePlan(packages, python: fixture.python, linksFolders: false)
        let error = #expect(throws: PublishingError.self) {
            try publisher.publish(
                plan, packages.map(\.folderName), links: .copy, glue: fixture.glue(), to: fixture.scratch.file("env"))
        }
        #expect(error?.code == .refused)
        #expect(!fixture.scratch.file("env").exists)
        #expect(fixture.scratch.path.names == ["data"])
    }

    @Test("a relative data folder makes links that hold from anywhere")
    func relativePaths() throws {
        #expect(try FilePath("/a/./b/../c").absolute() == "/a/c")
        let here = FileManager.default.currentDirectoryPath
        #expect(try FilePath("x/../y").absolute() == FilePath(here).appending("y"))
    }

    @Test("many processes that publish one tree at once all succeed, and one whole tree is there")
    func concurrency() throws {
        let packages = try fixture.packages(Self.wheels)
        try fixture.folders.unpack(packages, workers: fixture.workers)
        let publisher = TreePublisher(fixture.folders, workers: fixture.workers)
        let plan = try publisher.plan(packages, python: fixture.python, links: .symlink)
        let tree = fixture.scratch.file("env")
        try fixture.publish(packages)
        DispatchQueue.concurrentPerform(iterations: 12) { index in
            do {
                try publisher.publish(
                    plan, packages.map(\.folderName), links: .symlink, glue: fixture.glue("\(index)"), to: tree)
            } catch {
                Issue.record(error)
            }
        }
        #expect(tree.appending(fixture.modules + "demo/data/x.txt").text == "hello")
        #expect(fixture.scratch.path.names.filter { $0.hasPrefix(".") }.isEmpty)
    }
}
