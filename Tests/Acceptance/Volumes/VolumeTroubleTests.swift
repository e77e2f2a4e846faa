import Foundation
import SystemPackage
import TestSupport
import Testing

/// A volume that is full, read-only, goes away, or has a clock of its own.
@Suite(
    "A volume in trouble", .serialized,
    .enabled("tmpfs cannot be mounted here: that takes an administrator's rights") { await SmallDisk.isPossible.value })
struct VolumeTroubleTests {
    private let user: FreshUser
    private let lock: String

    init() async throws {
        user = try FreshUser(Delivery.wheels)
        let recipe = try await user.numberedRecipe(1)
        try await user.succeed("env", "lock", recipe, "--quiet")
        lock = recipe.replacing(".yaml", with: ".lock.toml")
        try await user.succeed("env", "fetch", lock, "--quiet")
    }

    private func publish(_ volume: FilePath) -> Command {
        user.command(["volume", "publish", lock, "--volume", volume.string, "--quiet"])
    }

    @Test("that is full is told, has nothing half, and takes the rest once there is room", .timeLimit(.minutes(5)))
    func full() async throws {
        let reference = try user.emptyVolume("reference")
        try await publish(reference).run()
        let used = try await Command("du", ["-sk", reference.string]).run()
        let whole = try #require(used.split(separator: "\t").first.flatMap { Int($0) })
        let steps = Peer.deep ? 30 : 6
        var refused = 0
        for step in 1...steps {
            let disk = try await SmallDisk(kilobytes: max(32, whole * step / (steps + 1)))
            let comment = Comment(rawValue: "\(step) of \(steps)")
            let outcome = try await publish(disk.path).outcome()
            if outcome.status != 0 {
                refused += 1
                #expect(outcome.status == 7 && outcome.errorText.contains("No space left on device"), comment)
                #expect(
                    outcome.errorText.contains("\n  disk: \(disk.path) has ") && outcome.errorText.contains("try: "),
                    comment)
                #expect(user.names(in: "tmp", of: disk.path) == [], comment)
            }
            try await disk.grow(toMegabytes: 100)
            if user.names(in: "", of: disk.path).contains("chidori-volume.json") {
                try await user.expectSound(disk.path)
            }
            try await publish(disk.path).run()
            try await user.expectSound(disk.path)
        }
        #expect(refused > steps / 2)
    }

    @Test("that cannot be written to is told, and can be looked at")
    func readOnly() async throws {
        let disk = try await SmallDisk(kilobytes: 100 << 10)
        try await publish(disk.path).run()
        try await Command("mount", ["-o", "remount,ro", disk.path.string]).run()
        let place = disk.path.string
        for words in [
            ["publish", lock, "--volume", place], ["collect", place], ["release", "e1", "--volume", place],
        ] {
            try await user.refuse(["volume"] + words, status: 7, naming: ["Read-only file system"])
        }
        let other = try await user.numberedRecipe(2)
        try await user.refuse(
            ["volume", "publish", other, "--volume", place], status: 7, naming: ["Read-only file system"])
        try await user.succeed("volume", "list", place)
        try await user.expectSound(disk.path)
    }

    @Test(
        "that goes away in the midst is told, nothing is written where it was, and nothing on it is half",
        .timeLimit(.minutes(3)))
    func disappearing() async throws {
        let real = try user.emptyVolume("real")
        let place = try user.emptyVolume("place")
        var told = 0
        for moment in ["tmp", "packages", "envs"] {
            try await Command("sh", ["-c", "chmod -R u+w \"$1\"; rm -rf \"$1\"/* \"$1\"/.[!.]*", "sh", real.string])
                .run()
            try await Command("mount", ["--bind", real.string, place.string]).run()
            let process = try publish(place).start()
            // As soon as there is something of it.
            while user.names(in: moment, of: real).isEmpty, !process.hasEnded {
                try await Task.sleep(for: .milliseconds(1))
            }
            try await Command("umount", ["-l", place.string]).run()
            let outcome = await process.outcome()
            if outcome.status != 0 {
                told += 1
                #expect(
                    outcome.status == 5 && outcome.errorText.contains("is not there any more"), "\(outcome.errorText)")
                #expect(outcome.errorText.contains("try: mount the volume again"))
            }
            #expect(user.names(in: "", of: place) == [], "written where the volume was")
            try await Command("mount", ["--bind", real.string, place.string]).run()
            try await user.expectSound(place, moment)
            try await publish(place).run()
            try await user.expectSound(place, moment)
            try await Command("umount", [place.string]).run()
        }
        #expect(told > 0)
        try await user.refuse(["volume", "list", place.string], status: 3, naming: ["chidori-volume.json"])
    }

    @Test(
        "a collector whose clock is years ahead takes nothing that is in use, and tells",
        .enabled(if: Peer.has("faketime"), "needs faketime"))
    func clocks() async throws {
        let volume = try user.emptyVolume()
        try await user.command(
            ["volume", "publish", lock, "--volume", volume.string, "--quiet", "--lease", "job", "--for", "1h"]
        ).run()
        let command = user.command(["volume", "collect", volume.string, "--keep-for", "1m", "--trash-for", "0"])
        for jump in ["+3650d", "-3650d"] {
            let outcome = try await Command(
                "faketime", ["-f", jump] + command.arguments, in: command.folder,
                environment: command.environment.merging(["NO_FAKE_STAT": "1"]) { $1 }
            ).outcome()
            #expect(outcome.succeeded && outcome.errorText.contains("clock is"), "\(outcome.errorText)")
            try await user.expectSound(volume)
            #expect(user.names(in: "envs", of: volume).count == 1)
        }
    }
}
