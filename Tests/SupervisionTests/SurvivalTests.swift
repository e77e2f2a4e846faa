import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("what is true after somebody was killed", .timeLimit(.minutes(1)))
struct SurvivalTests {
    let rig: Rig

    init() throws {
        rig = try Rig()
    }

    @Test("a program outlives who launched it, and its end is recorded all the same")
    func launcher() async throws {
        let path = rig.folder().path.string
        let go = rig.scratch.file("go")
        let launcher = try Command(
            Rig.probe.string,
            ["launch", path, "/bin/sh", "-c", "echo a; until test -e \(go); do sleep 0.02; done; echo b; exit 6"]
        ).start()
        _ = try await rig.until("the start") { try rig.folder().start() }
        launcher.signal(SIGKILL)
        _ = await launcher.outcome()
        guard case .running(let start, isSupervised: true) = try rig.folder().state() else {
            Issue.record("\(try rig.folder().state())")
            return
        }
        #expect(start.process.isAlive)
        try go.makeFolders()
        let end = try await rig.end()
        #expect(end.exitCode == 6)
        #expect(try rig.log() == "a\nb\n")
    }

    @Test(
        "killed at any moment of a launch, the launcher leaves nothing, or a program that runs to its end",
        arguments: 0..<12)
    func launchers(step: Int) async throws {
        let path = rig.folder().path.string
        let launcher = try Command(Rig.probe.string, ["launch", path, "/bin/sh", "-c", "exit 6"]).start()
        usleep(UInt32(step) * 1500)
        launcher.signal(SIGKILL)
        _ = await launcher.outcome()
        let state = try await rig.until("a lasting state") { () -> AttemptState? in
            switch try rig.folder().state() {
            case .starting, .running: nil
            case let state: state
            }
        }
        switch state {
        case .absent:
            // It stays so.
            try await Task.sleep(for: .milliseconds(30))
            #expect(try rig.folder().state() == .absent)
            #expect(try rig.folder().start() == nil)
        case .ended(let end): #expect(end.exitCode == 6)
        default: Issue.record("\(state)")
        }
    }

    static let means = [Rig.groups, ControlGroups.none]

