import Foundation
import SystemPackage
import TestSupport
import Testing

/// The scripts of the README's two commands on machines that lack something. Whatever could install anything is a stub
/// that writes down that it was called, and fails.
@Suite("scripts on a bare machine")
struct SetupTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("setup")
        // A program that starts the real one: what a test writes in its place is never written through a link.
        for name in ["awk", "dirname", "head", "mkdir", "sed", "sort", "tr"] {
            let program = try #require(Peer.find(name))
            try self.program("bin/\(name)", "#!/bin/sh\nexec \(program) \"$@\"\n")
        }
        try program("bin/id", "#!/bin/sh\necho 0\n")
        for name in ["apt", "apt-get", "dpkg", "dpkg-query", "env", "sudo", "pip", "pip3", "python3", "curl", "wget"] {
            try stub(name, "exit 1")
        }
    }

    /// Puts a program onto the `PATH` that writes down its call and does what the script says.
    private func stub(_ name: String, _ script: String) throws {
        try program("bin/\(name)", "#!/bin/sh\nprintf '%s\\n' \"\(name) $1\" >>'\(scratch.file("calls"))'\n\(script)\n")
    }

    private func program(_ path: String, _ text: String) throws {
        let file = try scratch.write(path, text)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.string)
    }

    /// What was called, in order.
    private var calls: [String] {
        let text = try? String(contentsOfFile: scratch.file("calls").string, encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    private func run(_ script: String, _ arguments: String...) async throws -> Command.Outcome {
        try await Command(
            script, arguments,
            environment: [
                "PATH": scratch.file("bin").string, "CHIDORI_CACHE": scratch.file("cache").string, "OUT": nil,
            ]
        ).outcome()
    }

    private static let setup = Peer.repository.appending("scripts/setup").string

    @Test("without Swift it is said how to get it, and nothing is installed", arguments: ["build", "run", "tests"])
    func withoutSwift(stage: String) async throws {
        let outcome = try await run(Self.setup, stage)
        #expect(outcome.status == 3, "\(outcome.errorText)")
        #expect(outcome.text.isEmpty)
        for word in [
            "Swift is not on the PATH", "swift.org/install/linux", "swiftly install latest", "apt-get install",
        ] {
            #expect(outcome.errorText.contains(word), "does not say '\(word)': \(outcome.errorText)")
        }
        #expect(calls == [])
        #expect(!FileManager.default.fileExists(atPath: scratch.file("cache").string))
    }

    @Test("a Swift that is too old, or does not run, is named with how to get another one")
    func oldSwift() async throws {
        try stub("dpkg-query", "shift 3; for name in \"$@\"; do echo \"installed $name\"; done")
        for (said, word) in [("Swift version 5.10.1 (swift-5.10.1-RELEASE)", "is Swift 5.10.1"), ("", "does not run")] {
            try stub("swift", "echo '\(said)'")
            let outcome = try await run(Self.setup, "build")
            #expect(outcome.status == 3 && outcome.text.isEmpty, "\(outcome.errorText)")
            #expect(outcome.errorText.contains(word) && outcome.errorText.contains("version 6.2 or later"))
            #expect(outcome.errorText.contains("swift.org/install/linux"), "\(outcome.errorText)")
        }
        try stub("swift", "echo 'Swift version 6.10 (swift-6.10-RELEASE)'")
        let outcome = try await run(Self.setup, "build")
        #expect(outcome.status == 0 && outcome.errorText.isEmpty, "\(outcome.errorText)")
        #expect(calls.allSatisfy { $0.hasPrefix("swift ") || $0.hasPrefix("dpkg-query ") }, "\(calls)")
    }

    @Test("packages that cannot be installed end it with their names, before anything is built")
    func withoutPackages() async throws {
        try stub("swift", "exit 1")
        let outcome = try await run(Self.setup, "build")
        #expect(outcome.status == 4, "\(outcome.errorText)")
        #expect(outcome.errorText.contains("installing") && outcome.errorText.contains("libisal-dev"))
        #expect(outcome.errorText.contains("apt-get update failed"), "\(outcome.errorText)")
        #expect(!calls.contains { $0.hasPrefix("swift") }, "\(calls)")
    }

    /// What the program answers to the first build, and what becomes of `scripts/run`.
    struct FirstBuild: Sendable {
        var status: Int
        var ends: Int32
        /// What is asked of the program, and the containers that are run.
        var calls: [String]
    }

    @Test(
        "the main job is run in both forms; where this machine has another Python, for that one and without a base",
        arguments: [
            FirstBuild(status: 0, ends: 0, calls: ["lock", "build", "run", "container"]),
            FirstBuild(
                status: 8, ends: 0,
                calls: ["lock", "build", "lock --python-version 3.12", "build --base none", "run"]),
            FirstBuild(status: 5, ends: 5, calls: ["lock", "build"]),
        ])
    func mainJob(first: FirstBuild) async throws {
        let script = try String(contentsOfFile: Peer.repository.appending("scripts/run").string, encoding: .utf8)
        try program("clone/scripts/run", script)
        try program("clone/scripts/setup", "#!/bin/sh\n")
        let calls = scratch.file("calls")
        try program("clone/scripts/run-image", "#!/bin/sh\necho container >>'\(calls)'\n")
        try program(
            "clone/.build/release/chidori",
            """
            #!/bin/sh
            words=$2
            for word in "$@"; do
                case $word in --python-version|3.12|--base|none) words="$words $word" ;; esac
            done
            echo "$words" >>'\(calls)'
            [ "$words" != build ] || exit \(first.status)
            """)
        try program("bin/swift", "#!/bin/sh\n")
        try program("bin/python3", "#!/bin/sh\necho 3.12\n")
        let outcome = try await run(scratch.file("clone/scripts/run").string)
        #expect(outcome.status == first.ends, "\(outcome.errorText)")
        #expect(self.calls == first.calls, "\(outcome.errorText)")
    }
}
