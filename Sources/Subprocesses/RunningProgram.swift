internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A started process and the three pipes to it. Used by one thread, from start to end.
struct RunningProgram {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    private let errors: Int32

    private static let errorTail = 64 << 10

    init(_ program: Program, at path: FilePath) throws {
        // Writing to a program that has ended must be an error here, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let (theirInput, ourInput) = try Self.pipe(program)
        let (ourOutput, theirOutput) = try Self.pipe(program)
        let (ourErrors, theirErrors) = try Self.pipe(program)
        defer { for descriptor in [theirInput, theirOutput, theirErrors] { close(descriptor) } }

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, theirInput, 0)
        posix_spawn_file_actions_adddup2(&actions, theirOutput, 1)
        posix_spawn_file_actions_adddup2(&actions, theirErrors, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that what it starts ends with it; and signals as a program expects them.
        posix_spawnattr_setpgroup(&attributes, 0)
        var standard = sigset_t()
        sigemptyset(&standard)
        posix_spawnattr_setsigmask(&attributes, &standard)
        sigaddset(&standard, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &standard)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        // glibc's file action that changes the folder is not in the module Swift sees; `env` does the same.
        let words: [String] =
            if let folder = program.folder {
                ["/usr/bin/env", "--chdir=\(folder)", path.string] + program.arguments
            } else {
                [path.string] + program.arguments
            }
        let argv = words.map { strdup($0) } + [nil]
        let envp = program.variables.map { strdup($0) } + [nil]
        defer { for word in argv + envp { free(word) } }

        var started = pid_t()
        let status = posix_spawn(&started, words[0], &actions, &attributes, argv, envp)
        guard status == 0 else {
            for descriptor in [ourInput, ourOutput, ourErrors] { close(descriptor) }
            throw SubprocessError(.cannotStart, program, "cannot be started: \(Errno(rawValue: status))")
        }
        (process, input, output, errors) = (started, ourInput, ourOutput, ourErrors)
        RunningGroups.add(process)
        for descriptor in [input, output, errors] { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    /// Feeds, reads and waits. The process is gone when this returns or throws.
    func finish(
        _ program: Program, input bytes: [UInt8], outputLimit: Int, timeout: Duration?
    ) throws -> ProgramOutcome {
        var outcome = ProgramOutcome(ending: .exited(status: 0), output: [], errors: [])
        let deadline = timeout.map { ContinuousClock.now + $0 }
        let status: Int32
        defer { RunningGroups.remove(process) }
        do {
            try exchange(program, bytes, outputLimit, deadline: deadline, &outcome)
            status = try wait(program, until: deadline)
        } catch {
            kill(-process, SIGKILL)
            _ = wait()
            throw error
        }
        let signal = status & 0x7f
        outcome.ending = signal == 0 ? .exited(status: (status >> 8) & 0xff) : .signalled(signal)
        return outcome
    }

    /// Moves bytes until the program has closed both of its outputs.
    private func exchange(
        _ program: Program, _ bytes: [UInt8], _ limit: Int, deadline: ContinuousClock.Instant?,
        _ outcome: inout ProgramOutcome
    ) throws {
        var feeding: Int32 = input
        var reading: Int32 = output
        var complaining: Int32 = errors
        defer { for descriptor in [feeding, reading, complaining] where descriptor >= 0 { close(descriptor) } }
        var sent = 0
        if bytes.isEmpty { Self.shut(&feeding) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)

        while reading >= 0 || complaining >= 0 {
            var waits = [
                pollfd(fd: reading, events: Int16(POLLIN), revents: 0),
                pollfd(fd: complaining, events: Int16(POLLIN), revents: 0),
                pollfd(fd: feeding, events: Int16(POLLOUT), revents: 0),
            ]
            var patience: Int32 = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                guard left > .zero else { throw Self.late(program) }
                patience = Int32(min(left / .milliseconds(1) + 1, 1e9))
            }
            let ready = poll(&waits, 3, patience)
            if ready == 0 { throw Self.late(program) }
            if ready < 0 {
                if errno == EINTR { continue }
                throw SubprocessError(.cannotStart, program, "cannot be read from: \(Errno(rawValue: errno))")
            }
            if waits[0].revents != 0 {
                Self.read(&reading, &buffer) { outcome.output.append(contentsOf: $0) }
                guard outcome.output.count <= limit else {
                    throw SubprocessError(.tooMuchOutput, program, "printed more than \(limit) bytes")
                }
            }
            if waits[1].revents != 0 {
                Self.read(&complaining, &buffer) { outcome.errors.append(contentsOf: $0) }
                if outcome.errors.count > 2 * Self.errorTail {
                    outcome.errors.removeFirst(outcome.errors.count - Self.errorTail)
                }
            }
            if waits[2].revents != 0 {
                let count = bytes.withUnsafeBytes { write(feeding, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
                if count > 0 { sent += count }
                if sent == bytes.count || (count < 0 && errno != EAGAIN && errno != EINTR) { Self.shut(&feeding) }
            }
        }
        if outcome.errors.count > Self.errorTail {
            outcome.errors.removeFirst(outcome.errors.count - Self.errorTail)
        }
    }

    /// Waits for the end of a program that has closed its outputs, which need not be at once.
    private func wait(_ program: Program, until deadline: ContinuousClock.Instant?) throws -> Int32 {
        guard let deadline else { return wait() }
        var pause: UInt32 = 100
        while true {
            var status: Int32 = 0
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return status }
            guard ContinuousClock.now < deadline else { throw Self.late(program) }
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static func read(_ descriptor: inout Int32, _ buffer: inout [UInt8], _ take: (ArraySlice<UInt8>) -> Void) {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { take(buffer[..<count]) }
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { shut(&descriptor) }
    }

    private static func shut(_ descriptor: inout Int32) {
        close(descriptor)
        descriptor = -1
    }

    private static func late(_ program: Program) -> SubprocessError {
        SubprocessError(.timedOut, program, "took too long and was ended")
    }

    private static func pipe(_ program: Program) throws -> (read: Int32, write: Int32) {
        do {
            // Closed on exec from the first moment: a program that another thread starts just now would keep our end
            // open, and we would wait for that one too.
            let ends = try FileDescriptor.pipe(options: .closeOnExec)
            return (ends.readEnd.rawValue, ends.writeEnd.rawValue)
        } catch {
            throw SubprocessError(.cannotStart, program, "cannot be started: \(error)")
        }
    }
}
