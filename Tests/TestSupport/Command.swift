import Foundation
public import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A program run for a test, without a shell: its arguments, folder and changes to the environment.
///
/// It waits on a thread of its own, so tests may run many at once beside servers that live in the same process.
public struct Command: Sendable {
    public var arguments: [String]
    /// Where it runs; the test's own folder if `nil`.
    public var folder: FilePath?
    /// Added to this process's environment; `nil` takes a variable away.
    public var environment: [String: String?]

    /// - Parameter program: a path, or a name that is looked up on the `PATH`.
    public init(
        _ program: String, _ arguments: [String] = [], in folder: FilePath? = nil,
        environment: [String: String?] = [:]
    ) {
        self.arguments = [program] + arguments
        self.folder = folder
        self.environment = environment
    }

    /// What a finished program left behind.
    public struct Outcome: Sendable {
        /// The exit status, or 128 + the number of the signal that ended it, as shells say it.
        public var status: Int32
        public var output: [UInt8]
        public var errors: [UInt8]

        public var text: String { String(decoding: output, as: UTF8.self) }
        public var errorText: String { String(decoding: errors, as: UTF8.self) }
        public var succeeded: Bool { status == 0 }
    }

    public struct Failure: Error, CustomStringConvertible {
        public var command: Command
        public var reason: String

        public init(command: Command, reason: String) {
            self.command = command
            self.reason = reason
        }

        public var description: String { "`\(command.arguments.joined(separator: " "))`: \(reason)" }
    }

    /// Runs it to its end, whatever the status. Throws only where it cannot be started.
    public func outcome() async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try self.wait() }) }
        }
    }

    /// Runs it to its end, and gives the most memory that it held at once too, in bytes.
    ///
    /// It runs as the child of a small process: the kernel counts for a process what it held before it called `exec`
    /// (setmax_mm_hiwater_rss), which for a child that this process spawns is all that this process holds.
    public func outcomeAndPeakMemory() async throws -> (outcome: Outcome, peakMemory: Int) {
        let script = """
            import resource, subprocess, sys
            status = subprocess.call(sys.argv[2:])
            with open(sys.argv[1], "w") as peak:
                peak.write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss << 10))
            sys.exit(status if status >= 0 else 128 - status)
            """
        let scratch = try Scratch("peak")
        var command = self
        command.arguments = ["python3", "-c", script, scratch.file("peak").string] + arguments
        let outcome = try await command.outcome()
        let peak = try String(contentsOfFile: scratch.file("peak").string, encoding: .utf8)
        return (outcome, try Int(peak) ?? { throw Failure(command: command, reason: "no peak: '\(peak)'") }())
    }

    /// Runs it and gives its standard output; throws with what it printed where the status is not 0.
    @discardableResult
    public func run() async throws -> String {
        let outcome = try await outcome()
        guard outcome.succeeded else {
            throw Failure(command: self, reason: "status \(outcome.status)\n\(outcome.text)\(outcome.errorText)")
        }
        return outcome.text
    }

    private func wait() throws -> Outcome { try start().wait() }

    /// Starts it and comes back at once.
    public func start() throws -> RunningCommand {
        let output = try Capture(), errors = try Capture()
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.descriptor, 1)
        posix_spawn_file_actions_adddup2(&actions, errors.descriptor, 2)

        var variables = ProcessInfo.processInfo.environment
        for (name, value) in environment { variables[name] = value }
        // `env` changes the folder: glibc's own file action for it is no part of the module that Swift sees.
        let words = folder.map { ["env", "--chdir=\($0)"] + arguments } ?? arguments
        let argv = words.map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in argv + envp { free(word) } }

        var process = pid_t()
        let started = posix_spawnp(&process, words[0], &actions, nil, argv, envp)
        guard started == 0 else { throw Failure(command: self, reason: String(cString: strerror(started))) }
        return RunningCommand(process: process, output: output, errors: errors)
    }
}

/// A program that was started and not yet waited for.
public final class RunningCommand: Sendable {
    public let process: Int32
    private let output: Capture
    private let errors: Capture

    init(process: Int32, output: Capture, errors: Capture) {
        self.process = process
        self.output = output
        self.errors = errors
    }

    /// Sends it a signal; to be used before it was waited for.
    public func signal(_ number: Int32) { kill(process, number) }

    /// What it has printed on standard output so far.
    public var outputSoFar: [UInt8] { output.bytes() }

    /// What it has printed on standard error so far.
    public var errorsSoFar: [UInt8] { errors.bytes() }

    /// Whether it has ended, and waits to be waited for.
    public var hasEnded: Bool {
        var facts = siginfo_t()
        let asked = waitid(P_PID, id_t(process), &facts, WEXITED | WNOHANG | WNOWAIT)
        return asked == 0 && facts.si_signo != 0
    }

    /// Kills it, and comes back when it is gone.
    public func end() {
        signal(SIGKILL)
        _ = wait()
    }

    /// Waits for its end, which may be done once.
    public func outcome() async -> Command.Outcome {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.wait()) }
        }
    }

    func wait() -> Command.Outcome {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        let signal = status & 0x7f
        return Command.Outcome(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: output.bytes(), errors: errors.bytes())
    }
}

/// A file without a name that takes what a program prints, so that no pipe can fill up.
final class Capture: Sendable {
    let descriptor: Int32

    init() throws {
        var name = Array("/tmp/chidori-capture-XXXXXX".utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        unlink(&name)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    func bytes() -> [UInt8] {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: max(size, 0)) { buffer, count in
            count = max(0, pread(descriptor, buffer.baseAddress, buffer.count, 0))
        }
    }
}
