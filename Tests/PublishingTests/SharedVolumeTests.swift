import ContentStore
import Foundation
import SystemPackage
import TestSupport
import Testing
import Units
import Workers

@testable import Publishing

@Suite struct SharedVolumeTests {
    let fixture: VolumeFixture

    init() throws {
        fixture = try VolumeFixture()
    }

    @Test("packages are there once and environments link to them, wherever the volume is mounted")
    func links() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let first = try fixture.publish(packages)
        #expect(first.isNew && first.unpacked == 2)
        let second = try fixture.publish(Array(packages.prefix(1)), 2, hold: .name("less"))
        #expect(second.isNew && second.unpacked == 0)
        #expect(fixture.contents["packages"] == packages.map(\.folderName).sorted())
        let target = first.path.appending(fixture.node.modules + "demo").linkTarget
        #expect(target == "../../../../../packages/\(packages[0].folderName)/\(fixture.node.modules)demo")
        #expect(fixture.contents["tmp"] == [])
        let moved = fixture.node.scratch.file("elsewhere/mount")
        try moved.removingLastComponent().makeFolder()
        try FileManager.default.moveItem(atPath: fixture.place.string, toPath: moved.string)
        let tree = moved.appending("names/demo")
        #expect(tree.appending(fixture.node.modules + "demo/data/x.txt").text == "hello")
        #expect(tree.appending("bin/python").text?.hasPrefix("#!/bin/sh") == true)
        // The data folder's own volume has nothing to do with it.
        #expect(!fixture.node.scratch.file("data/volume/packages").exists)
    }

    @Test("nobody but its owner may write to what is published, and files to nobody")
    func modes() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        try fixture.publish(packages)
        let entries = try #require(FileManager.default.enumerator(atPath: fixture.place.string))
        for case let entry as String in entries {
            let path = fixture.file(entry)
            guard path.linkTarget == nil, let mode = path.mode else { continue }
            #expect(mode & 0o022 == 0, "\(entry)")
            // Others read it.
            #expect(mode & 0o044 == 0o044, "\(entry)")
            if entry.hasPrefix("packages/"), entry.contains("/lib/") { #expect(mode & 0o222 == 0, "\(entry)") }
        }
    }

    @Test("trees of hard links and copies need nothing beside themselves", arguments: [LinksMode.hardlink, .copy])
    func standingAlone(links: LinksMode) throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let outcome = try fixture.publish(packages, links: links)
        #expect(outcome.path.lastComponent?.string.hasSuffix("+\(links)") == true)
        #expect(fixture.contents["names"] == ["demo+\(links)"])
        // What a mount by sub-path shows.
        let alone = fixture.node.scratch.file("mounted")
        try FileManager.default.moveItem(atPath: outcome.path.string, toPath: alone.string)
        #expect(alone.appending(fixture.node.modules + "demo/data/x.txt").text == "hello")
        #expect(alone.appending(fixture.node.modules + "demo").linkTarget == nil)
        #expect(alone.appending("bin/demo").mode.map { $0 & 0o111 } == 0o111)
    }

    @Test("a name that another publisher gives away at that moment stays his")
    func nameMeanwhile() async throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let volume = try fixture.publisher().volume
        let folders = try [1, 2].map { number in
            let path = try fixture.publish(packages, number, hold: .name("n\(number)")).path
            return try #require(path.lastComponent.flatMap { VolumeFolderName($0.string) })
        }
        let place = fixture.file("names/demo")
        for round in 0..<3000 {
            try volume.setName("demo", to: folders[0])
            let giving = Thread { try? volume.setName("demo", to: folders[1]) }
            giving.start()
            _ = try volume.release(folders[0], by: "demo", isName: true)
            while !giving.isFinished { usleep(5) }
            guard place.linkTarget == "../envs/\(folders[1])" else {
                Issue.record("round \(round): \(place.linkTarget ?? "no name")")
                break
            }
        }
        #expect(fixture.contents["tmp"] == [])
    }

    @Test("what the system refuses can be told by its number")
    func causes() {
        let error = PublishingError(Errno.noSuchFileOrDirectory, doing: "linked", path: "/x")
        #expect(error.cause as? Errno == .noSuchFileOrDirectory)
    }

    @Test("packages that lie in the data folder on the same file system are linked to, if they are sound")
    func neighbours() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        try fixture.node.folders.unpack(packages, workers: fixture.node.workers)
        let inside = fixture.node.modules + "demo/data/x.txt"
        let other = fixture.node.folders.path(of: packages[0]).pushing(FilePath(inside))
        let damaged = fixture.node.folders.path(of: packages[1]).pushing(
            FilePath(fixture.node.modules + "other/tool.sh"))
        chmod(damaged.string, 0o755)
        try damaged.write("#!/bin/no\n")
        chmod(damaged.string, 0o555)
        try fixture.publish(packages)
        let published = fixture.file("packages/\(packages[0].folderName)").pushing(FilePath(inside))
        let inodes = try [published, other].map { try FileStatus($0).inode }
        #expect(inodes[0] == inodes[1])
        // What is damaged there is unpacked from the wheel.
        let mended = fixture.file("packages/\(packages[1].folderName)").pushing(
            FilePath(fixture.node.modules + "other/tool.sh"))
        #expect(mended.text == "#!/bin/sh\n")
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("an interpreter's place on other machines need not be here; another place for the same tree is refused")
    func interpreter() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let outcome = try fixture.publish(packages, interpreter: "/opt/nowhere/python3.11")
        #expect(outcome.path.appending("bin/python").linkTarget == "/opt/nowhere/python3.11")
        // Whoever does not ask for one takes what is there.
        #expect(try !fixture.publish(packages).isNew)
        let error = #expect(throws: PublishingError.self) {
            try fixture.publish(packages, interpreter: "/usr/bin/python3.11")
        }
        #expect(error?.code == .otherVariant)
    }

    @Test("a volume of an unknown layout is refused with advice, and so is a marker that says nothing")
    func layouts() throws {
        try fixture.publish(try fixture.node.packages(VolumeFixture.wheels))
        let before = fixture.contents
        for (text, code) in [
            (#"{"format": 2, "kind": "chidori volume"}"#, PublishingErrorCode.otherLayout), ("", .damagedVolume),
            (#"{"format": 1, "kind": "else"}"#, .damagedVolume), ("[1", .damagedVolume),
        ] {
            try fixture.file("chidori-volume.json").write(text)
            for action in [
                { _ = try fixture.publisher() }, { _ = try SharedVolume(at: fixture.place) },
                { _ = try fixture.collect() },
            ] {
                let error = #expect(throws: PublishingError.self) { try action() }
                #expect(error?.code == code && error?.advice != nil, "\(text)")
            }
        }
        #expect(fixture.contents == before)
    }

    @Test("a volume is made in an empty folder alone, that of a fresh disk among them")
    func making() throws {
        func expectRefusal(_ place: FilePath) {
            let error = #expect(throws: PublishingError.self) { try SharedVolume.inFolder(place) }
            #expect(error?.code == .notVolume && error?.advice != nil)
            #expect(!place.appending("chidori-volume.json").exists)
        }
        expectRefusal(fixture.node.scratch.file("missing"))
        let full = fixture.node.scratch.file("full")
        try full.makeFolder()
        try full.appending("thesis.txt").write("x")
        expectRefusal(full)
        // The data folder's own volume: it has locks and an index.
        let own = fixture.node.scratch.file("own")
        try own.appending("packages/a").makeFolder()
        expectRefusal(own)
        let disk = fixture.node.scratch.file("disk")
        try disk.appending("lost+found").makeFolder()
        try disk.appending("packages").makeFolder()
        _ = try SharedVolume.inFolder(disk)
        #expect(disk.appending("chidori-volume.json").exists)
        #expect(throws: PublishingError.self) { try SharedVolume(at: full) }
    }

    @Test("of many that publish one environment at once one makes it, and all find it")
    func crowd() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let found = Mailbox<VolumePublisher.Outcome>()
        DispatchQueue.concurrentPerform(iterations: 12) { index in
            do {
                let store = ContentStore(at: fixture.node.store.root)
                let publisher = VolumePublisher(
                    to: try SharedVolume.inFolder(fixture.place), from: store, workers: Workers(count: 1))
                let hold: VolumeHold = index % 2 == 0 ? .name("demo") : .lease("job \(index)", seconds: 60)
                found.add(try publisher.publish(fixture.tree(packages), hold: hold))
            } catch {
                Issue.record(error)
            }
        }
        #expect(found.all.count { $0.isNew } == 1)
        #expect(fixture.contents["tmp"] == [] && fixture.contents["envs"]?.count == 1)
        #expect(try SharedVolume(at: fixture.place).entries()[0].leases.count == 6)
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("what was taken away between two publications is brought again")
    func missingPackage() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        try fixture.publish(packages)
        let lost = fixture.file("packages/\(packages[1].folderName)")
        try FileManager.default.moveItem(atPath: lost.string, toPath: fixture.file("trash/x").string)
        #expect(try !fixture.isWhole(fixture.tree(packages)))
        let again = try fixture.publish(packages)
        #expect(!again.isNew && again.unpacked == 1)
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("holders may be called anything that a file name can hold in disguise")
    func holders() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let names = ["job/1", "..", ".", "ä ö~5", "a~7", "100%", "x@y"]
        for name in names { try fixture.publish(packages, hold: .lease(name, seconds: 60)) }
        let leases = try SharedVolume(at: fixture.place).entries()[0].leases
        #expect(Set(leases.map(\.holder)) == Set(names))
        for name in ["", String(repeating: "ä", count: 40)] {
            let error = #expect(throws: PublishingError.self) {
                try fixture.publish(packages, hold: .lease(name, seconds: 1))
            }
            #expect(error?.code == .unusableName)
        }
    }

    @Test("damage is found by any machine, and mended without a moment in which nothing is there")
    func mending() throws {
        let packages = try fixture.node.packages(VolumeFixture.wheels)
        let outcome = try fixture.publish(packages)
        let publisher = try fixture.publisher()
        let file = fixture.file("packages/\(packages[0].folderName)/\(fixture.node.modules)demo/data/x.txt")
        #expect(try publisher.fault(in: packages[0]) == nil)
        #expect(try publisher.fault(inFolder: packages[0].folderName) == nil)
        chmod(file.string, 0o644)
        try file.write("hallo")
        chmod(file.string, 0o444)
        let fault = try publisher.fault(in: packages[0])
        #expect(fault?.contains("x.txt is changed") == true)
        #expect(try publisher.fault(inFolder: packages[0].folderName) != nil)
        try publisher.mend([packages[0]])
        #expect(try publisher.fault(in: packages[0]) == nil)
        #expect(file.text == "hello")
        // The damaged one lies in the trash, for whoever had it open.
        #expect(fixture.file("trash").names.count == 1)

        #expect(try publisher.fault(in: fixture.tree(packages)) == nil)
        try outcome.path.appending(fixture.node.modules + "other").remove()
        #expect(try publisher.fault(in: fixture.tree(packages)) != nil)
        try publisher.mend(fixture.tree(packages))
        #expect(try publisher.fault(in: fixture.tree(packages)) == nil)
        #expect(try fixture.isWhole(fixture.tree(packages)))
        // Nobody takes what was replaced for the real one again.
        let collected = try fixture.collect()
        #expect(collected.returned == [] && fixture.contents["trash"] == [])
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }
}

private struct FileStatus {
    let inode: UInt64

    init(_ path: FilePath) throws {
        var status = stat()
        guard lstat(path.string, &status) == 0 else { throw Errno(rawValue: errno) }
        inode = UInt64(status.st_ino)
    }
}

private final class Mailbox<Item>: @unchecked Sendable {
    private let lock = NSLock()
    private var items: [Item] = []
    func add(_ item: Item) { lock.withLock { items.append(item) } }
    var all: [Item] { lock.withLock { items } }
}
