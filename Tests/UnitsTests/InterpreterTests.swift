import ContentStore
import Diagnostics
import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing

@testable import Units

@Suite struct InterpreterSearchTests {
    @Test("the PATH comes first and in order, pyenv's shims stand for its installations, other names come last")
    func order() {
        let search = InterpreterSearch(
            environment: ["PATH": "/a:relative:/root/.pyenv/shims:/b/", "HOME": "/root"])
        #expect(
            search.places(for: PythonVersion(3, 11, 4)) == [
                .program("/a/python3.11"),
                .installations("/root/.pyenv/versions"),
                .program("/b/python3.11"),
                .program("/usr/local/bin/python3.11"),
                .program("/usr/bin/python3.11"),
                .program("/bin/python3.11"),
                .installations("/root/.local/share/uv/python"),
                .program("/a/python3"), .program("/a/python"),
                .program("/b/python3"), .program("/b/python"),
                .program("/usr/local/bin/python3"), .program("/usr/local/bin/python"),
                .program("/usr/bin/python3"), .program("/usr/bin/python"),
                .program("/bin/python3"), .program("/bin/python"),
            ])
    }

    @Test("of several installations the highest patch is first, compared as a number")
    func installations() {
        let names = [
            "3.11.9", "3.11.10", "3.12.1", "3.1.11", "cpython-3.11.8-linux-x86_64-gnu", "notes", "3.13.0",
            "cpython-3.13.1+freethreaded-linux-x86_64-gnu",
        ]
        #expect(
            InterpreterSearch.installations(of: PythonVersion(3, 11), in: names) == [
                "3.11.10", "3.11.9", "cpython-3.11.8-linux-x86_64-gnu",
            ])
        #expect(InterpreterSearch.installations(of: PythonVersion(3, 13), in: names) == ["3.13.0"])
        #expect(
            InterpreterSearch.installations(of: PythonVersion(3, 13, isFreeThreaded: true), in: names) == [
                "cpython-3.13.1+freethreaded-linux-x86_64-gnu"
            ])
    }
}

