import Foundation
import SystemPackage
import TestSupport
import Testing
import Units

@testable import Publishing

@Suite struct VolumeCollectorTests {
    let fixture: VolumeFixture
    let packages: [Package]

    init() throws {
        fixture = try VolumeFixture()
        packages = try fixture.node.packages(VolumeFixture.wheels)
    }

    private static let day = 86_400

    private func environment(_ number: Int) -> FilePath {
        fixture.file("envs/\(fixture.tree(packages, number).folder)")
    }

    private func ageAll(by seconds: Int) {
        for folder in ["envs", "packages"] {
            for name in fixture.file(folder).names { fixture.age(fixture.file("\(folder)/\(name)"), by: seconds) }
        }
    }

    @Test("what has a name or a living lease stays, with all that it needs, however old it is")
    func kept() throws {
        try fixture.publish(packages, 1)
        try fixture.publish(Array(packages.prefix(1)), 2, hold: .lease("job", seconds: 3600))
        ageAll(by: 1000 * Self.day)
        let outcome = try fixture.collect()
        #expect(outcome.environments == [] && outcome.packages == [] && outcome.deleted == [])
        #expect(try fixture.isWhole(fixture.tree(packages)))
        #expect(try fixture.isWhole(fixture.tree(Array(packages.prefix(1)), 2)))
    }

    @Test("what nothing keeps goes when nobody used it for a while: first to the trash, later for good")
    func goes() throws {
        try fixture.publish(packages, 1, hold: .lease("job", seconds: 0))
        #expect(try fixture.collect(keepFor: 3600, trashFor: 3600).environments == [])
        ageAll(by: 2 * Self.day)
        let rehearsal = try fixture.collect(keepFor: 3600, trashFor: 3600, isRehearsal: true)
        #expect(rehearsal.environments.count == 1 && environment(1).exists)
        let first = try fixture.collect(keepFor: 3600, trashFor: 3600)
        #expect(first.environments.count == 1 && first.deleted == [])
        #expect(!environment(1).exists)
        // Its packages are needed as long as it could come back.
        #expect(fixture.contents["packages"]?.count == 2)
        for name in fixture.file("trash").names { fixture.age(fixture.file("trash/\(name)"), by: Self.day) }
        let second = try fixture.collect(keepFor: 3600, trashFor: 3600)
        #expect(second.deleted == first.environments && second.packages == [])
        let third = try fixture.collect(keepFor: 3600, trashFor: 0)
        #expect(Set(third.packages) == Set(packages.map(\.folderName)) && third.deleted.count == 2)
        let left = fixture.contents.values.flatMap { $0 }
        #expect(left == [])
        #expect(fixture.file("leases").names == [])
    }

    @Test("an environment whose name another one took stays for its time from then on")
    func superseded() throws {
        try fixture.publish(packages, 1)
        ageAll(by: 30 * Self.day)
        try fixture.publish(Array(packages.prefix(1)), 2)
        #expect(fixture.file("names/demo").linkTarget == "../envs/\(fixture.tree(packages, 2).folder)")
        #expect(try fixture.collect(keepFor: 3600).environments == [])
        ageAll(by: 30 * Self.day)
        #expect(try fixture.collect(keepFor: 3600).environments == [fixture.tree(packages, 1).folder.description])
    }

    @Test("a lease that is renewed has the later end, and its earlier one may be collected meanwhile")
    func renewed() throws {
        try fixture.publish(packages, 1, hold: .lease("job", seconds: 0))
        try fixture.publish(packages, 1, hold: .lease("job", seconds: 7200))
        let leases = try SharedVolume(at: fixture.place).entries()[0].leases
        #expect(leases.count == 1)
        // A shorter one does not shorten it.
        try fixture.publish(packages, 1, hold: .lease("job", seconds: 1))
        ageAll(by: 30 * Self.day)
        #expect(try fixture.collect().environments == [])
        let volume = try SharedVolume(at: fixture.place)
        #expect(try volume.entries()[0].leases.map(\.end).max() == leases[0].end)
    }

    @Test("a collector whose clock is years ahead or behind takes nothing that is in use", arguments: [1, -1])
    func clocks(direction: Int64) throws {
        try fixture.publish(packages, 1, hold: .lease("job", seconds: 3600))
        try fixture.publish(Array(packages.prefix(1)), 2, hold: .lease("old", seconds: 0))
        let tenYears = direction * 3650 * Int64(Self.day)
        let outcome = try fixture.collect(keepFor: 3600, ahead: tenYears)
        #expect(outcome.environments == [] && outcome.packages == [])
        #expect(abs(outcome.clockDifference - tenYears) < 60)
        #expect(environment(1).exists && environment(2).exists)
        #expect(outcome.leases == (direction > 0 ? 1 : 0))
    }

