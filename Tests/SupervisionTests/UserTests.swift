import FileSystem
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Supervision

@Suite("a program with a user of its own", .timeLimit(.minutes(1)), .enabled(if: Rig.isRoot, "needs root"))
struct UserTests {
    let rig: Rig
    private let user = ProcessUser(user: 200_001, group: 200_001)

    init() throws {
        rig = try Rig()
        chmod(rig.scratch.path.string, 0o711)
        let home = rig.scratch.file("home")
        try home.makeFolders()
        chown(home.string, 200_001, 200_001)
    }

    private func run(_ script: String, accounts: FilePath? = nil) async throws -> (EndRecord, String) {
        var order = rig.order(script)
        order.user = user
        order.user?.accounts = accounts
        order.folder = rig.scratch.file("home")
        order.groups = Rig.groups
        // As a provider makes it whose drivers have users of their own.
        guard try rig.folder().make(isTraversable: true) else { throw Rig.Trouble(what: "the folder is there") }
        _ = try Rig.launcher.launch(order, in: rig.folder())
        let end = try await rig.end()
        return (end, try rig.log())
    }

    @Test("it is that user and no other, with no group of root's, and stays so")
    func identity() async throws {
        let (end, text) = try await run(
            "id -u; id -g; id -G; grep -E 'CapEff|NoNewPrivs' /proc/self/status; touch mine")
        #expect(end.reason == .completed)
        #expect(text.hasPrefix("200001\n200001\n200001\n"))
        #expect(text.contains("CapEff:\t0000000000000000"))
        #expect(text.contains("NoNewPrivs:\t1"))
    }

    @Test("it reaches neither the order with its secrets, nor its log, nor its shim, nor its lock's file")
    func closed() async throws {
        let folder = rig.folder().path.string
        let (end, text) = try await run(
            """
            for file in launch.json end.json driver.log attempt; do
                cat \(folder)/$file 2>/dev/null && echo read $file
                echo x 2>/dev/null >>\(folder)/$file && echo wrote $file
            done
            ls \(folder) 2>/dev/null && echo listed
            touch \(folder)/stop 2>/dev/null && echo stopped
            echo x 2>/dev/null >/proc/self/fd/219 && echo wrote lock
            kill -9 $PPID 2>/dev/null && echo killed
            for group in $(cut -d: -f3 /proc/self/cgroup | grep chidori); do
                for root in /sys/fs/cgroup /sys/fs/cgroup/*; do
                    echo 1 2>/dev/null >$root/$group/cgroup.procs && echo moved $root/$group
                done
            done
            true
            """)
        #expect(end.reason == .completed)
        #expect(text == "")
    }

    @Test(
        "programs find its name and home where the machine does not know the user",
        .enabled(if: Launcher.canNameUsers, "needs the right to mount"))
    func accounts() async throws {
        let passwd = try rig.scratch.write(
            "passwd", "root:x:0:0:root:/root:/bin/sh\nann:x:200001:200001::/home/of/ann:/bin/sh\n")
        chmod(passwd.string, 0o644)
        let (_, text) = try await run(
            "id -un; python3 -c 'import pwd, os; print(pwd.getpwuid(os.getuid()).pw_dir)'", accounts: passwd)
        #expect(text == "ann\n/home/of/ann\n")
        // Nobody else sees them.
        #expect(getpwuid(200_001) == nil)
    }
}
