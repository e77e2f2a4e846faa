import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// `chidori env check`, and what builds tell of the same.
@Suite("Preflight")
struct CheckTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser([
            WheelFixture("one").adding("shared/a.py", "one").adding("shared/b.py", "one"),
            WheelFixture("two").adding("shared/a.py", "two").adding("shared/b.py", "two"),
            WheelFixture("nvidia-cublas-cu11"), WheelFixture("cupy-cuda12x"),
        ])
        try publish(
            "org.example", "left", [.init("org/example/A.class", "left"), .init("org/example/B.class", "same")])
        try publish(
            "org.other", "right", [.init("org/example/A.class", "right"), .init("org/example/B.class", "same")])
        try publish("org.example", "apart", [.init("net/apart/A.class", "left"), .init("META-INF/LICENSE", "apart")])
    }

    private func publish(_ group: String, _ name: String, _ members: [CraftedZip.Member]) throws {
        try publish(
            group, name, jar: CraftedZip(members + [.init("META-INF/MANIFEST.MF", "Built-By: \(name)\n")]).bytes)
    }

    private func publish(_ group: String, _ name: String, jar: [UInt8]) throws {
        let folder = "recipes/repository/\(group.replacing(".", with: "/"))/\(name)/1.0/\(name)-1.0"
        try user.scratch.write(
            folder + ".pom",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>\(group)</groupId><artifactId>\(name)</artifactId>\
            <version>1.0</version></project>
            """)
        try user.scratch.write(folder + ".jar", jar)
        try user.scratch.write(folder + ".jar.sha256", SHA256Digest(of: jar).hex)
    }

    private func recipe(_ packages: [String] = ["good"], jars: [String] = [], more: String = "") async throws -> String
    {
        let list = jars.map { "'\($0):1.0'" }.joined(separator: ", ")
        let part = jars.isEmpty ? "" : "jars:\n  repositories: [./repository]\n  packages: [\(list)]\n"
        let recipe = try await user.recipe("demo", packages, more: part + more)
        try await user.succeed("env", "lock", recipe)
        return recipe
    }

    private func findings(_ document: [String: Any]) -> [[String: Any]] {
        let environments = document["environments"] as? [[String: Any]] ?? []
        return environments.flatMap { $0["findings"] as? [[String: Any]] ?? [] }
    }

    private func ids(_ document: [String: Any]) -> [String] { findings(document).compactMap { $0["id"] as? String } }

    private let conflict = "duplicate-classes org.example:left org.other:right"

    @Test("an environment in which nothing is wrong is told to be so")
    func fine() async throws {
        let recipe = try await recipe(jars: ["org.example:left", "org.example:apart"])
        let text = try await user.succeed("env", "check", recipe)
        #expect(text.hasSuffix(": nothing found (2 jars)\n"), "\(text)")
        let built = try await user.result("env", "build", recipe, "--to", user.place.string)
        #expect((built.document["findings"] as? [Any])?.isEmpty == true && !built.words.contains("warning"))
    }

    @Test(
        "jars with classes of one name are told in 80 columns, with the status for conflicts, and by builds in a line")
    func jars() async throws {
        let recipe = try await recipe(jars: ["org.example:left", "org.other:right"])
        let outcome = try await user.chidori("env", "check", recipe)
        #expect(outcome.status == 11)
        #expect(outcome.text.contains("conflict  \(conflict)\n"), "\(outcome.text)")
        #expect(outcome.text.contains("have 2 classes in common, 1 of\n  them with other"), "\(outcome.text)")
        #expect(outcome.text.contains("\n  try: "))
        #expect(outcome.text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(outcome.text)")
        let built = try await user.result("env", "build", recipe, "--to", user.place.string)
        let found = built.document["findings"] as? [[String: Any]] ?? []
        #expect(found.map { $0["id"] as? String } == [conflict])
        // Told each time, however little there is left to build.
        let again = try await user.chidori("env", "build", recipe, "--to", user.place.string)
        #expect(again.status == 0 && again.errorText.contains("(\(conflict))"), "\(again.errorText)")
        let lock = recipe.replacing(".yaml", with: ".lock.toml")
        let third = try await user.chidori("env", "build", lock, "--to", user.place.string)
        #expect(third.status == 0 && third.errorText.contains("(\(conflict))"), "\(third.errorText)")
    }

    @Test("jars of one file name are told with both their groups")
    func oneName() async throws {
        try publish("org.other", "apart", [.init("net/other/A.class", "x")])
        let recipe = try await recipe(jars: ["org.example:apart", "org.other:apart"])
        let result = try await user.result("env", "check", recipe)
        #expect(ids(result.document) == ["one-name org.example:apart org.other:apart"])
        // Neither takes the other's place.
        try await user.succeed("env", "build", recipe, "--to", user.place.string)
        let jars = try FileManager.default.contentsOfDirectory(atPath: user.place.appending("jars").string)
        #expect(jars.sorted() == ["org.example_apart-1.0.jar", "org.other_apart-1.0.jar"])
    }

    @Test("a recipe accepts a finding by name, and is told what it accepts in vain")
    func accepted() async throws {
        let more = """
            check:
              accept:
                - conflict: duplicate-classes org.other:right org.example:left
                  reason: the same sources, built twice
                - conflict: duplicate-clases org.other:right org.example:left
                  reason: misspelt
                - conflict: one-path one two
                  reason: gone

            """
        let recipe = try await recipe(jars: ["org.example:left", "org.other:right"], more: more)
        let outcome = try await user.chidori("env", "check", recipe)
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.contains("accepted  \(conflict)\n  because: the same sources, built twice\n"))
        #expect(outcome.text.contains("\n  try: `duplicate-classes`?"))
        #expect(outcome.text.contains("`one-path one two` is accepted, and does not occur"), "\(outcome.text)")
        let result = try await user.result("env", "check", recipe)
        #expect(result.document["conflicts"] as? Bool == false)
        #expect(findings(result.document).map { $0["accepted"] as? String } == ["the same sources, built twice"])
        #expect((result.document["unused"] as? [Any])?.count == 2)
        let built = try await user.chidori("env", "build", recipe, "--to", user.place.string)
        #expect(built.status == 0 && !built.errorText.contains("classes in common"), "\(built.errorText)")
        #expect(built.errorText.contains("does not occur"), "\(built.errorText)")
        try await user.refuse(
            [
                "env", "lock",
                try user.scratch.write(
                    "recipes/bad.yaml",
                    "name: bad\npython: {version: '3.11'}\ncheck: {accept: [{conflict: one-path}]}\n"
                ).string,
            ],
            status: 3, naming: ["check.accept[0]", "reason", "names no finding"])
    }

    @Test("Python packages that own one path are one finding, and an accepted one is no note of a build's")
    func paths() async throws {
        let recipe = try await recipe(["one", "two"])
        let result = try await user.result("env", "check", recipe, status: 11)
        #expect(ids(result.document) == ["one-path one two"])
        #expect(findings(result.document).first?["count"] as? Int == 2)
        let told = try await user.chidori("env", "build", recipe, "--to", user.place.string)
        #expect(told.errorText.contains("\n  conflict: lib/"), "\(told.errorText)")
        let accepted = try await self.recipe(
            ["one", "two"], more: "check:\n  accept:\n    - conflict: one-path two one\n      reason: two wins\n")
        let built = try await user.result("env", "build", accepted, "--to", user.place.string)
        #expect(!built.words.contains("conflict: "), "\(built.words)")
        let again = try await user.result("env", "build", accepted, "--to", user.place.string)
        #expect(!again.words.contains("conflict: ") && !again.words.contains("warning"), "\(again.words)")
    }

    @Test("two CUDAs are told")
    func cuda() async throws {
        let recipe = try await recipe(["nvidia-cublas-cu11", "cupy-cuda12x"])
        #expect(
            try await ids(user.result("env", "check", recipe, status: 11).document) == ["cuda-majors cuda-11 cuda-12"])
        let one = try await self.recipe(["cupy-cuda12x"])
        #expect(try await ids(user.result("env", "check", one).document).isEmpty)
    }

    @Test("what a package's libraries need is told once it has been unpacked", .enabled(if: Peer.has("gcc")))
    func needed() async throws {
        let folder = user.scratch.path
        for (name, body, flags) in [
            ("libcudart.so", "int runtime(void) { return 1; }", ["-Wl,-soname,libcudart.so.11.0"]),
            (
                "libuser.so", "int runtime(void); int user(void) { return runtime(); }",
                ["-L", folder.string, "-lcudart"]
            ),
        ] {
            let source = try user.scratch.write("\(name).c", body)
            try await Command(
                "gcc", ["-shared", "-fPIC", "-o", user.scratch.file(name).string, source.string] + flags
            ).run()
        }
        let library = Array(try Data(contentsOf: URL(filePath: user.scratch.file("libuser.so").string)))
        user.index.add(WheelFixture("hidden", files: [("hidden/libuser.so", library)]))
        let recipe = try await recipe(["hidden", "cupy-cuda12x"])
        #expect(try await ids(user.result("env", "check", recipe).document).isEmpty)
        for _ in 0..<3 {
            let built = try await user.chidori("env", "build", recipe, "--to", user.place.string)
            #expect(built.errorText.contains("(cuda-majors cuda-11 cuda-12)"), "\(built.errorText)")
        }
        #expect(
            try await ids(user.result("env", "check", recipe, status: 11).document) == ["cuda-majors cuda-11 cuda-12"])
    }

    @Test("a jar that cannot be read is told, and ends nothing")
    func broken() async throws {
        // An end record as every zip has, of a directory that is not there.
        let whole = CraftedZip([.init("org/example/A.class", "x")]).bytes
        try publish("org.example", "cut", jar: Array(whole.suffix(40)))
        try publish(
            "org.example", "absurd",
            [.init("/../../../etc/passwd.class"), .init("a\u{1B}[31mb.class"), .init("////.class")])
        let recipe = try await recipe(jars: ["org.example:cut", "org.example:absurd", "org.example:left"])
        let result = try await user.result("env", "check", recipe, status: 11)
        #expect(ids(result.document) == ["unreadable-jar cut-1.0.jar"])
        try await user.succeed("env", "build", recipe, "--to", user.place.string)
    }

    @Test("a package without a file for the platform is told, of any lock")
    func missing() async throws {
        let lock = try user.scratch.write(
            "pylock.toml",
            """
            lock-version = "1.0"
            created-by = "somebody"
            requires-python = "==3.11.*"

            [[packages]]
            name = "native"
            version = "1.0"
            wheels = [{ name = "native-1.0-cp311-cp311-macosx_11_0_arm64.whl", url = "https://example.invalid/native-1.0-cp311-cp311-macosx_11_0_arm64.whl", hashes = { sha256 = "\(String(repeating: "0", count: 64))" } }]

            """)
        let result = try await user.result("env", "check", lock.string, status: 11)
        #expect(ids(result.document) == ["not-for-platform native"])
        let environment = (result.document["environments"] as? [[String: Any]])?.first
        #expect(environment?["id"] is NSNull)
    }

    @Test("the Java of a base and what jars need are compared")
    func java() async throws {
        let body = [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 65].map(UInt8.init)
        try publish("org.example", "new", [.init(bytes: Array("org/example/new/A.class".utf8), body)])
        for (package, expected) in [
            ("openjdk-17-jre-headless", ["java-version java-21"]), ("openjdk-21-jre-headless", []),
        ] {
            try user.scratch.write(
                "recipes/base-images/small.lock.toml",
                """
                lock-version = 1
                name = "small"
                suites = ["bookworm"]
                components = ["main"]
                python = "/usr/bin/python3.11"
                exclude = []
                include = []

                [environment]

                [labels]

                [[parts]]
                architecture = "amd64"
                epoch = 1
                packages = [
                    { name = "\(package)", version = "1", architecture = "amd64", file = "a.deb", size = 1, sha256 = "\(String(repeating: "0", count: 64))" },
                ]

                """)
            let recipe = try await recipe(
                jars: ["org.example:new"], more: "platform: linux-x86_64-glibc2.36\nbase: small\n")
            let result = try await user.result("env", "check", recipe, status: expected.isEmpty ? 0 : 11)
            #expect(ids(result.document) == expected, "\(result.words)")
            let environment = (result.document["environments"] as? [[String: Any]])?.first
            #expect(environment?["java"] as? Int == 21)
        }
        // A base that is not there is told by both, each time.
        let recipe = try await recipe(jars: ["org.example:new"], more: "base: nowhere\n")
        for arguments in [["check", recipe], ["build", recipe], ["build", recipe]] {
            let outcome = try await user.command(["env"] + arguments).outcome()
            #expect(
                outcome.errorText.contains("warning: what Java the base has cannot be told"), "\(outcome.errorText)")
        }
    }
}
