import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Ctrl-C and the signals that a service is stopped with.
@Suite("Signals")
struct SignalTests {
    /// A wheel whose sources take a while to compile.
    private static let slow = WheelFixture(
        "slow",
        files: (0..<8).map { number in
            let lines = (0..<2000).map { "def f\($0)(a, b=\($0)):\n    return [a + b * x for x in range(\($0))]\n" }
            return ("slow/m\(number).py", Array(lines.joined().utf8))
        })

    private let user: FreshUser

    init() throws {
        user = try FreshUser([Self.slow])
    }

    /// Starts the program, sends the signal once `ready`, and holds it to ending by that signal, soon, with its programs.
    private func interrupt(
        _ arguments: [String], by signal: Int32, when ready: (RunningCommand) throws -> Bool
    ) async throws {
        let running = try user.command(arguments).start()
        let deadline = ContinuousClock.now + .seconds(20)
        while try !ready(running) {
            #expect(ContinuousClock.now < deadline, "it never came so far")
            guard ContinuousClock.now < deadline else { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        let start = ContinuousClock.now
        running.signal(signal)
        let outcome = await running.outcome()
        #expect(ContinuousClock.now - start < .seconds(4))
        #expect(outcome.status == 128 + signal, "\(outcome.errorText)")
        #expect(!outcome.errorText.contains("error"), "\(outcome.errorText)")
    }

    /// A program that was killed is not gone at once, but soon.
    private func expectNoPrograms(of mark: String) async throws {
        var left = ""
        for _ in 0..<100 {
            left = try await Command("pgrep", ["-af", mark]).outcome().text
            if left.isEmpty { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("still running: \(left)")
    }

    @Test("while it waits for a server, it ends at once", arguments: [SIGINT, SIGTERM, SIGHUP])
    func waiting(_ signal: Int32) async throws {
        let silent = try IndexFixture()
        silent.server.on("/simple/demo/", .hanging)
        let recipe = try await user.recipe("demo", ["demo"])
        try await interrupt(["env", "lock", recipe, "--index-url", silent.url], by: signal) { _ in
            silent.server.count("/simple/demo/") > 0
        }
        try await user.expectGoodStore()
    }

    @Test("while Python compiles, that ends too, and nothing half made is left", arguments: [SIGINT, SIGTERM])
    func compiling(_ signal: Int32) async throws {
        let recipe = try await user.recipe("slow", ["slow"])
        let place = user.scratch.file("slow")
        try await interrupt(
            ["env", "build", recipe, "--to", place.string, "--json"], by: signal
        ) { running in
            String(decoding: running.outputSoFar, as: UTF8.self).contains(#""stage":"compiling""#)
        }
        try await expectNoPrograms(of: user.scratch.path.string)
        let left = (try? FileManager.default.contentsOfDirectory(atPath: user.data.appending("tmp").string)) ?? []
        #expect(left.filter { $0 != ".swept" } == [])
        #expect(!FileManager.default.fileExists(atPath: place.string))
        try await user.expectGoodStore()
        try await user.succeed("env", "build", recipe, "--to", place.string, "--quiet")
        try await Command(place.appending("bin/python").string, ["-c", "import slow.m1"]).run()
    }

    @Test("the tests of a recipe end with it")
    func testing() async throws {
        let mark = "chidori-\(UInt64.random(in: 0 ... .max))"
        let recipe = try await user.recipe(
            "tested", ["good"],
            more: "tests:\n  - shell: \"touch started; sleep 300; echo \(mark)\"\n  - shell: touch next\n")
        try await user.succeed("env", "build", recipe, "--quiet")
        let started = user.scratch.file("started").string
        try await interrupt(["env", "test", recipe], by: SIGTERM) { _ in
            FileManager.default.fileExists(atPath: started)
        }
        #expect(!FileManager.default.fileExists(atPath: user.scratch.file("next").string))
        try await expectNoPrograms(of: mark)
    }

    @Test("a signal that is ignored where it was started from stays ignored")
    func ignored() async throws {
        let silent = try IndexFixture([Self.slow])
        let page = HTTPReply.text(
            "<a href=\"/files/\(Self.slow.filename)#sha256=\(Self.slow.digest.hex)\">\(Self.slow.filename)</a>")
        silent.server.on("/simple/slow/", page.with(\.delayMilliseconds, 800))
        let recipe = try await user.recipe("slow", ["slow"])
        let command = user.command(["env", "lock", recipe, "--index-url", silent.url])
        var ignoring = Command("sh", ["-c", "trap '' HUP; exec \"$@\"", "sh"] + command.arguments, in: command.folder)
        ignoring.environment = command.environment
        let running = try ignoring.start()
        while silent.server.count("/simple/slow/") == 0 { try await Task.sleep(for: .milliseconds(5)) }
        running.signal(SIGHUP)
        let outcome = await running.outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
    }

    @Test("a program that runs in an environment has the signals, the umask and the status of its own")
    func running() async throws {
        let recipe = try await user.recipe("good-one", ["good"])
        try await user.succeed("env", "build", recipe, "--quiet")
        var command = user.command([])
        command.arguments =
            ["sh", "-c", "umask 027; exec \"$@\"", "sh", Peer.chidori, "env", "run", "good-one", "--"]
            + ["sh", "-c", "umask; kill -TERM $$; sleep 5"]
        let outcome = try await command.outcome()
        #expect(outcome.text == "0027\n")
        #expect(outcome.status == 128 + SIGTERM)
    }
}
