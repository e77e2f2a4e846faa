import Foundation
import SystemPackage
import TestSupport
import Testing

/// `chidori volume`, as a person uses it.
@Suite("Shared volumes")
struct VolumeCommandTests {
    private let user: FreshUser
    private let volume: FilePath

    init() throws {
        user = try FreshUser(Delivery.wheels)
        volume = try user.emptyVolume()
    }

    @Test("a recipe is published, found there, and runs read-only; publishing it once more changes nothing")
    func publish() async throws {
        let recipe = try await user.recipe("letters", ["alpha"], more: "environment:\n  LETTERS: \"yes\"\n")
        let (document, words) = try await user.result("volume", "publish", recipe, "--volume", volume.string)
        #expect(document["published"] as? Bool == true && document["unpacked"] as? Int == 3)
        #expect(document["keptAs"] as? String == "letters" && document["leaseEnds"] is NSNull)
        #expect(words.contains("Published letters"))
        let python = try #require(document["python"] as? String)
        let said = try await Command(python, ["-c", "import alpha.m1, space.beta; print(alpha.m1.f1(1))"]).run()
        #expect(said == "2\n")
        let script = volume.appending("names/letters/bin/beta-tool").string
        #expect(try await Command(script).run() == "tool\n")
        // Nothing was compiled there: bytecode was there already.
        let before = try await Delivery.listing(volume.appending("packages"))
        #expect(before.contains { $0.contains(".pyc") })
        let (again, _) = try await user.result("volume", "publish", "letters", "--volume", volume.string)
        #expect(again["published"] as? Bool == false && again["unpacked"] as? Int == 0)
        #expect(again["id"] as? String == document["id"] as? String)
        #expect(try await Delivery.listing(volume.appending("packages")) == before)
        try await user.expectSound(volume)
        // The data folder has not unpacked anything for it.
        #expect(user.names(in: "volume/packages", of: user.data) == [])
    }

    @Test("one umask or another, the volume is for others to read and for nobody else to write")
    func umasks() async throws {
        let recipe = try await user.recipe("letters", ["alpha"])
        for mask in ["022", "077", "000"] {
            let volume = try user.emptyVolume("volume-\(mask)")
            let command = user.command(["volume", "publish", recipe, "--volume", volume.string])
            try await Command(
                "sh", ["-c", "umask \(mask); exec \"$@\"", "sh"] + command.arguments, in: command.folder,
                environment: command.environment
            ).run()
            let wrong = try await Command(
                "find",
                [
                    volume.string, "-mindepth", "1", "!", "-type", "l", "(", "-perm", "/022", "-o", "!", "-perm",
                    "-044", ")",
                ]
            ).run()
            #expect(wrong == "", "umask \(mask)")
        }
    }

    @Test("leases, names and what goes without them", .timeLimit(.minutes(2)))
    func leases() async throws {
        let recipe = try await user.recipe("letters", ["alpha"])
        try await user.succeed(
            "volume", "publish", recipe, "--volume", volume.string, "--lease", "job-1", "--for", "2h")
        let (held, _) = try await user.result(
            "volume", "publish", "letters", "--volume", volume.string, "--lease", "job-2", "--until",
            "2100-01-01T00:00:00Z")
        #expect(held["leaseEnds"] as? String == "2100-01-01T00:00:00Z" && held["keptAs"] is NSNull)
        let table = try await user.succeed("volume", "list", volume.string)
        #expect(table.contains("job-1 until ") && table.contains("job-2 until 2100-01-01T00:00:00Z"))
        let all = ["--keep-for", "0", "--trash-for", "0"]
        try await user.command(["volume", "collect", volume.string] + all).run()
        #expect(try await VolumeListed.all(on: volume, user).count == 1)
        for holder in ["job-1", "job-2"] {
            try await user.succeed(
                "volume", "release", held["id"] as? String ?? "", "--volume", volume.string, "--lease", holder)
        }
        let listed = try await VolumeListed.all(on: volume, user)
        #expect(listed.first?.isKept == false)
        let released = try await user.succeed("volume", "list", volume.string)
        #expect(released.contains("(letters)"))
        // What was released a moment ago may still be used.
        try await user.succeed("volume", "collect", volume.string)
        #expect(try await VolumeListed.all(on: volume, user).count == 1)
        let rehearsal = try await user.command(["volume", "collect", volume.string, "--dry-run"] + all).outcome()
        #expect(rehearsal.errorText.contains("Would move 1 environment"))
        // Whole seconds are compared: what was used in the last one may stay for another.
        func left() -> [String] {
            ["envs", "packages", "trash", "leases", "tmp"].flatMap { user.names(in: $0, of: volume) }
        }
        for round in 0..<5 where round < 2 || !left().isEmpty {
            try await user.command(["volume", "collect", volume.string] + all).run()
            if round > 0, !left().isEmpty { try await Task.sleep(for: .seconds(1)) }
        }
        #expect(left() == [])
        try await user.succeed("volume", "publish", "letters", "--volume", volume.string)
        try await user.expectSound(volume)
    }

