import Foundation
import SystemPackage
import TestSupport
import Testing

/// A disk that fills up: at any point of the work, and where environments and images go.
@Suite(
    "A full disk",
    .enabled("tmpfs cannot be mounted here: that takes an administrator's rights") { await SmallDisk.isPossible.value })
struct FullDiskTests {
    private let user: FreshUser
    private let delivery: Delivery

    init() async throws {
        user = try FreshUser(Delivery.wheels)
        delivery = try await Delivery(user)
    }

    /// What the refusal of a full disk must say of where it is full.
    private func expectRefusal(_ outcome: Command.Outcome, naming place: FilePath, _ comment: Comment) {
        #expect(outcome.status == 7, "\(comment): \(outcome.errorText)")
        #expect(outcome.errorText.contains("No space left on device"), "\(comment): \(outcome.errorText)")
        #expect(outcome.errorText.contains("\n  disk: \(place) has "), "\(comment): \(outcome.errorText)")
        #expect(outcome.errorText.contains("try: free some space"), "\(comment): \(outcome.errorText)")
        if ProcessInfo.processInfo.environment["CHIDORI_SHOW_MESSAGES"] == "1" { print(comment, outcome.errorText) }
    }

    @Test("of the data folder is told, harms nothing, and the work goes on once there is room", .timeLimit(.minutes(5)))
    func dataFolder() async throws {
        let reference = try await delivery.deliver()
        let used = try await Command("du", ["-sk", user.data.string]).run()
        let whole = try #require(used.split(separator: "\t").first.flatMap { Int($0) })
        let steps = Peer.deep ? 40 : 8
        var refused = 0
        for step in 1...steps {
            let size = max(64, whole * step / (steps + 1))
            let disk = try await SmallDisk(kilobytes: size)
            let data = disk.path.appending("data")
            let environment: [String: String?] = ["CHIDORI_DATA": data.string]
            let comment = Comment(rawValue: "\(size) kB of \(whole)")
            try await remove(user.scratch.file("delivered"))
            for stage in ["fetch", "folder", "image"] {
                let outcome = try await user.command(
                    delivery.arguments(stage) + ["--quiet"], environment: environment
                ).outcome()
                if outcome.status == 0 { continue }
                refused += 1
                expectRefusal(outcome, naming: disk.path, comment)
                break
            }
            let verified = try await user.command(["store", "verify", "--json"], environment: environment).outcome()
            // A disk may be too small even for the index, which then says so.
            if verified.status != 0 { expectRefusal(verified, naming: disk.path, comment) }
            try await disk.grow(toMegabytes: 100)
            try await user.command(["store", "verify", "--quiet"], environment: environment).run()
            #expect(try await delivery.deliver(environment: environment) == reference, comment)
        }
        // The steps are meant to end in different stages; the last ones may have just enough room.
        #expect(refused > steps / 2)
    }

    @Test(
        "of the place that a folder or image goes to is told, and nothing half made is there",
        arguments: ["folder", "image"])
    func destination(_ stage: String) async throws {
        let reference = try await delivery.deliver()
        let disk = try await SmallDisk(kilobytes: 200)
        let target = disk.path.appending("target")
        let place = stage == "folder" ? delivery.folder.string : delivery.layout.string
        let arguments = delivery.arguments(stage).map { $0.replacing(place, with: target.string) }
        let outcome = try await user.command(arguments + ["--quiet"]).outcome()
        expectRefusal(outcome, naming: disk.path, "\(stage)")
        #expect(!FileManager.default.fileExists(atPath: target.appending("index.json").string))
        #expect(!FileManager.default.fileExists(atPath: target.appending("chidori.json").string))
        let left = try await Command("du", ["-sk", disk.path.string]).run()
        #expect(left.hasPrefix("0\t") || stage == "image", "\(left)")
        try await user.expectSoundStore()
        try await disk.grow(toMegabytes: 100)
        try await user.command(arguments).run()
        if stage == "folder" { #expect(try await Delivery.listing(target) == reference.tree) }
    }

    private func remove(_ path: FilePath) async throws {
        try await Command("sh", ["-c", "chmod -R u+w \"$1\"; rm -rf \"$1\"", "sh", path.string]).run()
    }
}
