import Foundation
import SystemPackage
import TestSupport
import Testing

/// Publishers and collectors that are killed at any moment, in random order.
@Suite("Publishers and collectors of a volume, killed", .serialized)
struct VolumeKillTests {
    private let users: [FreshUser]
    private let volume: FilePath
    private static let environments = 5

    init() throws {
        users = try (0..<2).map { _ in try FreshUser(Delivery.wheels) }
        volume = try users[0].emptyVolume()
    }

    /// Everything goes that nothing keeps, at once: the hardest case for whoever publishes meanwhile.
    private static let all = ["--keep-for", "0", "--trash-for", "0"]

    @Test("what is kept is whole after each round, and nothing is left in the end", .timeLimit(.minutes(30)))
    func rounds() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("VolumeKillTests: seed \(seed)")
        var generator = SeededGenerator(seed)
        let packages = [["alpha"], ["beta"], ["gamma"], ["beta", "gamma"], ["alpha", "good"]]
        for user in users {
            for number in 0..<Self.environments {
                let recipe = try await user.numberedRecipe(number, packages[number])
                // Locked and fetched beforehand, so that kills hit the volume.
                try await user.succeed("env", "lock", recipe, "--quiet")
                try await user.succeed("env", "fetch", recipe.replacing(".yaml", with: ".lock.toml"), "--quiet")
            }
        }
        let first = users[0].scratch.file("recipes/e0.lock.toml").string
        try await users[0].succeed("volume", "publish", first, "--volume", volume.string, "--quiet")
        for round in 0..<(Peer.deep ? 60 : 6) {
            var running: [(what: String, process: RunningCommand, mayDie: Bool)] = []
            for _ in 0..<6 {
                let user = users[Int.random(in: 0..<2, using: &generator)]
                let mayDie = generator.chance(60)
                if generator.chance(40) {
                    running.append(
                        ("collect", try user.command(["volume", "collect", volume.string] + Self.all).start(), mayDie))
                } else {
                    let number = Int.random(in: 0..<Self.environments, using: &generator)
                    let lock = user.scratch.file("recipes/e\(number).lock.toml").string
                    let links = generator.pick(["symlink", "symlink", "hardlink", "copy"])
                    // Some are kept by their names, some by a lease, some by one that is over at once.
                    let lease = generator.pick([
                        [], ["--lease", "job", "--for", "1h"], ["--lease", "job-\(round)", "--for", "0"],
                    ])
                    let words = ["volume", "publish", lock, "--volume", volume.string, "--links", links] + lease
                    running.append((words.joined(separator: " "), try user.command(words).start(), mayDie))
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0..<80, using: &generator)))
                if let victim = running.filter(\.mayDie).randomElement(using: &generator), generator.chance(50) {
                    victim.process.signal(SIGKILL)
                }
            }
            try await Task.sleep(for: .milliseconds(Int.random(in: 0..<400, using: &generator)))
            for (what, process, mayDie) in running {
                if mayDie { process.signal(SIGKILL) }
                let outcome = await process.outcome()
                if !mayDie { #expect(outcome.succeeded, "seed \(seed), round \(round): \(what): \(outcome.errorText)") }
            }
            // What a killed collector has left undone, the next one mends.
            try await users[0].command(["volume", "collect", volume.string] + Self.all).run()
            for listed in try await VolumeListed.all(on: volume, users[0]) {
                #expect(listed.trouble == nil, "seed \(seed), round \(round): \(listed.folder)")
            }
            try await users[0].expectSound(volume, "seed \(seed), round \(round)")
        }
        try await expectNothingLeft()
    }

    /// Once everything is released and old, nothing is left of it.
    private func expectNothingLeft() async throws {
        let user = users[0]
        for listed in try await VolumeListed.all(on: volume, user) {
            for name in listed.names {
                _ = try await user.chidori("volume", "release", name, "--volume", volume.string)
            }
            _ = try await user.chidori("volume", "release", listed.folder, "--volume", volume.string, "--lease", "job")
        }
        let script = "find \"$1\"/tmp \"$1\"/trash -mindepth 1 -maxdepth 1 -exec touch -h -d '3 days ago' {} +"
        for _ in 0..<3 {
            try await Command("sh", ["-c", script, "sh", volume.string]).run()
            try await user.command(["volume", "collect", volume.string] + Self.all).run()
        }
        for folder in ["envs", "packages", "names", "leases", "trash", "tmp"] {
            #expect(user.names(in: folder, of: volume) == [], "\(folder)")
        }
    }

    @Test(
        "a publisher killed at any moment leaves the volume whole, and the next one finishes", .timeLimit(.minutes(10)))
    func killedPublisher() async throws {
        let user = users[0]
        let recipe = try await user.numberedRecipe(1)
        try await user.succeed("env", "lock", recipe, "--quiet")
        let lock = recipe.replacing(".yaml", with: ".lock.toml")
        try await user.succeed("env", "fetch", lock, "--quiet")
        let words = ["volume", "publish", lock, "--quiet", "--volume"]
        let clock = ContinuousClock()
        let warm = try user.emptyVolume("warm")
        let whole = try await clock.measure { try await user.command(words + [warm.string]).run() }
        let moments = Peer.deep ? 60 : 8
        for moment in 1...moments {
            let place = try user.emptyVolume("killed-\(moment)")
            let process = try user.command(words + [place.string]).start()
            try await Task.sleep(for: whole * moment / (moments + 1))
            process.end()
            if user.names(in: "", of: place).contains("chidori-volume.json") {
                try await user.expectSound(place, "\(moment)")
            }
            try await user.command(words + [place.string]).run()
            try await user.expectSound(place, "\(moment)")
            try await Command(place.appending("names/e1/bin/python").string, ["-c", "import alpha.m1, space.beta"])
                .run()
        }
    }
}
