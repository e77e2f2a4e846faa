import Foundation
import SystemPackage
import TestSupport
import Testing

/// Recipes' tests in the image that is to be released.
@Suite(
    "Tests in the image", .serialized, .timeLimit(.minutes(15)),
    .enabled(
        if: RegistryUser.possible && PeersEnvironment.possible && Peer.has("bwrap", "setpriv"),
        "needs docker-registry, openssl, bubblewrap, and what images on the shipped base need"))
struct ReleaseImageTests {
    private let releaser: Releaser
    private var user: FreshUser { releaser.user }
    private let base: FilePath

    init() async throws {
        releaser = try await Releaser()
        base = try await PeersEnvironment.storeWithBase(at: releaser.user.data)
    }

    private func recipe(_ base: String, _ tests: String) throws -> String {
        try user.scratch.write(
            "recipes/demo.yaml",
            """
            name: demo
            version: "1.0"
            python: {version: "3.11", packages: [tool]}
            platform: linux-x86_64-glibc2.36
            base: \(base)
            environment: {CHIDORI_TEST: "yes"}
            tests:
              - import: tool
              - run: [python, -c, "import sys; assert sys.executable == '/opt/chidori/env/bin/python', sys.executable"]
            \(tests)
            """
        ).string
    }

    /// What every way to run an image has in common: its files and variables, and none of this machine's.
    private var common: String {
        """
          - test "$CHIDORI_TEST" = yes && test -z "$CHIDORI_DATA" && test ! -e \(user.scratch.path)
          - test "$(cat /etc/hosts)" = "127.0.0.1 localhost container" && echo x >/dev/null && echo x >/tmp/x
          - "! touch /opt/chidori/env/x /x 2>/dev/null"
        """
    }

    private func result(_ outcome: Command.Outcome) throws -> Releaser.Answer {
        let line = try #require(outcome.text.split(separator: "\n").last, "\(outcome.errorText)")
        return try JSONDecoder().decode(Releaser.Answer.self, from: Data(line.utf8))
    }

    @Test(
        "see the image's files, variables and Python, no network, and can write nowhere but /tmp; then it is released")
    func image() async throws {
        let recipe = try recipe(
            base.string,
            """
            \(common)
              - "! python -c 'import socket; socket.create_connection((\\"127.0.0.1\\", \(releaser.person.registry.port)), 2)' 2>/dev/null"
              - test "$(cat /proc/sys/kernel/hostname)" = container && test "$(ls -d /proc/[0-9]* | wc -l)" -lt 9
            """)
        let released = try await releaser.one([recipe])
        #expect(released.tag == "1.0-1" && released.tests?.allSatisfy(\.passed) == true, "\(released)")
        let failing = try self.recipe(base.string, "  - test -e /nowhere")
        let failed = try await releaser.one([failing], status: 10)
        #expect(failed.error?.message.contains("`test -e /nowhere`") == true)
        #expect(try await releaser.tags() == ["1.0", "1.0-1", "latest"])
    }

    @Test("another base is another revision; somebody else's is trusted or refused, and runs as its own user")
    func base() async throws {
        let first = try await releaser.one([try recipe(base.string, common)])
        #expect(first.tag == "1.0-1")
        let layout = try await BaseTests.foreign(in: user.scratch)
        let other = try recipe(
            "oci:\(layout):python", common + "\n  - test \"$MADE_BY $(id -u)\" = 'umoci 65534'")
        let refused = try await releaser.one([other], status: 8)
        #expect(refused.error?.message.contains("somebody else's") == true)
        let second = try await releaser.one([other, "--trust-base"])
        #expect(second.tag == "1.0-2" && second.tests?.allSatisfy(\.passed) == true, "\(second)")
        // The environment is the same.
        let environments = try await user.succeed("env", "list").split(separator: "\n").dropFirst()
        #expect(environments.count == 1, "\(environments)")
        let bare = try await releaser.one([try recipe("none", "  - \"true\"")], status: 8)
        #expect(bare.error?.message.contains("has no base") == true)
    }

    @Test(
        "run inside of containers too, where a new /proc or even namespaces are denied; where nothing can, that is said"
    )
    func nested() async throws {
        let recipe = try recipe(base.string, common)
        let command = releaser.person.command(["image", "release", recipe, "--dry-run", "--json"])
        func within(_ words: [String], path: String? = nil) async throws -> Command.Outcome {
            var nested = command
            nested.arguments = words + command.arguments
            if let path { nested.environment["PATH"] = path }
            return try await nested.outcome()
        }
        let masked = try await within([
            "bwrap", "--bind", "/", "/", "--dev-bind", "/dev", "/dev", "--unshare-user", "--unshare-pid", "--proc",
            "/proc",
            "--ro-bind", "/dev/null", "/proc/timer_list", "--",
        ])
        #expect(masked.status == 0, "\(masked.errorText)")
        #expect(try result(masked).releases.first?.tests?.count == 5)

        // Without bubblewrap, which stands for a container that may make no namespaces.
        let tools = user.scratch.file("tools")
        try FileManager.default.createDirectory(atPath: tools.string, withIntermediateDirectories: true)
        for name in ["env", "setpriv"] {
            try FileManager.default.createSymbolicLink(
                atPath: tools.appending(name).string, withDestinationPath: try #require(Peer.find(name)).string)
        }
        let rooted = try await within([], path: tools.string)
        #expect(rooted.status == 0, "\(rooted.errorText)")
        #expect(try result(rooted).releases.first?.tests?.allSatisfy(\.passed) == true)

        let powerless = try await within(["setpriv", "--inh-caps=-all", "--bounding-set=-all"], path: tools.string)
        #expect(powerless.status == 8, "\(powerless.errorText)")
        for word in ["no means to run an image's programs", "chroot", "bubblewrap", "--test-in folder"] {
            #expect(powerless.errorText.contains(word), "\(powerless.errorText)")
        }
        let elsewhere = try await releaser.one([recipe, "--dry-run", "--test-in", "nowhere"])
        #expect(elsewhere.tests == nil && elsewhere.outcome == "planned")
    }
}
