import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the command line says of the target, and what environments for others are good for here.
@Suite("Targets on the command line")
struct TargetTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([WheelFixture("lib", "1.0"), WheelFixture("lib", "2.0"), WheelFixture("lib-extra")])
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: user.scratch.file(name).string, encoding: .utf8)
    }

    @Test("the Python of requirements is that of their lock, once there is one")
    func lockedPython() async throws {
        let list = try user.scratch.write("requirements.txt", "lib\n").string
        try await user.refuse(
            ["env", "lock", list], status: 3, naming: ["does not say which Python", "--python-version"])
        let target = ["--python-version", "3.12", "--platform", "linux-aarch64-musl1.2"]
        _ = try await user.command(["env", "lock", list] + target).run()
        let before = try text("requirements.lock.toml")
        #expect(before.contains("3.12") && before.contains("linux-aarch64-musl1.2"))
        try await user.succeed("env", "lock", list)
        #expect(try text("requirements.lock.toml") == before)
        // The lock that is written is the one that counts, wherever it lies.
        let other = user.scratch.file("other.lock.toml").string
        _ = try await user.command(["env", "lock", list, "-o", other, "--python-version", "3.13"]).run()
        try await user.succeed("env", "lock", list, "-o", other)
        #expect(try text("other.lock.toml").contains("3.13"))
    }

    @Test("the Python of a project and of another tool's lock is the only one that it admits")
    func onlyPython() async throws {
        let project = try user.scratch.write(
            "project/pyproject.toml",
            "[project]\nname = \"p\"\nversion = \"1\"\nrequires-python = \">=3.12,<3.13\"\ndependencies = [\"lib\"]\n")
        try await user.succeed("env", "lock", project.string)
        #expect(try text("project/pyproject.lock.toml").contains("requires-python = \"==3.12.*\""))

        let python = try await FreshUser.python.value
        let recipe = try await user.recipe("own", ["lib"])
        try await user.succeed("env", "lock", recipe)
        let pylock = user.scratch.file("pylock.toml").string
        try await user.succeed("env", "export", recipe, "-o", pylock)
        #expect(try text("pylock.toml").contains("requires-python = \"==\(python).*\""))
        let built = try await user.chidori("env", "build", pylock, "--to", user.place.string)
        #expect(built.status == 0, "\(built.errorText)")
        try user.scratch.write(
            "pylock.toml", text("pylock.toml").replacing("\"==\(python).*\"", with: "\">=3.8\""))
        try await user.refuse(
            ["env", "build", pylock, "--to", user.place.string], status: 3,
            naming: ["is for several Pythons (>=3.8)", "--python-version"])
    }

    @Test(
        "another target than the lock's is refused, not passed over",
        arguments: [["export"], ["fetch"], ["size"], ["outdated"], ["explain", "lib", "--in"]])
    func otherTarget(words: [String]) async throws {
        let recipe = try await user.recipe("demo", ["lib"])
        try await user.succeed("env", "lock", recipe)
        for subject in [recipe, recipe.replacing(".yaml", with: ".lock.toml")] {
            try await user.refuse(
                ["env"] + words + [subject, "--python-version", "3.6"], status: 3,
                naming: ["is locked for Python", "not for 3.6", "--python-version 3.6 -o OTHER.lock.toml"])
            try await user.refuse(
                ["env"] + words + [subject, "--platform", "linux-aarch64-musl1.1"], status: 3,
                naming: ["not for linux-aarch64-musl1.1", "--platform linux-aarch64-musl1.1 -o OTHER.lock.toml"])
        }
    }

    @Test(
        "a build for another target never rewrites a lock, whatever else has changed, and one of its targets is built")
    func lockStays() async throws {
        let machine = try await Command("uname", ["-m"]).run().trimmingCharacters(in: .whitespacesAndNewlines)
        let platforms = "platforms: [linux-\(machine)-glibc2.28, linux-\(machine)-musl1.2]\n"
        let recipe = try await user.recipe("demo", ["lib<2"], more: platforms)
        try await user.succeed("env", "lock", recipe)
        let before = try text("recipes/demo.lock.toml")
        let one = ["--platform", "linux-\(machine)-glibc2.28"]
        let built = try await user.command(["env", "build", recipe] + one).outcome()
        #expect(built.status == 0 && !built.errorText.contains("musl"), "\(built.errorText)")
        #expect(try text("recipes/demo.lock.toml") == before)

        _ = try await user.recipe("demo", ["lib", "lib-extra"], more: platforms)
        try await user.refuse(
            ["env", "build", recipe, "--python-version", "3.6"], status: 3, naming: ["is for Python", "not for 3.6"])
        #expect(try text("recipes/demo.lock.toml") == before)
        // What has changed is locked for all of the recipe's targets, though one is built.
        let renewed = try await user.command(["env", "build", recipe] + one).outcome()
        #expect(renewed.status == 0, "\(renewed.errorText)")
        #expect(try text("recipes/demo.lock.toml").contains("lib-extra"))
        #expect(try text("recipes/demo.lock.toml").contains("musl1.2"))
    }

    @Test("a recipe that gains a platform is no longer answered by its lock, whichever of them is built or tested")
    func gained() async throws {
        let machine = try await Command("uname", ["-m"]).run().trimmingCharacters(in: .whitespacesAndNewlines)
        let other = machine == "x86_64" ? "aarch64" : "x86_64"
        let both = "platforms: [linux-\(machine)-glibc2.28, linux-\(other)-glibc2.28]\n"
        let here = ["--platform", "linux-\(machine)-glibc2.28"]
        let recipe = try await user.recipe("demo", ["lib"], more: "platform: linux-\(machine)-glibc2.28\n")
        try await user.succeed("env", "lock", recipe)
        _ = try await user.recipe("demo", ["lib"], more: both + "tests: [{import: lib}]\n")
        try await user.refuse(
            ["env", "build", recipe, "--locked"] + here, status: 3, naming: ["does not answer", "platforms"])
        // Without a lock, too, one is made for all that the recipe says.
        try FileManager.default.removeItem(atPath: user.scratch.file("recipes/demo.lock.toml").string)
        let built = try await user.command(["env", "build", recipe] + here).outcome()
        #expect(built.status == 0, "\(built.errorText)")
        try await user.succeed("env", "lock", recipe, "--check")
        let tested = try await user.command(["env", "test", recipe] + here).outcome()
        #expect(tested.status == 0, "\(tested.errorText)")
        try await user.refuse(
            ["env", "build", recipe, "--platform", "linux-\(machine)-musl1.2"], status: 3, naming: ["not for"])
        // An image for the other machine takes no name from the environment that runs here.
        let image = ["--image", "oci:\(user.scratch.file("images")):other", "--platform", "linux-\(other)-glibc2.28"]
        let foreign = try await user.command(["env", "build", recipe] + image).outcome()
        #expect(foreign.status == 0, "\(foreign.errorText)")
        // No interpreter for it is at hand, so it has no bytecode, which is said.
        #expect(
            foreign.errorText.contains("the image for linux-\(other)-glibc2.28 has no bytecode"), "\(foreign.errorText)"
        )
        #expect(try await user.layers(of: "images", naming: ".py").allSatisfy { !$0.hasSuffix(".pyc") })
        try await user.succeed("env", "run", "demo", "--", "python", "-c", "import lib")
        let list = try await user.succeed("env", "list")
        #expect(list.contains("demo@linux-\(other)-glibc2.28") && !list.contains("(demo)"), "\(list)")
    }

    @Test("of a lock for several platforms one is exported and fetched")
    func onePlatform() async throws {
        for machine in ["x86_64", "aarch64"] {
            user.index.add(WheelFixture("native", "1.0", tag: "cp311-cp311-manylinux_2_17_\(machine)"))
        }
        let recipe = try user.scratch.write(
            "two.yaml",
            """
            name: two
            python: {version: "3.11", packages: [native, "lib-extra; platform_machine == 'aarch64'"]}
            platforms: [linux-x86_64-glibc2.28, linux-aarch64-glibc2.28]
            """
        ).string
        try await user.succeed("env", "lock", recipe)
        let one = try await user.succeed(
            "env", "export", recipe, "--requirements", "--platform", "linux-x86_64-glibc2.28")
        #expect(one.contains("native==1.0") && !one.contains("lib-extra") && one.split(separator: "--hash").count == 2)
        let pylock = try await user.succeed("env", "export", recipe, "--platform", "linux-aarch64-glibc2.28")
        #expect(pylock.contains("lib-extra") && pylock.contains("aarch64.whl") && !pylock.contains("x86_64.whl"))
        let fetched = try await user.chidori("env", "fetch", recipe, "--platform", "linux-x86_64-glibc2.28")
        #expect(fetched.errorText.contains("Fetched 1 file "), "\(fetched.errorText)")
    }

    @Test("a Python that nobody knows yet is locked for, with a word about it; one that never was is refused")
    func unknownPython() async throws {
        let recipe = try await user.recipe("demo", ["lib"])
        let future = try await user.chidori(
            "env", "lock", recipe, "--python-version", "3.99", "-o", user.scratch.file("f.lock.toml").string)
        #expect(future.status == 0 && future.errorText.contains("warning: Python 3.99 is newer than any"))
        let old = try user.scratch.write("old.yaml", "name: old\npython: {version: \"2.7\", packages: [lib]}\n").string
        try await user.refuse(["env", "lock", old], status: 3, naming: ["2.7"])
    }

    @Test("an environment for another machine says so, and names the one for this")
    func foreign() async throws {
        let python = try await FreshUser.python.value
        let machine = try await Command("uname", ["-m"]).run().trimmingCharacters(in: .whitespacesAndNewlines)
        let other = machine == "x86_64" ? "aarch64" : "x86_64"
        let recipe = try user.scratch.write(
            "two.yaml",
            """
            name: two
            python: {version: "\(python)", packages: [lib]}
            platforms: [linux-\(other)-glibc2.28, linux-\(machine)-glibc2.28]
            bytecode: false
            tests: [{import: lib}]
            """
        ).string
        try await user.succeed("env", "build", recipe, "--image", "oci:\(user.scratch.file("images"))", "--quiet")
        let name = "two@linux-\(other)-glibc2.28"
        let words = ["is for linux-\(other)-glibc2.28, and this machine is linux-\(machine)-glibc2."]
        try await user.refuse(["env", "run", name, "--", "true"], status: 3, naming: words + ["--image"])
        try await user.refuse(["env", "test", recipe, "--in", name], status: 3, naming: words)
        try await user.refuse(
            ["env", "run", "two", "--", "true"], status: 3, naming: ["is known as an image alone", "without --to"])

        // Each folder is told below the environment that it is of.
        let built = try await user.chidori("env", "build", recipe)
        let lines = built.errorText.split(separator: "\n").filter {
            $0.hasPrefix("Environment") || $0.hasPrefix("  ")
        }
        #expect(lines.count == 4, "\(built.errorText)")
        #expect(lines[0].contains(other) && lines[1].hasPrefix("  no folder"), "\(built.errorText)")
        #expect(lines[2].contains(machine) && lines[3].hasPrefix("  folder /"), "\(built.errorText)")
        try await user.refuse(["env", "run", name, "--", "true"], status: 3, naming: words + ["`two"])
        try await user.refuse(
            ["env", "run", "two", "--", "pyhton3"], status: 8,
            naming: ["pyhton3: is neither in the environment nor on the PATH", "did you mean python3"])
    }
}
