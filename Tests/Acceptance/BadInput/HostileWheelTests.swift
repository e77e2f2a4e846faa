import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Hostile wheels")
struct HostileWheelTests {
    @Test("is refused by name, writes nowhere, and leaves the store as good as before", arguments: HostileWheel.all)
    func refused(_ wheel: HostileWheel) async throws {
        try await refuse(wheel)
    }

    @Test(
        "is refused before it has filled the disk, the memory or the afternoon",
        arguments: [HostileWheel.bomb, HostileWheel.hiddenBomb])
    func bomb(_ wheel: HostileWheel) async throws {
        let start = ContinuousClock.now
        let user = try await refuse(wheel, below: 200 << 20)
        #expect(ContinuousClock.now - start < .seconds(120))
        let kept = try await Command("du", ["-sm", user.data.string]).run()
        #expect(kept.split(separator: "\t").first.flatMap { Int($0) }.map { $0 < 50 } == true, "\(kept)")
    }

    @Test("without metadata beside it, its version is none that could be chosen, and the file and member are named")
    func unresolvable() async throws {
        let user = try FreshUser()
        let wheel = HostileWheel.all[0]
        user.index.add(WheelFixture("evil"), bytes: try await wheel.bytes())
        let recipe = try await user.recipe("victim", ["evil"])
        try await user.refuse(["env", "lock", recipe], status: 4, naming: [HostileWheel.filename, wheel.naming])
        try await user.expectGoodStore()
    }

    @discardableResult
    private func refuse(_ wheel: HostileWheel, below memory: Int? = nil) async throws -> FreshUser {
        let user = try FreshUser()
        // The index offers METADATA beside the wheels: so the resolve goes well, and the wheel itself is looked at.
        user.index.servesMetadata = true
        user.index.add(WheelFixture("evil"), bytes: try await wheel.bytes())
        let recipe = try await user.recipe("victim", ["evil"])
        try await user.refuse(
            ["env", "build", recipe, "--to", user.scratch.file("victim").string], status: 6,
            naming: [HostileWheel.filename, wheel.naming], below: memory)
        #expect(!FileManager.default.fileExists(atPath: HostileWheel.outside))
        #expect(!FileManager.default.fileExists(atPath: user.scratch.file("victim").string))
        let escaped = try await Command("find", [user.scratch.path.string, "-name", "escaped.py"]).run()
        #expect(escaped.isEmpty)
        try await user.expectGoodStore()
        return user
    }
}
