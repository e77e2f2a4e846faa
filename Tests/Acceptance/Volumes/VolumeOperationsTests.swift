import Foundation
import SystemPackage
import TestSupport
import Testing

/// What publishing costs on a network file system: not bytes but operations.
@Suite("File-system operations of publishing", .enabled(if: Peer.has("strace"), "needs strace"))
struct VolumeOperationsTests {
    /// As many packages as tensorflow brings.
    private static let packages = 32

    @Test("an environment whose packages are there takes a few operations a package, however many files these have")
    func operations() async throws {
        let wheels = (0..<Self.packages).map { number in
            (0..<(number == 0 ? 400 : 20)).reduce(
                WheelFixture("p\(number)").script("tool\(number)", "p\(number):main")
            ) { $0.adding("p\(number)/sub\($1 % 7)/m\($1).py", "X = \($1)\n") }
        }
        let user = try FreshUser(wheels)
        let volume = try user.emptyVolume()
        let names = (0..<Self.packages).map { "p\($0)" }
        for number in [1, 2] {
            let recipe = try await user.numberedRecipe(number, names)
            try await user.succeed("env", "lock", recipe, "--quiet")
            try await user.succeed("env", "fetch", recipe.replacing(".yaml", with: ".lock.toml"), "--quiet")
        }
        func publish(_ number: Int) -> Command {
            let lock = user.scratch.file("recipes/e\(number).lock.toml").string
            return user.command(["volume", "publish", lock, "--volume", volume.string, "--json", "--quiet"])
        }
        try await publish(1).run()
        let counted = try await Self.operations(of: publish(2), on: volume, in: user.scratch)
        #expect(counted.text.contains(#""unpacked":0"#) || counted.text.contains(#""unpacked": 0"#), "\(counted.text)")
        print("volume: \(counted.count) file-system operations for \(Self.packages) packages")
        #expect(counted.count <= 1000)
        let again = try await Self.operations(of: publish(2), on: volume, in: user.scratch)
        print("volume: \(again.count) where the environment is there too")
        #expect(again.count <= 6 * Self.packages)
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

    /// Runs a command, and counts its system calls that name a path on the volume, or a descriptor of one: what a client
    /// of a network file system may have to ask its server for.
    static func operations(of command: Command, on volume: FilePath, in scratch: Scratch) async throws -> (
        count: Int, text: String
    ) {
        let log = scratch.file("strace-\(UUID().uuidString)")
        let text = try await Command(
            "strace", ["-f", "-y", "-s", "4096", "-e", "trace=%file,%desc", "-o", log.string] + command.arguments,
            in: command.folder, environment: command.environment
        ).run()
        let lines = try String(contentsOfFile: log.string, encoding: .utf8).split(separator: "\n")
        return (
            lines.count { $0.contains(volume.string) && !$0.contains(" resumed>") && !$0.contains("execve(") }, text
        )
    }
}