@Suite(.enabled(if: !Interpreters.found.isEmpty, "needs a Python 3")) struct InterpreterFinderTests {
    let scratch: Scratch
    let store: ContentStore
    let real: Interpreters.Found

    init() throws {
        scratch = try Scratch("interpreter")
        store = ContentStore(at: scratch.file("data"))
        real = try #require(Interpreters.found.first)
    }

    var version: PythonVersion { PythonVersion(3, real.minor) }

    /// A folder with a link to the real interpreter under a name.
    func folder(_ name: String) throws -> FilePath {
        let folder = scratch.file("bin")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.appending(name).string, withDestinationPath: real.path)
        return folder
    }

    func finder(_ path: String) -> InterpreterFinder {
        InterpreterFinder(store: store, environment: ["PATH": path, "HOME": scratch.path.string])
    }

    @Test("an interpreter is the program itself, not the link, and says exactly which build it is")
    func identity() async throws {
        let found = try finder(try folder("python3.\(real.minor)").string).find(version)
        let path = try await Command("realpath", [real.path]).run()
        #expect(found.path.string + "\n" == path)
        #expect(found.version.withoutPatch == version)
        #expect(found.version.patch != nil)
        let facts = try await Command(
            real.path,
            [
                "-c",
                "import sys, importlib.util; print(sys.implementation.cache_tag, importlib.util.MAGIC_NUMBER.hex())",
            ]
        ).run()
        let magic = found.build.magic.map { String($0, radix: 16) }.map { $0.count == 1 ? "0" + $0 : $0 }.joined()
        #expect("\(found.build.cacheTag) \(magic)\n" == facts)
        #expect(found.build.extensionSuffix.hasSuffix(".so"))
    }

    /// A program in the scratch folder, put there by another process: nothing can be run while anybody has it open for
    /// writing, and what this process has open, the children that other tests start meanwhile have open too.
    func install(_ script: String) async throws -> FilePath {
        let source = try scratch.write("source", script)
        let program = scratch.file("python3.\(real.minor)")
        try await Command("install", ["-m", "755", source.string, program.string]).run()
        return program
    }

    @Test("an interpreter that is known and unchanged is not run again")
    func remembered() async throws {
        // A program that counts its runs and answers as the real one, but for itself.
        let log = scratch.file("runs")
        let program = scratch.file("python3.\(real.minor)")
        let script = """
            #!/bin/sh
            echo run >> '\(log)'
            '\(real.path)' "$@" | sed "s|\(try path(of: real.path))|\(program)|"
            """
        _ = try await install(script)
        let finder = finder(scratch.path.string)
        let first = try finder.find(version)
        #expect(first.path == program)
        #expect(try finder.find(version) == first)
        #expect(try String(contentsOfFile: log.string, encoding: .utf8) == "run\n")

        _ = try await install(script + "\n# changed\n")
        #expect(try finder.find(version) == first)
        #expect(try String(contentsOfFile: log.string, encoding: .utf8) == "run\nrun\n")
    }

    @Test("a wrapper that answers for another program is asked every time")
    func wrappers() async throws {
        let program = try await install("#!/bin/sh\nexec '\(real.path)' \"$@\"\n")
        let found = try finder(scratch.path.string).find(version)
        #expect(try found.path.string == path(of: real.path))
        _ = try await install("#!/bin/sh\nexit 1\n")
        #expect(throws: UnitsError.self) { try finder(scratch.path.string).identify(program) }
    }

    @Test("a program that a launcher starts is asked once, until the program changes")
    func launched() async throws {
        let log = scratch.file("runs")
        let launcher = try await install("#!/bin/sh\necho run >> '\(log)'\nexec '\(real.path)' \"$@\"\n")
        let program = scratch.file("program")
        try await Command("install", ["-m", "755", "/bin/true", program.string]).run()
        let finder = finder("/nowhere")
        let first = try finder.identify(program, launcher: launcher)
        #expect(first.path == launcher)
        #expect(first.version.short == version.short)
        #expect(try finder.identify(program, launcher: launcher) == first)
        #expect(try String(contentsOfFile: log.string, encoding: .utf8) == "run\n")
        try await Command("install", ["-m", "755", "/bin/false", program.string]).run()
        #expect(try finder.identify(program, launcher: launcher) == first)
        #expect(try String(contentsOfFile: log.string, encoding: .utf8) == "run\nrun\n")
        #expect(throws: UnitsError.self) { try finder.identify(scratch.file("nothing"), launcher: launcher) }
    }

    @Test(
        "an interpreter runs what is for its C library, of its release or an older one",
        arguments: [
            ("glibc 2.36", "-linux-gnu", "linux-x86_64-glibc2.36", PlatformFit.runs),
            ("glibc 2.36", "-linux-gnu", "linux-x86_64-glibc2.28", .runs),
            ("glibc 2.36", "-linux-gnu", "linux-x86_64-glibc2.39", .older("glibc 2.36")),
            ("glibc 2.36", "-linux-gnu", "linux-x86_64-musl1.2", .otherLibrary("glibc 2.36")),
            ("", "-linux-musl", "linux-x86_64-glibc2.28", .otherLibrary("musl")),
            ("", "-linux-musl", "linux-x86_64-musl1.2", .runs),
            ("", "", "linux-x86_64-glibc2.28", .runs),
        ])
    func fit(library: String, suffix: String, platform: String, fit: PlatformFit) throws {
        let interpreter = Interpreter(
            path: "/usr/bin/python3", version: version,
            build: InterpreterBuild(
                description: "", cacheTag: "", magic: [], extensionSuffix: ".cpython-311-x86_64\(suffix).so"),
            cLibrary: library)
        #expect(try interpreter.fit(TargetPlatform(platform)) == fit)
    }

    @Test("a virtual environment's interpreter is the one it was made with")
    func virtualEnvironment() async throws {
        let folder = scratch.file("venv")
        try await Command(real.path, ["-m", "venv", "--without-pip", folder.string]).run()
        let found = try finder("/nowhere").find(version, named: folder)
        #expect(try found.path.string == path(of: real.path))
    }

    @Test("a version that is nowhere is a missing prerequisite, told with the ways to get it")
    func missing() {
        let error = #expect(throws: UnitsError.self) {
            try InterpreterFinder(store: store, environment: ["PATH": "/nowhere"]).find(PythonVersion(3, 99))
        }
        #expect(error?.code == .missingInterpreter)
        #expect(error?.category == .missingPrerequisite)
        #expect(error?.advice?.contains("apt-get install python3.99") == true)
        #expect(error?.advice?.contains("--python PATH") == true)
    }

    @Test("a named interpreter of another version, or none at all, is refused by name", arguments: [true, false])
    func named(exists: Bool) throws {
        let path = exists ? FilePath(real.path) : scratch.file("nothing")
        let error = #expect(throws: UnitsError.self) {
            try finder("/usr/bin").find(PythonVersion(3, 99), named: path)
        }
        #expect(error?.code == .unusableInterpreter)
        #expect(error?.subject == path.string)
    }

    @Test("a newer patch than the wanted one will do, an older one will not")
    func patches() throws {
        let finder = finder(try folder("python3.\(real.minor)").string)
        let patch = try #require(try finder.find(version).version.patch)
        #expect(try finder.find(PythonVersion(3, real.minor, 0)).version.patch == patch)
        let error = #expect(throws: UnitsError.self) {
            try finder.find(PythonVersion(3, real.minor, 999))
        }
        #expect(error?.code == .missingInterpreter)
        #expect(error?.message.contains("found 3.\(real.minor).\(patch)") == true)
    }

    @Test("builds that differ in any fact have different keys")
    func keys() {
        let build = InterpreterBuild(description: "a", cacheTag: "b", magic: [1, 2, 3, 4], extensionSuffix: "c")
        let others = [
            InterpreterBuild(description: "a2", cacheTag: "b", magic: [1, 2, 3, 4], extensionSuffix: "c"),
            InterpreterBuild(description: "a", cacheTag: "b2", magic: [1, 2, 3, 4], extensionSuffix: "c"),
            InterpreterBuild(description: "a", cacheTag: "b", magic: [12, 3, 4], extensionSuffix: "c"),
            InterpreterBuild(description: "a", cacheTag: "b", magic: [1, 2, 3, 4], extensionSuffix: "c2"),
        ]
        #expect(Set(others.map(\.key) + [build.key]).count == 5)
    }

    private func path(of program: String) throws -> String {
        try #require(
            realpath(program, nil).map { pointer in
                defer { free(pointer) }
                return String(cString: pointer)
            })
    }
}
