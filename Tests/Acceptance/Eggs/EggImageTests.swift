import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Real eggs in an image", .timeLimit(.minutes(5)),
    .enabled(if: PeersEnvironment.possible, PeersEnvironment.needs))
struct EggImageTests {
    @Test("import, compute and run their scripts in a container, where pkg_resources sees them too")
    func container() async throws {
        let workshop = try await EggWorkshop.made()
        let user = try FreshUser([WheelFixture("needed", "1.5"), WheelFixture("extra-need", "1.0")])
        let base = try await PeersEnvironment.storeWithBase(at: user.data)
        let list = EggTests.packages.map { "    - \"\($0)\"\n" }.joined()
        let recipe = try user.scratch.write(
            "eggs.yaml",
            """
            name: eggs
            python:
              version: "3.11"
              packages:
            \(list)  prereleases: allow
              find-links: [\(workshop.eggs)]
            platform: linux-x86_64-glibc2.36
            base: \(base)
            """)
        try await user.succeed("env", "build", recipe.string, "--image", "oci:images:eggs", "--quiet")
        let container = try await ContainerPeer(
            layout: user.scratch.file("images"), tag: "eggs", bundle: user.scratch.file("bundle"))
        func run(_ arguments: [String], peers: FilePath? = nil) async throws -> String {
            let outcome = try await container.run(
                arguments, environment: peers == nil ? [:] : ["PYTHONPATH": "/peers"],
                mounts: peers.map { ["/peers": $0] } ?? [:], readOnly: true)
            #expect(outcome.succeeded, "\(outcome.errorText)")
            return outcome.text
        }
        let imported = try await run([
            "python", "-c",
            """
            import pure_demo, native_demo, _zipped, shared_space.first, shared_space.second, sourceless, foldered
            print(pure_demo.text(), native_demo.add(2, 3), _zipped.add(40, 2), sourceless.answer)
            import importlib.metadata as metadata
            print(metadata.version("pure.egg-demo"), metadata.version("zipped-native"))
            """,
        ])
        #expect(imported == "some data 5 42 42\n1.0b1 3\n")
        #expect(try await run(["pure-main"]) == "main some data\n")
        #expect(try await run(["pure-tool", "x"]) == "tool some data x\n")
        #expect(try await run(["pure-shell", "y"]) == "shell y\n")

        let modules = FilePath(workshop.python).removingLastComponent().removingLastComponent()
            .appending("lib/python3.11/site-packages")
        let required = try await run(
            [
                "python", "-W", "ignore", "-c",
                "import pkg_resources as p; print(sorted(map(str, p.require('pure.egg-demo[more-of-it]'))))",
            ], peers: modules)
        #expect(required == "['extra-need 1.0', 'needed 1.5', 'pure-egg-demo 1.0b1']\n")
    }
}
