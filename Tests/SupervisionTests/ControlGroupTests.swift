import FileSystem
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("control groups are found where the machine has them")
struct ControlGroupTests {
    private static let mixed = """
        31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
        32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
        40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
        41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
        """

    @Test("one hierarchy a controller, and the unified one beside them")
    func versionOne() {
        let found = ControlGroups.Hierarchy.all(
            mounts: Self.mixed,
            membership: "3:memory:/system.slice/x\n2:cpu,cpuacct:/\n1:name=systemd:/system.slice/x\n0::/\n")
        #expect(
            found == [
                .init(
                    isUnified: false, controllers: ["cpu", "cpuacct"], mount: "/sys/fs/cgroup/cpu,cpuacct",
                    own: "/sys/fs/cgroup/cpu,cpuacct"),
                .init(
                    isUnified: false, controllers: ["memory"], mount: "/sys/fs/cgroup/memory",
                    own: "/sys/fs/cgroup/memory/system.slice/x"),
                .init(
                    isUnified: false, controllers: ["name=systemd"], mount: "/sys/fs/cgroup/systemd",
                    own: "/sys/fs/cgroup/systemd/system.slice/x"),
                .init(
                    isUnified: true, controllers: [], mount: "/sys/fs/cgroup/unified",
                    own: "/sys/fs/cgroup/unified"),
            ])
    }

    @Test("the unified hierarchy alone, and a container's part of it")
    func versionTwo() {
        let found = ControlGroups.Hierarchy.all(
            mounts: "25 1 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
            membership: "0::/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope\n")
        #expect(
            found.map(\.own) == [
                "/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/app.slice/term.scope"
            ])
        let inside = ControlGroups.Hierarchy.all(
            mounts: "25 1 0:22 /docker/abc /sys/fs/cgroup ro,nosuid - cgroup2 cgroup rw\n",
            membership: "0::/docker/abc/inner\n")
        #expect(inside.map(\.own) == ["/sys/fs/cgroup/inner"])
        #expect(
            ControlGroups.Hierarchy.all(
                mounts: "25 1 0:22 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", membership: "0::/other\n")
                == [])
    }

    @Test("what cannot be made is not offered")
    func none() throws {
        let scratch = try Scratch("groups")
        try scratch.write("proc/self/mountinfo", "25 1 0:22 / /sys/fs/cgroup ro - cgroup2 cgroup2 rw\n")
        try scratch.write("proc/self/cgroup", "0::/a\n")
        #expect(ControlGroups.find(root: scratch.path) == .none)
        try scratch.write("sys/fs/cgroup/a/cgroup.procs", "1\n")
        #expect(ControlGroups.find(root: scratch.path) == .none)
        #expect(try scratch.file("sys/fs/cgroup/a").folderNames() == ["cgroup.procs"])
        #expect(ControlGroups.find(root: "/no/such/root") == .none)
    }

    @Test("a container's limits are those of its group and of all above, in either version")
    func own() throws {
        let scratch = try Scratch("groups")
        try scratch.write("proc/self/mountinfo", "25 1 0:22 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n")
        try scratch.write("proc/self/cgroup", "0::/a/b\n")
        try scratch.write("sys/fs/cgroup/a/memory.max", "1073741824\n")
        try scratch.write("sys/fs/cgroup/a/b/memory.max", "max\n")
        try scratch.write("sys/fs/cgroup/a/b/cpu.max", "150000 100000\n")
        #expect(ControlGroups.ownLimits(root: scratch.path) == ProcessLimits(memory: 1 << 30, processor: 1500))
        let old = try Scratch("groups")
        try old.write("proc/self/mountinfo", Self.mixed)
        try old.write("proc/self/cgroup", "3:memory:/x\n2:cpu,cpuacct:/\n0::/\n")
        try old.write("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "2147483648\n")
        try old.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
        try old.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n")
        try old.write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n")
        #expect(ControlGroups.ownLimits(root: old.path) == ProcessLimits(memory: 2 << 30))
        #expect(ControlGroups.ownLimits(root: "/no/such/root") == ProcessLimits())
    }

    @Test("a process's line is read whatever its program is called")
    func facts() throws {
        let fields = (4...22).map { "\($0)" }.joined(separator: " ")
        let line = "77 (a) b (c) S \(fields) 23 24\n"
        let facts = try #require(ProcessFacts(Array(line.utf8)))
        #expect(facts.process == 77)
        #expect(facts.parent == 4 && facts.group == 5 && facts.session == 6)
        #expect(facts.startTicks == 22)
        #expect(!facts.hasEnded)
        #expect(ProcessFacts(Array("77 (a) Z \(fields) 23\n".utf8))?.hasEnded == true)
        for bad in ["", "77", "77 (a)", "x (a) S \(fields)", "77 (a) S 1 2"] {
            #expect(ProcessFacts(Array(bad.utf8)) == nil)
        }
    }
}
