import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("a program under a shim", .timeLimit(.minutes(1)))
struct ShimTests {
    let rig: Rig

    init() throws {
        rig = try Rig()
    }

    @Test("what it prints is kept, both streams as one, and how it ended is recorded")
    func end() async throws {
        let end = try await rig.run("echo out; echo err >&2; cat; exit 3")
        #expect(end.reason == .error)
        #expect(end.exitCode == 3)
        #expect(end.signal == nil)
        #expect(end.token == 7)
        #expect(end.logBytes == 8)
        #expect(try rig.log() == "out\nerr\n")
        #expect(try rig.folder().state() == .ended(end))
        let start = try #require(try rig.folder().start())
        #expect(end.startedAt == start.startedAt)
        #expect(start.token == 7)
        #expect((end.peakMemory ?? 0) > 100_000)
    }

    @Test("it sees the order's variables and folder, and a session of its own")
    func surroundings() async throws {
        let end = try await rig.run(
            "echo $A; pwd; cut -d' ' -f1,5,6 /proc/self/stat; tr '\\0' '\\n' </proc/self/environ"
        ) {
            $0.variables["A"] = "ä b"
        }
        #expect(end.reason == .completed)
        let lines = try rig.log().split(separator: "\n").map(String.init)
        let start = try #require(try rig.folder().start())
        #expect(lines[0] == "ä b")
        #expect(lines[1] == rig.scratch.path.string)
        #expect(lines[2].split(separator: " ").dropFirst() == ["\(start.process.process)", "\(start.process.process)"])
        #expect(
            Set(lines[3...].map { $0.split(separator: "=")[0] }).isSubset(of: [
                "A", "PATH", "CHIDORI_SUPERVISED", "PWD",
            ]))
    }

    @Test("a signal that ends it is told")
    func signal() async throws {
        let end = try await rig.run("kill -SEGV $$")
        #expect(end.reason == .signal)
        #expect(end.signal == SIGSEGV)
        #expect(end.exitCode == nil)
    }

    @Test("signals are as a program expects them, and only what it is to have is open")
    func clean() async throws {
        _ = try await rig.run(
            "grep -E 'Sig(Ign|Blk)' /proc/self/status; ls -l /proc/self/fd | sed 's/.*[0-9] //' | sort")
        let text = try rig.log()
        #expect(text.contains("SigBlk:\t0000000000000000"))
        #expect(text.contains("SigIgn:\t0000000000000000"))
        let open = text.split(separator: "\n").filter { $0.contains("->") }
        #expect(open.count == 5, "\(open)")
        #expect(open.contains { $0.hasPrefix("219 ") || $0.hasSuffix("/attempt") })
    }

    @Test("a program that is not there: nothing is started, and the end says why")
    func missing() async throws {
        var order = rig.order("")
        order.command = ["/no/such/program"]
        #expect { try rig.launch(order) } throws: { error in
            let error = error as? SupervisionError
            return error?.code == .cannotStart && error?.message.contains("/no/such/program") == true
        }
        let end = try await rig.end()
        #expect(end.reason == .launchFailed)
        #expect(end.message?.contains("No such file") == true)
        order.command = ["/bin/true"]
        order.folder = "/no/such/folder"
        #expect { try rig.launch(order, "second") } throws: { "\($0)".contains("/no/such/folder") }
        #expect(rig.processes() == [])
    }

    @Test("the start is recorded before the program's first instruction")
    func startedFirst() async throws {
        _ = try await rig.run("cat attempt/started.json")
        let start = try #require(try rig.folder().start())
        #expect(try rig.log().contains("\"process\":\(start.process.process)"))
    }

    @Test("a start that cannot be recorded does not happen")
    func unrecorded() async throws {
        #expect(try rig.folder().make())
        try rig.folder().path.appending("started.json/in-the-way").makeFolders()
        #expect {
            try Rig.launcher.launch(rig.order("touch \(rig.scratch.path)/ran"), in: rig.folder())
        } throws: {
            ($0 as? SupervisionError)?.message.contains("cannot be recorded") == true
        }
        #expect(try await rig.end().reason == .launchFailed)
        #expect(!rig.scratch.file("ran").isThere)
        #expect(rig.processes() == [])
    }

    @Test("time runs out by a clock that nobody sets: told first, then ended")
    func timeLimit() async throws {
        let end = try await rig.run("trap 'echo asked' TERM; while :; do sleep 0.05; done") { $0.limits.time = 200 }
        #expect(end.reason == .timeLimit)
        #expect(end.signal == SIGKILL)
        #expect(end.elapsed >= 400 && end.elapsed < 10_000)
        #expect(try rig.log().contains("asked"))
    }

    @Test("a shim that is told to end ends its program first, and says so")
    func toldToEnd() async throws {
        let start = try rig.launch(rig.order("trap 'exit 0' TERM; echo ready; while :; do sleep 0.02; done"))
        _ = try await rig.until("ready") { try rig.log().contains("ready") ? true : nil }
        kill(start.shim.process, SIGTERM)
        let end = try await rig.end()
        #expect(end.reason == .signal)
        #expect(end.exitCode == 0)
        #expect(end.message?.contains("signal 15") == true)
    }

    @Test("an attempt is launched once")
    func once() async throws {
        try rig.launch(rig.order("sleep 0.1"))
        #expect(try !rig.folder().make())
        #expect { try Rig.launcher.launch(rig.order("true"), in: rig.folder()) } throws: {
            ($0 as? SupervisionError)?.code == .exists
        }
        #expect(try await rig.end().reason == .completed)
    }

    @Test("a shim is small, and has one thread")
    func small() async throws {
        let start = try rig.launch(rig.order("sleep 30"))
        let status = String(
            decoding: try FilePath("/proc/\(start.shim.process)/status").fileContents(limit: 1 << 16), as: UTF8.self)
        #expect(status.contains("Threads:\t1\n"))
        let parent = try #require(ProcessFacts(of: start.shim.process)?.parent)
        #expect(parent != getpid())
        try rig.folder().stop(StopRequest(grace: 0))
        #expect(try await rig.end().reason == .stopped)
    }
}