    @Test("damage is told with status 9, and mended from the data folder", .timeLimit(.minutes(2)))
    func repair() async throws {
        let recipe = try await user.recipe("letters", ["alpha"])
        try await user.succeed("volume", "publish", recipe, "--volume", volume.string)
        let place = try await Command(
            "sh",
            [
                "-c", "find \"$1\"/packages -name beta.py; find -L \"$1\"/names/letters -name activate", "sh",
                volume.string,
            ]
        ).run().split(separator: "\n").map(String.init)
        for path in place {
            try await Command("sh", ["-c", "chmod u+w \"$1\" && echo changed >> \"$1\"", "sh", path]).run()
            // A data folder that knows nothing of it.
            let stranger = user.scratch.file("stranger").string
            let seen = try await user.chidori("volume", "verify", volume.string, "--data", stranger)
            if path.contains("/packages/") {
                #expect(
                    seen.status == 9 && seen.errorText.contains("does not hold what its name says"), "\(seen.errorText)"
                )
                let refused = try await user.chidori("volume", "verify", volume.string, "--data", stranger, "--repair")
                #expect(refused.status == 9)
            }
            let found = try await user.chidori("volume", "verify", volume.string)
            #expect(found.status == 9 && found.errorText.contains("--repair"), "\(found.errorText)")
            let mended = try await user.chidori("volume", "verify", volume.string, "letters", "--repair")
            #expect(mended.status == 0 && mended.errorText.contains("mended"), "\(mended.errorText)")
            try await user.expectSound(volume)
        }
        try await Command(volume.appending("names/letters/bin/python").string, ["-c", "import space.beta"]).run()
    }

    @Test("a tree of hard links or copies serves a mount by sub-path", arguments: ["hardlink", "copy"])
    func subPath(links: String) async throws {
        let recipe = try await user.recipe("letters", ["alpha"])
        let (document, _) = try await user.result(
            "volume", "publish", recipe, "--volume", volume.string, "--links", links, "--python", "/usr/bin/python3")
        let path = try #require(document["path"] as? String)
        #expect(path.hasSuffix("+\(links)"))
        // Beside nothing else.
        let alone = user.scratch.file("alone")
        try FileManager.default.moveItem(atPath: path, toPath: alone.string)
        let target = try FileManager.default.destinationOfSymbolicLink(atPath: alone.appending("bin/python").string)
        #expect(target == "/usr/bin/python3")
        try await Command(alone.appending("bin/python").string, ["-c", "import alpha.m1, space.beta"]).run()
    }

    @Test(
        "another user than the owner of the packages is told that it cannot publish with them, and changes nothing",
        .enabled(if: geteuid() == 0 && Peer.has("setpriv"), "needs root and setpriv"))
    func otherUser() async throws {
        try await user.succeed(
            "volume", "publish", try await user.numberedRecipe(1), "--volume", volume.string, "--quiet")
        let before = try await Delivery.listing(volume.appending("packages"))
        let other = try FreshUser(Delivery.wheels)
        let recipe = try await other.numberedRecipe(2)
        try await other.succeed("env", "lock", recipe, "--quiet")
        try await Command("chown", ["-R", "65534:65534", other.scratch.path.string]).run()
        let command = other.command(["volume", "publish", recipe, "--volume", volume.string])
        let outcome = try await Command(
            "setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups"] + command.arguments, in: command.folder,
            environment: command.environment
        ).outcome()
        #expect(outcome.status == 7 && outcome.errorText.contains("belongs to another user"), "\(outcome.errorText)")
        #expect(outcome.errorText.contains("try: "))
        #expect(try await Delivery.listing(volume.appending("packages")) == before)
    }

    @Test("what cannot be is refused with a next step, and nothing is left behind")
    func refusals() async throws {
        let recipe = try await user.recipe("letters", ["alpha"])
        let place = volume.string
        try await user.refuse(
            ["volume", "publish", recipe, "--volume", user.scratch.file("nowhere").string], status: 3,
            naming: ["nowhere", "is no folder"])
        try await user.refuse(["volume", "list", place], status: 3, naming: ["chidori-volume.json"])
        try await user.refuse(
            ["volume", "publish", "no-such-environment", "--volume", place], status: 3, naming: ["no-such-environment"])
        for (words, option) in [
            (["--for", "7d"], "--lease"), (["--lease", "x", "--for", "soon"], "--for"),
            (["--python", "python3"], "--python"),
            (["--lease", "x", "--for", "1h", "--until", "2100-01-01"], "--until"),
            (["--lease", "x", "--until", "late"], "--until"),
        ] {
            let outcome = try await user.command(["volume", "publish", recipe, "--volume", place] + words).outcome()
            #expect(outcome.status == 2 && outcome.errorText.contains(option), "\(outcome.errorText)")
        }
        try await user.succeed("volume", "publish", recipe, "--volume", place)
        try await user.refuse(
            ["volume", "publish", recipe, "--volume", place, "--python", "/opt/other/python"], status: 3,
            naming: ["is published already", "launcher"])
        try await user.refuse(["volume", "release", "numbers", "--volume", place], status: 3, naming: ["numbers"])
        try await user.refuse(
            ["volume", "release", "letters", "--volume", place, "--lease", "nobody"], status: 3, naming: ["nobody"])
        try await user.refuse(["volume", "verify", place, "numbers"], status: 3, naming: ["numbers"])
        let marker = volume.appending("chidori-volume.json").string
        try #"{"format": 7, "kind": "chidori volume"}"#.write(toFile: marker, atomically: true, encoding: .utf8)
        for words in [
            ["publish", "letters", "--volume", place], ["list", place], ["verify", place], ["collect", place],
            ["release", "letters", "--volume", place],
        ] {
            try await user.refuse(["volume"] + words, status: 3, naming: ["layout 7", "another version"])
        }
    }
}
