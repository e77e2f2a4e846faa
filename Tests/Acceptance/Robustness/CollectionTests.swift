import Foundation
import SystemPackage
import TestSupport
import Testing

/// Collecting what nobody uses, by hand and beside builds.
@Suite("Collecting")
struct CollectionTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser(
            [WheelFixture("shared").adding("shared/data.bin", String(repeating: "1", count: 50_000))]
                + (0..<6).map { WheelFixture("own\($0)").adding("own\($0)/more.py", "VALUE = \($0)\n") })
    }

    private func environments() async throws -> [[String: Any]] {
        try #require(try await user.result("env", "list").document["environments"] as? [[String: Any]])
    }

    private func build(_ name: String, _ packages: String...) async throws -> String {
        let result = try await user.result("env", "build", user.recipe(name, packages)).document
        return try #require((result["environments"] as? [[String: Any]])?.first?["id"] as? String)
    }

    /// Every file of the data folder with its size; locks and the index's own files come and go.
    private func files() async throws -> String {
        let find = "cd \"$1\" && find blobs volume -printf '%p %s %T@\\n' | LC_ALL=C sort"
        return try await Command("sh", ["-c", find, "sh", user.data.string]).run()
    }

    @Test("a person's lease keeps a superseded environment, is shown, and ends when it is released or over")
    func leases() async throws {
        let old = try await build("demo", "shared", "own0")
        _ = try await build("demo", "shared", "own1")
        let leased = try await user.result("env", "lease", old, "--for", "7d", "--holder", "report").document
        #expect(leased["seconds"] as? Int == 7 * 86_400 && leased["holder"] as? String == "report")
        // Seven days, of which a second may have passed.
        #expect(try await user.succeed("env", "list").contains(#/report \([67] days\)/#))
        #expect(try await user.succeed("env", "show", old).contains(#/the person report, for [67] days more/#))
        let shown = try await environments().first { $0["id"] as? String == old }
        let lease = try #require((shown?["leases"] as? [[String: Any]])?.first)
        #expect(lease["holder"] as? String == "the person report")
        #expect((6 * 86_400...7 * 86_400).contains(try #require(lease["seconds"] as? Int)))

        let kept = try await user.result("store", "collect", "--superseded", "--older-than", "0")
        #expect(kept.words.contains("in use by the person report"), "\(kept.words)")
        try await user.refuse(["env", "remove", old], status: 3, naming: ["the person report", "--force"])
        #expect(try await environments().count == 2)
        try await user.refuse(
            ["env", "release", old, "--holder", "nobody"], status: 3, naming: ["is not kept for nobody", "env show"])
        #expect(
            try await user.result("env", "release", old, "--holder", "report").document["released"] as? Bool == true)
        let gone = try await user.result("store", "collect", "--superseded")
        #expect(gone.words.contains("Removed demo \(old.prefix(12))"), "\(gone.words)")

        // One whose time is over counts no longer.
        let next = try await build("demo", "shared", "own2")
        let last = try await build("demo", "shared", "own3")
        let before = try await environments().filter { $0["id"] as? String != last }
        #expect(before.count == 2)
        for environment in before {
            try await user.succeed("env", "lease", #require(environment["id"] as? String), "--for", "1s")
        }
        try await Task.sleep(for: .seconds(2))
        try await user.succeed("store", "collect", "--superseded")
        #expect(try await environments().compactMap { $0["id"] as? String } == [last], "\(next)")
        try await user.expectGoodStore()
    }

    @Test("tells what would go and changes nothing; frees what is superseded and unused, and never what has a name")
    func rehearsal() async throws {
        _ = try await build("demo", "shared", "own0")
        _ = try await build("demo", "shared", "own1")
        _ = try await build("other", "own2")
        let before = try await files()
        let patient = try await user.result("store", "collect", "--dry-run")
        #expect((patient.document["removed"] as? [Any])?.isEmpty == true && patient.words.contains("Nothing to delete"))
        let dry = try await user.result("store", "collect", "--superseded", "--older-than", "0", "--dry-run")
        #expect(try await files() == before)
        #expect((dry.document["removed"] as? [Any])?.count == 1)
        let table = try await user.succeed("store", "collect", "--superseded", "--dry-run")
        #expect(table.hasPrefix("ENVIRONMENT") && table.contains("(demo)"), "\(table)")
        let done = try await user.result("store", "collect", "--superseded", "--older-than", "0")
        #expect(done.document["removed"] as? NSArray == dry.document["removed"] as? NSArray)
        #expect(try await environments().count == 2)
        for name in ["demo", "other"] { try await user.succeed("env", "verify", name, "--quiet") }
        try await user.expectGoodStore()
    }

    @Test("keeps the data folder under a size by least recent use, as far as it may")
    func size() async throws {
        for number in 0..<3 { _ = try await build("demo", "own\(number)") }
        let whole = try await user.result("store", "collect", "--max-size", "1GiB", "--dry-run").document
        let size = try #require(whole["size"] as? Int)
        #expect((whole["removed"] as? [Any])?.isEmpty == true && size > 1000)
        // What was used in the last hour stays, and that is said.
        let refused = try await user.result("store", "collect", "--max-size", "1kB")
        #expect(refused.words.contains("was used in the last hour"), "\(refused.words)")
        #expect(try await environments().count == 3)
        for option in ["--max-size", "--older-than", "--tags-unused-for"] {
            let wrong = try await user.chidori("store", "collect", option, "soon")
            #expect(
                wrong.status == 2 && wrong.errorText.contains("'soon' is invalid for '\(option)"), "\(wrong.errorText)")
        }
    }

    @Test("beyond a size what was least recently used goes first, and no more than has to")
    func leastRecentlyUsed() async throws {
        var ids: [String] = []
        for number in 0..<4 { ids.append(try await build("demo", "own\(number)")) }
        for (number, hours) in [(0, 2), (1, 4), (2, 3)] {
            try await StoreClock.sinceUse(of: ids[number], hours: hours, in: user.data)
        }
        func collect(under size: Int) async throws -> (removed: [String], size: Int) {
            let result = try await user.result("store", "collect", "--max-size", "\(size)").document
            let removed = try #require(result["removed"] as? [[String: Any]]).compactMap { $0["id"] as? String }
            return (removed, try #require(result["size"] as? Int))
        }
        var size = try await collect(under: 1 << 30).size
        for number in [1, 2, 0] {
            let step = try await collect(under: size - 1)
            #expect(step.removed == [ids[number]])
            #expect(step.size < size)
            size = step.size
        }
        // The one that has the name stays, however little room there is.
        #expect(try await collect(under: 1).removed.isEmpty)
        #expect(try await environments().compactMap { $0["id"] as? String } == [ids[3]])
        try await user.succeed("env", "verify", "demo", "--quiet")
        try await user.expectGoodStore()
    }

    private static let everything = ["--superseded", "--older-than", "0"]

    /// Collects, once nothing is of this very second.
    private func collect(_ options: [String]) async throws {
        try await Task.sleep(for: .milliseconds(1100))
        try await user.command(["store", "collect", "--quiet"] + options).run()
    }

    /// The digests of all that is stored as files.
    private func blobs() throws -> Set<String> {
        let names = try FileManager.default.subpathsOfDirectory(atPath: user.data.appending("blobs/sha256").string)
        return Set(names.compactMap { $0.split(separator: "/").last.map(String.init) }.filter { $0.count == 64 })
    }

    /// Builds an image, and gives its digest with those of its layers.
    private func image(_ name: String, of packages: [String]) async throws -> (digest: String, layers: Set<String>) {
        let place = user.scratch.file("images-\(name)")
        let built = try await user.result(
            "env", "build", user.recipe("demo", packages), "--no-bytecode", "--image", "oci:\(place):v"
        ).document
        let digest = try #require((built["image"] as? [String: Any])?["digest"] as? String)
        let manifest = place.appending("blobs/sha256").appending(String(digest.dropFirst("sha256:".count)))
        let document = try JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: manifest.string)))
        let layers = try #require((document as? [String: Any])?["layers"] as? [[String: Any]])
        return (digest, Set(layers.compactMap { ($0["digest"] as? String).map { String($0.dropFirst(7)) } }))
    }

    @Test("takes the layers of a superseded image, and leaves the other one's, which is made of them again")
    func layers() async throws {
        let old = try await image("old", of: ["shared", "own0"])
        let new = try await image("new", of: ["shared", "own1"])
        let before = try blobs()
        #expect(before.isSuperset(of: old.layers.union(new.layers)) && !old.layers.isSubset(of: new.layers))
        try await collect([])
        #expect(try blobs() == before)

        try await collect(Self.everything)
        let after = try blobs()
        #expect(after.isSuperset(of: new.layers))
        #expect(after.isDisjoint(with: old.layers.subtracting(new.layers)))
        #expect(try await image("again", of: ["shared", "own1"]).digest == new.digest)
        #expect(try blobs() == after)
        try await user.expectGoodStore()
    }

    @Test(
        "a wheel that was built stays with its environment and goes with it; then its source is built once more",
        .enabled(if: Peer.has("bwrap"), "needs bubblewrap"))
    func builtWheels() async throws {
        let source = SourceFixture("made")
        try await source.add(to: user.index)
        let made = try await build("demo", "made")
        let lock = try user.scratch.write("recipes/made.lock.toml", user.text("recipes/demo.lock.toml")).string
        let log = user.data.appending("logs/builds/\(source.filename).log").string
        /// The wheels that are stored, and the bytecode of their modules: both are zips.
        func wheels() throws -> Set<String> {
            try blobs().filter { name in
                let path = user.data.appending("blobs/sha256/\(name.prefix(2))/\(name)").string
                return try FileHandle(forReadingFrom: URL(filePath: path)).read(upToCount: 2) == Data("PK".utf8)
            }
        }
        let wheel = try wheels()
        #expect(wheel.count == 2)

        // The source goes and what the build has printed, and what was made of them is known still.
        try await collect(Self.everything)
        #expect(try wheels() == wheel && !FileManager.default.fileExists(atPath: log))
        let delivered = try await user.chidori(
            "env", "build", lock, "--offline", "--no-bytecode", "--image", "oci:\(user.scratch.file("images")):v")
        #expect(delivered.status == 0, "\(delivered.errorText)")
        #expect(!FileManager.default.fileExists(atPath: log))

        // What is known of the wheel outlives it where only superseded environments go, and goes with it else.
        for options in [["--superseded"], Self.everything] {
            _ = try await build("demo", "own0")
            try await collect(options)
            #expect(try wheels().isDisjoint(with: wheel) && !FileManager.default.fileExists(atPath: log))
            let offline = ["env", "build", lock, "--offline"]
            try await user.refuse(offline, status: 5, naming: [source.filename, "is not stored"])
            let again = try await user.result("env", "build", lock).document
            #expect((again["environments"] as? [[String: Any]])?.first?["id"] as? String == made)
            let printed = try String(contentsOfFile: log, encoding: .utf8)
            #expect(printed.components(separatedBy: ": build_wheel\n").count == 2, "\(printed)")
            #expect(try wheels().isSuperset(of: wheel))
            try FileManager.default.removeItem(atPath: log)
        }
        try await user.expectGoodStore()
    }

    @Test("goes on while others build, and takes nothing from under them", .timeLimit(.minutes(10)))
    func besideBuilds() async throws {
        var locks: [String] = []
        for number in 0..<6 {
            let recipe = try await user.recipe("env\(number % 3)", ["shared", "own\(number)"])
            let lock = user.scratch.file("recipes/env\(number).\(number).lock.toml").string
            try await user.succeed("env", "lock", recipe, "-o", lock, "--quiet")
            locks.append(lock)
        }
        var collections = 0
        for round in 0..<(Peer.deep ? 60 : 6) {
            let builds = try locks.shuffled().prefix(4).enumerated().map { number, lock in
                try user.command(
                    ["env", "build", lock, "--quiet"]
                        + (number == 0 ? ["--image", "oci:\(user.scratch.file("images\(round)"))"] : [])
                ).start()
            }
            let collecting = Task {
                for _ in 0..<6 {
                    let outcome = try await user.chidori(
                        "store", "collect", "--superseded", "--older-than", "0", "--quiet")
                    #expect(outcome.status == 0, "\(outcome.errorText)")
                }
            }
            for build in builds {
                let outcome = await build.outcome()
                #expect(outcome.status == 0, "\(outcome.errorText)")
            }
            try await collecting.value
            collections += 6
            for environment in try await environments() where environment["superseded"] as? Bool == false {
                let id = try #require(environment["id"] as? String)
                guard environment["path"] is String else { continue }
                let verified = try await user.chidori("env", "verify", id, "--quiet")
                #expect(verified.status == 0, "\(verified.errorText)")
            }
            try await user.expectSoundStore()
        }
        #expect(collections > 0)
        try await user.expectGoodStore()
    }

    @Test("killed at any moment, what is there is whole, and the next one takes the rest", .timeLimit(.minutes(10)))
    func killed() async throws {
        let kills = Peer.deep ? 100 : 5
        let collect = ["store", "collect", "--superseded", "--older-than", "0", "--quiet"]
        var time = Duration.milliseconds(60)
        for number in 0..<kills {
            for part in 0..<4 { _ = try await build("demo", "shared", "own\((number + part) % 6)") }
            let running = try user.command(collect).start()
            let start = ContinuousClock.now
            try await Task.sleep(for: time * (Double(number) + 0.5) / Double(kills))
            running.signal(9)
            _ = await running.outcome()
            let moment = Comment(rawValue: "kill \(number) of \(kills)")
            try await user.expectSoundStore()
            try await user.succeed("env", "run", "demo", "--", "python", "-c", "import shared")
            let begin = ContinuousClock.now
            let rest = try await user.command(collect).outcome()
            #expect(rest.status == 0, moment)
            if number == 0 { time = max(time, ContinuousClock.now - begin) }
            #expect(start < begin)
            #expect(try await environments().count == 1, moment)
            let packages = try FileManager.default.contentsOfDirectory(
                atPath: user.data.appending("volume/packages").string)
            #expect(packages.count == 2, moment)
        }
        try await user.expectGoodStore()
    }
}