    @Test("without its shim a program is seen to live, can be ended, and is lost then", arguments: means)
    func shim(groups: ControlGroups) async throws {
        var order = rig.order("trap '' TERM; (setsid sleep 50 & echo $! > child); sleep 50")
        order.groups = groups
        let start = try rig.launch(order)
        let child = try await rig.number("child")
        kill(start.shim.process, SIGKILL)
        let unsupervised = AttemptState.running(start, isSupervised: false)
        _ = try await rig.until("the shim's end") { try rig.folder().state() == unsupervised ? true : nil }
        #expect(start.process.isAlive)
        rig.folder().terminateRemains(of: start)
        #expect(rig.folder().endRemains(of: start, within: .seconds(20)))
        #expect(ProcessFacts(of: child).map(\.hasEnded) ?? true)
        #expect(try rig.folder().state() == .lost(start))
        for folder in start.groups { #expect(!FilePath(folder).isThere) }
    }

    @Test("of a program that put away its lock and its session, the rest tells that it lives", arguments: means)
    func unlocked(groups: ControlGroups) async throws {
        var order = rig.order("")
        order.groups = groups
        order.command = [
            "/usr/bin/python3", "-c",
            """
            import os, sys, time
            if os.fork() == 0:
                os.setsid(); os.closerange(0, 1024); time.sleep(50); os._exit(0)
            os.closerange(3, 1024); print("ready", flush=True); time.sleep(50)
            """, rig.scratch.path.string,
        ]
        let start = try rig.launch(order)
        _ = try await rig.until("ready") { try rig.log().contains("ready") ? true : nil }
        kill(start.shim.process, SIGKILL)
        let unsupervised = AttemptState.running(start, isSupervised: false)
        _ = try await rig.until("the shim's end") { try rig.folder().state() == unsupervised ? true : nil }
        kill(start.process.process, SIGKILL)
        _ = try await rig.until("the program's end") { start.process.isAlive ? nil : true }
        // What it started may be known by its group alone, or by a variable; it goes before the attempt is called lost.
        #expect(rig.folder().endRemains(of: start, within: .seconds(20)))
        #expect(rig.processes() == [])
        #expect(try rig.folder().state() == .lost(start))
    }

    @Test("a number that another process has by now is not taken for the program")
    func reused() async throws {
        let start = try rig.launch(rig.order("sleep 0.05"))
        _ = try await rig.end()
        var other = start
        other.process = try #require(ProcessIdentity(of: getpid()))
        other.process.startTicks -= 1
        #expect(!other.process.isAlive)
        // Our own children are somebody else's: nothing of this is touched.
        let bystander = try Command("sleep", ["20"]).start()
        #expect(rig.folder().endRemains(of: other, within: .seconds(5)))
        #expect(ProcessFacts(of: bystander.process)?.hasEnded == false)
        bystander.signal(SIGKILL)
        _ = await bystander.outcome()
        other.process = try #require(ProcessIdentity(of: getpid()))
        other.process.boot = "another start of the machine"
        #expect(!other.process.isAlive)
        #expect(rig.folder().endRemains(of: other, within: .seconds(5)))
    }

    @Test("who only reads the attempt's file, or has another attempt's name, is none of it")
    func bystanders() async throws {
        let start = try rig.launch(rig.order("sleep 30"))
        let file = rig.folder().path.appending("attempt").string
        let reader = try Command("sh", ["-c", "exec 8<\"$1\"; sleep 30", "sh", file]).start()
        let other = try Command("sleep", ["30"], environment: ["CHIDORI_SUPERVISED": "another"]).start()
        kill(start.shim.process, SIGKILL)
        _ = try await rig.until("the shim's end") { start.shim.isAlive ? nil : true }
        #expect(rig.folder().endRemains(of: start, within: .seconds(20)))
        #expect(!start.process.isAlive)
        for bystander in [reader, other] {
            #expect(ProcessFacts(of: bystander.process)?.hasEnded == false)
            bystander.signal(SIGKILL)
            _ = await bystander.outcome()
        }
    }

    @Test("a process's ancestors are told for sure, or not at all")
    func ancestors() async throws {
        let parent = try Command("sh", ["-c", "sleep 30 & echo $!; exec sleep 30"]).start()
        let child = try await rig.until("the child") { () -> Int32? in
            guard parent.outputSoFar.last == 10 else { return nil }
            return Int32(String(decoding: parent.outputSoFar.dropLast(), as: UTF8.self))
        }
        let ancestors = try #require(ProcessTable.ancestors(of: child)).map(\.process)
        #expect(ancestors.prefix(2) == [parent.process, getpid()])
        #expect(ProcessTable.ancestors(of: 1)?.isEmpty == true)
        kill(child, SIGKILL)
        parent.signal(SIGKILL)
        _ = await parent.outcome()
        _ = try await rig.until("its end") { ProcessTable.ancestors(of: child) == nil ? true : nil }
    }

    @Test("an attempt's lock is free when its last holder is gone, and asking takes nothing")
    func locks() throws {
        let folder = rig.folder()
        #expect(try folder.make())
        #expect(try folder.holders() == .none)
        do {
            let lock = try AttemptLock(.attempt, in: folder.path, isNew: true)
            #expect(try folder.holders() == .init(attempt: true, shim: false))
            #expect(try folder.state() == .starting)
            let second = try AttemptLock(.shim, in: folder.path, isNew: false)
            #expect(try folder.holders() == .init(attempt: true, shim: true))
            _ = (lock.descriptor, second.descriptor)
        }
        #expect(try folder.holders() == .none)
        #expect(try folder.state() == .absent)
    }
}
