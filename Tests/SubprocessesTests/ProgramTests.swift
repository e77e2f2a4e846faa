import Subprocesses
import SystemPackage
import Testing

@Suite("Programs are run without a shell")
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
