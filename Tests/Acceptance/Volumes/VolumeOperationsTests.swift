import Foundation
import SystemPackage
import TestSupport
import Testing

/// What publishing costs on a network file system: not bytes but operations.
@Suite("File-system operations of publishing", .enabled(if: Peer.has("strace"), "needs strace"))
struct VolumeOperationsTests {
    @Test("an environment whose packages are there takes a few operations a package, however many files these have")
    func operations() async throws {
        // Of each half of the plain ones, one package has many files.
        let plain = (0..<32).map { number in
            (0..<(number % 16 == 0 ? 400 : 20)).reduce(WheelFixture("p\(number)")) {
                $0.adding("p\(number)/sub\($1 % 7)/m\($1).py", "X = \($1)\n")
            }
        }
        let scripted = (0..<8).map { WheelFixture("s\($0)").script("tool\($0)", "s\($0):main") }
        let user = try FreshUser(plain + scripted)
        let volume = try user.emptyVolume()
        func publish(_ packages: [WheelFixture]) async throws -> Command {
            let recipe = try await user.numberedRecipe(packages.count, packages.map(\.name))
            try await user.succeed("env", "lock", recipe, "--quiet")
            return user.command(["volume", "publish", recipe, "--volume", volume.string, "--json", "--quiet"])
        }
        // Brings all packages; and the others' files into the data folder.
        try await publish(plain + scripted).run()
        func count(_ packages: [WheelFixture]) async throws -> Operations {
            let counted = try await Operations(of: publish(packages), on: volume, in: user.scratch)
            #expect(counted.text.contains(#""unpacked":0"#), "\(counted.text)")
            return counted
        }
        let half = try await count(Array(plain.prefix(16)))
        let whole = try await count(plain)
        let more = try await count(plain + scripted.prefix(7))
        let each = whole.each(16, more: half)
        let script = more.each(7, more: whole)
        print(
            """
            volume: \(half.count) file-system operations for 16 packages, \(whole.count) for 32
            a package costs \(each.count): \(each.told)
            one with a script \(script.count): \(script.told)
            the environment \(Double(whole.count) - 32 * each.count)
            """)
        // Marked as used, looked for at the end, and linked to: its module and its metadata.
        #expect(each.count <= 4)
        // A script is a copy, since it finds its interpreter beside itself.
        #expect(script.count <= 18)
        #expect(more.count <= 1000)
        let again = try await count(plain)
        print("volume: \(again.count) where the environment is there too")
        #expect(again.count <= 4 * 32)
    }

    @Test("publishing, releasing, collecting and mending lock nothing there, since locks hang or get lost on NFS")
    func locks() async throws {
        let user = try FreshUser(Delivery.wheels)
        let volume = try user.emptyVolume()
        let recipe = try await user.recipe("letters", ["alpha"])
        let (published, _) = try await user.result("volume", "publish", recipe, "--volume", volume.string)
        let id = try #require(published["id"] as? String)
        let collect = ["volume", "collect", volume.string, "--keep-for", "0", "--trash-for", "0"]
        var elsewhere = 0
        for words in [
            ["volume", "release", id, "--volume", volume.string], collect, collect,
            ["volume", "publish", recipe, "--volume", volume.string, "--lease", "job", "--for", "1h"],
            ["volume", "verify", volume.string, "--repair"],
        ] {
            let command = user.command(words)
            let log = user.scratch.file("strace-\(UUID().uuidString)")
            try await Command(
                "strace", ["-f", "-y", "-e", "trace=flock,fcntl", "-o", log.string] + command.arguments,
                in: command.folder, environment: command.environment
            ).run()
            // BSD's, POSIX's, Linux' own of an open file, and leases.
            let locks = try String(contentsOfFile: log.string, encoding: .utf8).split(separator: "\n").filter {
                $0.contains(#/ flock\(|F_(OFD_)?(SETLKW?|GETLK)|F_SETLEASE/#)
            }
            #expect(locks.filter { $0.contains("<\(volume)") } == [], "\(words)")
            elsewhere += locks.count
            if words == collect { #expect(user.names(in: "envs", of: volume) == []) }
        }
        // The data folder's would have been seen.
        #expect(elsewhere > 0)
    }

    @Test("what was published is on the disk by its names before that is told")
    func durable() async throws {
        let user = try FreshUser(Delivery.wheels)
        let volume = try user.emptyVolume()
        let recipe = try await user.numberedRecipe(1)
        for (hold, kept) in [([], "names"), (["--lease", "job", "--for", "1h"], "leases")] {
            let log = user.scratch.file("strace-\(kept)")
            let publish = user.command(["volume", "publish", recipe, "--volume", volume.string, "--quiet"] + hold)
            try await Command(
                "strace",
                ["-f", "-y", "-e", "trace=/rename.*,fsync,/open.*,symlink", "-o", log.string] + publish.arguments,
                in: publish.folder, environment: publish.environment
            ).run()
            let lines = try String(contentsOfFile: log.string, encoding: .utf8).split(separator: "\n")
            for folder in kept == "names" ? ["packages", "envs", kept] : [kept] {
                let place = volume.appending(folder).string
                let named = lines.lastIndex {
                    $0.contains("\"\(place)/") && ($0.contains("rename") || $0.contains("O_CREAT"))
                }
                let synced = lines.lastIndex { $0.contains("fsync(") && $0.contains("<\(place)") }
                #expect(try #require(named) < (synced ?? 0), "\(folder)")
            }
        }
    }
}

/// The system calls of a command that name a path on a volume, or a descriptor of one: what a client of a network file
/// system may have to ask its server for.
private struct Operations {
    /// By the call's name.
    let calls: [String: Int]
    /// What the command has printed.
    let text: String

    var count: Int { calls.values.reduce(0, +) }

    init(of command: Command, on volume: FilePath, in scratch: Scratch) async throws {
        let log = scratch.file("strace-\(UUID().uuidString)")
        text = try await Command(
            "strace", ["-f", "-y", "-s", "4096", "-e", "trace=%file,%desc", "-o", log.string] + command.arguments,
            in: command.folder, environment: command.environment
        ).run()
        var calls: [String: Int] = [:]
        for line in try String(contentsOfFile: log.string, encoding: .utf8).split(separator: "\n")
        where line.contains(volume.string) && !line.contains(" resumed>") {
            let name = line.drop { !$0.isWhitespace }.drop(while: \.isWhitespace).prefix { $0 != "(" }
            if name != "execve" { calls[String(name), default: 0] += 1 }
        }
        self.calls = calls
    }

    /// What each of some packages more has cost.
    func each(_ packages: Int, more other: Operations) -> (count: Double, told: String) {
        let names = Set(calls.keys).union(other.calls.keys).sorted()
        let costs = names.map { ($0, Double(calls[$0, default: 0] - other.calls[$0, default: 0]) / Double(packages)) }
        let told = costs.filter { $0.1 != 0 }.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
        return (costs.reduce(0) { $0 + $1.1 }, told)
    }
}
