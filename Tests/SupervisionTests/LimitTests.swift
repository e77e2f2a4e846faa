import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("limits", .timeLimit(.minutes(1)))
struct LimitTests {
    let rig: Rig

    init() throws {
        rig = try Rig()
    }

    private func hog(_ mebibytes: Int, groups: ControlGroups, limit: Int64) throws {
        var order = rig.order("")
        order.command = [
            "/usr/bin/python3", "-c",
            """
            import time
            blocks = []
            for number in range(\(mebibytes) // 4): blocks.append(b'x' * (4 << 20)); time.sleep(0.002)
            time.sleep(0.5)
            """,
        ]
        order.groups = groups
        order.limits.memory = limit
        try rig.launch(order)
    }

    @Test(
        "who takes more memory than allowed is ended by the kernel, and the end says so",
        .enabled(if: Rig.groups.memory != nil, "needs a memory control group"))
    func memory() async throws {
        try hog(400, groups: Rig.groups, limit: 100 << 20)
        #expect(try rig.folder().start()?.memoryLimit == .controlGroup)
        let end = try await rig.end()
        #expect(end.reason == .outOfMemory)
        #expect(end.message == "the kernel ended a process of it: it may take 100 MiB")
        #expect(end.signal == SIGKILL)
    }

    @Test(
        "a program is in its groups from its first instruction",
        .enabled(if: Rig.groups.members != nil, "needs control groups"))
    func members() async throws {
        let end = try await rig.run("cat /proc/self/cgroup") {
            $0.groups = Rig.groups
            $0.limits = ProcessLimits(memory: 1 << 30, processor: 1000)
        }
        #expect(end.reason == .completed)
        let start = try #require(try rig.folder().start())
        let own = Set(start.groups.compactMap { $0.split(separator: "/").last })
        #expect(own.count == 1)
        let text = try rig.log()
        #expect(text.split(separator: "\n").filter { $0.hasSuffix(own.first ?? "?") }.count == start.groups.count)
        #expect(start.complaints == [])
    }

    @Test("where the kernel does not limit memory, the shim watches")
    func watched() async throws {
        try hog(1200, groups: .none, limit: 100 << 20)
        #expect(try rig.folder().start()?.memoryLimit == .watched)
        let end = try await rig.end()
        #expect(end.reason == .outOfMemory)
        #expect(end.message?.contains("may take 100 MiB") == true)
        #expect((end.peakMemory ?? 0) > 100 << 20)
    }

    @Test("who stays below the limit is left alone", arguments: [Rig.groups, ControlGroups.none])
    func enough(groups: ControlGroups) async throws {
        try hog(60, groups: groups, limit: 200 << 20)
        let end = try await rig.end()
        #expect(end.reason == .completed)
        #expect((60 << 20..<200 << 20).contains(end.peakMemory ?? 0))
    }

    @Test(
        "memory that a child takes counts, and the program that fails for it is told to be out of memory",
        .enabled(if: Rig.groups.memory != nil, "needs a memory control group"))
    func child() async throws {
        let script = "python3 -c \"x = b'x' * (400 << 20)\"; test $? -eq 137 && exit 1; exit 0"
        let end = try await rig.run(script) {
            $0.groups = Rig.groups
            $0.limits.memory = 100 << 20
        }
        #expect(end.reason == .outOfMemory)
        #expect(end.exitCode == 1)
    }

    @Test(
        "processor time is shared out", .enabled(if: Rig.groups.processor != nil, "needs a cpu control group"))
    func processor() async throws {
        let end = try await rig.run("timeout 1 sh -c 'while :; do :; done'; true") {
            $0.groups = Rig.groups
            $0.limits.processor = 200
        }
        #expect(try rig.folder().start()?.processorLimit == .controlGroup)
        #expect(end.reason == .completed)
        #expect((end.processorTime ?? .max) * 2 < end.elapsed, "\(end)")
    }
}

@Suite("what an end is called")
struct EndingTests {
    @Test("by how the program ended, and by why the shim ended it")
    func reasons() {
        let limits = ProcessLimits(memory: 2 << 30, time: 1500)
        func reason(_ ending: Ending) -> EndRecord.Reason { ending.reason(limits).0 }
        #expect(reason(Ending(status: .exited(0))) == .completed)
        #expect(reason(Ending(status: .exited(1))) == .error)
        #expect(reason(Ending(status: .signalled(11))) == .signal)
        #expect(reason(Ending(status: .signalled(9), outOfMemoryKills: 1)) == .outOfMemory)
        #expect(reason(Ending(status: .exited(1), outOfMemoryKills: 1)) == .outOfMemory)
        // It got over the loss.
        #expect(reason(Ending(status: .exited(0), outOfMemoryKills: 1)) == .completed)
        #expect(reason(Ending(status: .exited(0), cause: .stopRequest)) == .stopped)
        #expect(reason(Ending(status: .signalled(9), cause: .timeLimit)) == .timeLimit)
        #expect(
            Ending(status: .signalled(9), cause: .memory(2_254_857_830)).reason(limits).1
                == "took 2.1 GiB, and may take 2 GiB")
        #expect(Ending(status: .signalled(9), cause: .timeLimit).reason(limits).1 == "ran longer than 1500 ms")
        #expect(
            Ending(status: .signalled(9), outOfMemoryKills: 2).reason(limits).1
                == "the kernel ended 2 processes of it: the machine had no more memory")
    }

    @Test("a status is read as waitpid tells it")
    func status() {
        #expect(Ending.Status(0x0300) == .exited(3))
        #expect(Ending.Status(9) == .signalled(9))
        #expect(Ending.Status(0x8b) == .signalled(11))
    }
}