@Suite(
    "Collecting on a full disk",
    .enabled("tmpfs cannot be mounted here: that takes an administrator's rights") { await SmallDisk.isPossible.value })
struct CollectionOnFullDiskTests {
    @Test("makes room, and what was refused is built then")
    func full() async throws {
        let user = try FreshUser(
            (0..<4).map { number in
                WheelFixture("big\(number)").adding(
                    "big\(number)/data.txt",
                    String((0..<900_000).map { _ in "0123456789abcdef".randomElement() ?? "0" }))
            })
        let disk = try await SmallDisk(kilobytes: 6_200)
        let environment: [String: String?] = ["CHIDORI_DATA": disk.path.appending("data").string]
        var refused: String?
        for number in 0..<4 {
            let recipe = try await user.recipe("demo", ["big\(number)"])
            let outcome = try await user.chidori("env", "build", recipe, "--quiet", environment: environment)
            if outcome.status == 0 { continue }
            #expect(outcome.status == 7, "\(outcome.errorText)")
            refused = recipe
            break
        }
        let recipe = try #require(refused)
        // Nothing at all is left.
        _ = try await Command(
            "sh", ["-c", "cat /dev/zero >\"$1\" 2>/dev/null; true", "sh", disk.path.appending("rest").string]
        )
        .run()
        // What is of this very second is not old enough.
        try await Task.sleep(for: .milliseconds(1100))
        let collected = try await user.chidori(
            "store", "collect", "--superseded", "--older-than", "0", environment: environment)
        #expect(collected.status == 0, "\(collected.errorText)")
        try FileManager.default.removeItem(atPath: disk.path.appending("rest").string)
        let built = try await user.chidori("env", "build", recipe, "--quiet", environment: environment)
        #expect(built.status == 0, "\(built.errorText)")
        try await user.command(["store", "verify", "--quiet"], environment: environment).run()
    }
}
