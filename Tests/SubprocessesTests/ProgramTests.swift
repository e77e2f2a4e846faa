import Subprocesses
import SystemPackage
import TestSupport
import Testing
import Workers

@Suite("Programs are run without a shell", .serialized)
struct ProgramTests {
    @Test("output, errors and status come back as they were")
    func outcome() throws {
        let outcome = try Program("sh", ["-c", "printf out; printf err >&2; exit 3"]).run()
        #expect(outcome.outputText == "out")
        #expect(outcome.errorText == "err")
        #expect(outcome.ending == .exited(status: 3))
    }

    @Test("input larger than a pipe goes through a program that answers while it reads")
    func input() throws {
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(try Program("cat").output(input: bytes) == bytes)
    }

    @Test("a program that ends without reading its input is no error")
    func unreadInput() throws {
        #expect(try Program("true").run(input: [UInt8](repeating: 1, count: 1 << 20)).succeeded)
    }

    @Test("a missing program is named, with what to do")
    func missing() {
        #expect { try Program("no-such-program-here").run() } throws: { error in
            let error = error as? SubprocessError
            return error?.code == .notFound && error?.subject == "no-such-program-here" && error?.advice != nil
        }
    }

    @Test(
        "a missing tool is told with the package that has it",
        arguments: [("xz", "xz-utils"), ("python3.12", "python3.12"), ("dpkg-deb", "dpkg")])
    func package(tool: String, package: String) {
        let program = Program(tool, environment: .inherited(["PATH": "/nowhere"]))
        #expect { try program.run() } throws: { error in
            (error as? SubprocessError)?.advice?.contains("apt-get install \(package)`") == true
        }
    }

    @Test("a program is looked up on the PATH that it will see")
    func lookup() throws {
        #expect(try Program("true", environment: .exactly(["PATH": "/usr/bin:/bin"])).run().succeeded)
        #expect { try Program("true", environment: .exactly(["PATH": "/nowhere"])).run() } throws: {
            ($0 as? SubprocessError)?.code == .notFound
        }
    }

    @Test("time runs out, too, for a program that has closed its outputs")
    func silent() throws {
        let start = ContinuousClock.now
        #expect { try Program("sh", ["-c", "exec >&- 2>&-; sleep 60"]).run(timeout: .milliseconds(100)) } throws: {
            ($0 as? SubprocessError)?.code == .timedOut
        }
        #expect(ContinuousClock.now - start < .seconds(20))
        #expect(
            try Program("sh", ["-c", "exec >&- 2>&-; exit 4"]).run(timeout: .seconds(60)).ending == .exited(status: 4))
    }

    @Test("programs that threads start at once do not hold each other's pipes open")
    func together() throws {
        let slow = Program("sh", ["-c", "exec sleep 5"])
        let start = ContinuousClock.now
        let quick = try Workers(count: 9).map(Array(0..<60)) { number in
            if number % 10 == 0 { _ = try? slow.run(timeout: .seconds(1)) }
            return try Program("echo", ["\(number)"]).output()
        }
        #expect(quick.map { String(decoding: $0, as: UTF8.self) } == (0..<60).map { "\($0)\n" })
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("a signal that ended a program is told")
    func signalled() {
        #expect { try Program("sh", ["-c", "kill -TERM $$"]).output() } throws: { "\($0)".contains("signal 15") }
    }

    private static let probe = BuiltProduct.path("ProgramProbe")

    @Test("all that runs can be ended at once")
    func endAll() throws {
        let start = ContinuousClock.now
        let output = try Program(Self.probe, ["end-all"]).output()
        #expect(String(decoding: output, as: UTF8.self) == "signalled(9)\nsignalled(9)\n")
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("work that is told to end starts no further job")
    func endWork() throws {
        let output = try Program(Self.probe, ["end-work"]).output()
        #expect(String(decoding: output, as: UTF8.self) == "job 1\ncancelled\n")
    }

    @Test("a process becomes the program: folder, variables, arguments, status; and it ends when its reader has gone")
    func replacement() throws {
        func replace(_ words: String...) throws -> ProgramOutcome {
            try Program(Self.probe, ["replace"] + words).run()
        }
        let outcome = try replace("/usr", "sh", "-c", "echo $PWD $PROBE $1; exit 7", "sh", "it's")
        #expect(outcome.outputText == "/usr replaced it's\n")
        #expect(outcome.ending == .exited(status: 7))
        let ignored = try replace("/", "sh", "-c", "grep SigIgn /proc/self/status")
        let mask = ignored.outputText.split(separator: "\t").last.flatMap { UInt64($0.dropLast(), radix: 16) }
        #expect(mask.map { $0 & 1 << 12 } == 0)
        #expect(try replace("/", "no-such-program").outputText.contains("is not on this machine"))
        #expect(try replace("/no/such/folder", "true").outputText.contains("/no/such/folder"))
    }

    @Test("a failure shows the command and the end of what it said")
    func failure() {
        #expect { try Program("sh", ["-c", "echo cannot do it >&2; exit 9"]).output() } throws: { error in
            "\(error)".contains("status 9") && "\(error)".contains("cannot do it")
        }
    }

    @Test("time runs out for a program and for what it started")
    func timeout() throws {
        let start = ContinuousClock.now
        #expect { try Program("sh", ["-c", "sleep 60 & sleep 60; wait"]).run(timeout: .milliseconds(100)) } throws: {
            ($0 as? SubprocessError)?.code == .timedOut
        }
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test("more output than the limit is an error")
    func limit() {
        #expect { try Program("yes").run(outputLimit: 100_000) } throws: {
            ($0 as? SubprocessError)?.code == .tooMuchOutput
        }
    }

    @Test("folder and environment are the program's own")
    func surroundings() throws {
        let exact = Program("/usr/bin/env", environment: .exactly(["A": "b c"]))
        #expect(try String(decoding: exact.output(), as: UTF8.self) == "A=b c\n")
        let elsewhere = Program("pwd", in: "/usr")
        #expect(try String(decoding: elsewhere.output(), as: UTF8.self) == "/usr\n")
        let less = Program("sh", ["-c", "echo ${HOME-none}"], environment: .inherited(["HOME": nil]))
        #expect(try String(decoding: less.output(), as: UTF8.self) == "none\n")
    }

    @Test("arguments reach the program as they are, and a message shows them quoted")
    func arguments() throws {
        let program = Program("printf", ["%s|", "a b", "$HOME", "it's"])
        #expect(try String(decoding: program.output(), as: UTF8.self) == "a b|$HOME|it's|")
        #expect(program.line == #"printf '%s|' 'a b' '$HOME' 'it'\''s'"#)
    }
}