    @Test("a file system whose clock is ahead of the collector's ends no lease early")
    func serverAhead() throws {
        try fixture.publish(packages, 1, hold: .leaseUntil("job", Int64(time(nil)) - 600))
        ageAll(by: 30 * Self.day)
        #expect(try fixture.collect(ahead: -3600).environments == [])
        #expect(try fixture.collect().environments.count == 1)
    }

    @Test("what a killed collector left in the trash comes back when somebody needs it")
    func givenBack() throws {
        try fixture.publish(packages, 1)
        let names = [("packages", packages[0].folderName), ("envs", fixture.tree(packages, 1).folder.description)]
        for (kind, name) in names {
            let trash = fixture.file("trash/killed-\(kind)")
            try trash.makeFolder()
            try FileManager.default.moveItem(
                atPath: fixture.file("\(kind)/\(name)").string, toPath: trash.appending("\(kind).\(name)").string)
            fixture.age(trash, by: 30 * Self.day)
            let outcome = try fixture.collect()
            #expect(outcome.returned == [name] && outcome.deleted == [])
            #expect(try fixture.isWhole(fixture.tree(packages)))
            #expect(fixture.contents["trash"] == [])
        }
    }

    @Test("a publisher that finds a package in the trash unpacks it anew, and the old one is deleted in its time")
    func doubled() throws {
        try fixture.publish(packages, 1)
        let trash = fixture.file("trash/killed")
        try trash.makeFolder()
        let name = packages[0].folderName
        try FileManager.default.moveItem(
            atPath: fixture.file("packages/\(name)").string, toPath: trash.appending("packages.\(name)").string)
        #expect(try fixture.publish(packages, 1).unpacked == 1)
        let outcome = try fixture.collect()
        #expect(outcome.returned == [] && outcome.deleted == [name])
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("what was half deleted when its collector was killed is deleted to its end, and never given back")
    func halfDeleted() throws {
        try fixture.publish(packages, 1)
        let dead = fixture.file("tmp/dead-x")
        try FileManager.default.moveItem(
            atPath: fixture.file("packages/\(packages[0].folderName)").string, toPath: dead.string)
        #expect(try fixture.collect().returned == [])
        #expect(fixture.contents["tmp"] == [])
        #expect(try fixture.publish(packages, 1).unpacked == 1)
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("drafts and probes of dead machines go by the file system's clock, those of living ones stay")
    func drafts() throws {
        try fixture.publish(packages, 1)
        for name in ["tmp/1-1-dead", "tmp/1-1-alive", "packages/.look-dead", "packages/.look-alive"] {
            try fixture.file(name).makeFolder()
            if name.hasSuffix("dead") { fixture.age(fixture.file(name), by: 2 * Self.day) }
        }
        try fixture.file("tmp/1-1-dead").appending("file").write("x")
        fixture.age(fixture.file("tmp/1-1-dead"), by: 2 * Self.day)
        let outcome = try fixture.collect(ahead: 3650 * Int64(Self.day))
        #expect(outcome.drafts == 1)
        #expect(fixture.contents["tmp"] == ["1-1-alive"])
        #expect(fixture.file("packages/.look-alive").exists && !fixture.file("packages/.look-dead").exists)
        #expect(try fixture.isWhole(fixture.tree(packages)))
    }

    @Test("as long as an environment does not say what it needs, no package goes")
    func unreadable() throws {
        try fixture.publish(packages, 1)
        try fixture.publish(Array(packages.prefix(1)), 2, hold: .lease("job", seconds: 0))
        ageAll(by: 30 * Self.day)
        let record = environment(1).appending("volume.json")
        let text = try #require(record.text)
        for damage in [
            "", "{}",
            text.replacing("\"format\":1", with: "\"format\":9").replacing("\"format\": 1", with: "\"format\": 9"),
        ] {
            try record.write(damage)
            let outcome = try fixture.collect(keepFor: Int64(Self.day))
            #expect(outcome.packages == [] && outcome.unreadable.count == 1)
            #expect(fixture.contents["packages"]?.count == 2)
        }
    }

    @Test("a name that leads elsewhere than to an environment, and files of others, are left alone")
    func foreign() throws {
        try fixture.publish(packages, 1)
        symlink("/etc", fixture.file("names/etc").string)
        try fixture.file("envs/README").write("x")
        try fixture.file("leases/README").write("x")
        ageAll(by: 30 * Self.day)
        let outcome = try fixture.collect()
        #expect(outcome.environments == [] && outcome.packages == [])
        #expect(fixture.file("envs/README").exists && fixture.file("names/etc").linkTarget == "/etc")
    }
}
