import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("an attempt that is told to end", .timeLimit(.minutes(1)))
struct StopTests {
    let rig: Rig

    init() throws {
        rig = try Rig()
    }

    /// With the machine's control groups, and without any.
    static let means = [Rig.groups, ControlGroups.none]

    @Test("a program that listens ends as it likes", arguments: means)
    func graceful(groups: ControlGroups) async throws {
        var order = rig.order("trap 'echo bye; exit 5' TERM; echo ready; while :; do sleep 0.02; done")
        order.groups = groups
        try rig.launch(order)
        _ = try await rig.until("ready") { try rig.log().contains("ready") ? true : nil }
        try rig.folder().stop(StopRequest(grace: 20_000))
        let end = try await rig.end()
        #expect(end.reason == .stopped)
        #expect(end.exitCode == 5)
        #expect(try rig.log().hasSuffix("bye\n"))
    }

    @Test("one that listens to nothing, and holds itself up, is ended when the grace is over", arguments: means)
    func deaf(groups: ControlGroups) async throws {
        var order = rig.order("trap '' TERM INT HUP; echo ready; kill -STOP $$; while :; do sleep 0.02; done")
        order.groups = groups
        try rig.launch(order)
        _ = try await rig.until("ready") { try rig.log().contains("ready") ? true : nil }
        try rig.folder().stop(StopRequest(grace: 100))
        let end = try await rig.end()
        #expect(end.reason == .stopped)
        #expect(end.signal == SIGKILL)
        #expect(end.elapsed < 10_000)
    }

    @Test("a later request may only be more impatient")
    func impatient() async throws {
        try rig.launch(rig.order("trap '' TERM; echo ready; while :; do sleep 0.02; done"))
        _ = try await rig.until("ready") { try rig.log().contains("ready") ? true : nil }
        try rig.folder().stop(StopRequest(grace: 600_000))
        try await Task.sleep(for: .milliseconds(50))
        #expect(try rig.folder().end() == nil)
        try rig.folder().stop(StopRequest(grace: 0))
        #expect(try await rig.end().signal == SIGKILL)
    }

    /// Daemons as they are: forked twice, in sessions of their own, deaf, with nothing open that was given to them.
    private static let daemon = """
        import os, signal, sys, time
        def daemon(name):
            if os.fork(): return
            os.setsid()
            if os.fork(): os._exit(0)
            for number in range(1, 32): signal.signal(number, signal.SIG_IGN) if number not in (9, 19) else None
            os.closerange(0, 1024)
            with open(f"{sys.argv[1]}/{name}", "w") as file: file.write(f"{os.getpid()}\\n")
            while True: time.sleep(60)
        daemon("first"); daemon("second")
        while not all(os.path.exists(f"{sys.argv[1]}/{name}") for name in ("first", "second")): time.sleep(0.01)
        """

    @Test("what went into the background goes with the program, whether it ended by itself or not", arguments: means)
    func daemons(groups: ControlGroups) async throws {
        var order = rig.order("")
        order.command = ["/usr/bin/python3", "-c", Self.daemon, rig.scratch.path.string]
        order.groups = groups
        try rig.launch(order)
        let (first, second) = (try await rig.number("first"), try await rig.number("second"))
        let end = try await rig.end()
        #expect(end.reason == .completed)
        // Not a moment later: when the end is there, nobody is.
        #expect(ProcessFacts(of: first) == nil && ProcessFacts(of: second) == nil)
        #expect(rig.processes() == [])
        for folder in try rig.folder().start()?.groups ?? [] { #expect(!FilePath(folder).isThere) }
    }

    /// A process that is never the same for long: each opens a session, forks its successor and ends.
    private static let hopper = """
        import os, sys, time
        print("hopping", flush=True)
        if os.fork() == 0:
            os.closerange(0, 1024)
            while True:
                os.setsid()
                if os.fork(): os._exit(0)
        time.sleep(60)
        """

    @Test("who forks away all the time does not escape", arguments: means)
    func hopping(groups: ControlGroups) async throws {
        var order = rig.order("")
        order.command = ["/usr/bin/python3", "-c", Self.hopper, rig.scratch.path.string]
        order.groups = groups
        try rig.launch(order)
        _ = try await rig.until("hopping") { try rig.log().contains("hopping") ? true : nil }
        try rig.folder().stop(StopRequest(grace: 50))
        #expect(try await rig.end().reason == .stopped)
        #expect(rig.processes() == [])
    }

    @Test("told before it was launched, it never starts")
    func before() async throws {
        #expect(try rig.folder().make())
        try rig.folder().stop(StopRequest(grace: 0))
        #expect { try Rig.launcher.launch(rig.order("touch \(rig.scratch.path)/ran"), in: rig.folder()) } throws: {
            ($0 as? SupervisionError)?.code == .stopped
        }
        #expect(!rig.scratch.file("ran").isThere)
        #expect(try rig.folder().state() == .absent)
    }

    @Test("an attempt that has ended stays as it ended")
    func after() async throws {
        let end = try await rig.run("exit 4")
        try rig.folder().stop(StopRequest(grace: 0))
        #expect(try rig.folder().state() == .ended(end))
    }
}
