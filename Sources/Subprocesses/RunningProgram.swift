internal import SystemPackage

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// A started process and the pipes to it. Used by one thread, from start to end.
struct RunningProgram {
    private let process: pid_t
    private let input: Int32
    private let output: Int32
    /// -1 where both of its outputs go to one pipe.
    private let errors: Int32

    /// - Parameter mergesOutputs: whether standard error goes where standard output goes.
    init(_ program: Program, at path: FilePath, mergesOutputs: Bool = false) throws {
        // Writing to a program that has ended must be an error here, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let (theirInput, ourInput) = try Self.pipe(program)
        let (ourOutput, theirOutput) = try Self.pipe(program)
        let (ourErrors, theirErrors) = mergesOutputs ? (-1, theirOutput) : try Self.pipe(program)
        defer { for descriptor in Set([theirInput, theirOutput, theirErrors]) { close(descriptor) } }

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
            for descriptor in [ourInput, ourOutput, ourErrors] where descriptor >= 0 { close(descriptor) }
            throw SubprocessError(.cannotStart, program, "cannot be started: \(Errno(rawValue: status))")
        }
        (process, input, output, errors) = (started, ourInput, ourOutput, ourErrors)
        RunningGroups.add(process)
        for descriptor in [input, output, errors] where descriptor >= 0 { _ = fcntl(descriptor, F_SETFL, O_NONBLOCK) }
    }

    /// What its reader does with what a program does. What any of these throws ends the program.
    struct Reader {
        var output: (ArraySlice<UInt8>) throws -> Void
        var errors: (ArraySlice<UInt8>) throws -> Void = { _ in }
        /// Called ten times a second, with the process's id.
        var watch: ((Int32) throws -> Void)?
    }

    /// Feeds, reads and waits. The process is gone when this returns or throws.
    func finish(
        _ program: Program, input bytes: [UInt8], timeout: Duration?, _ reader: Reader
    ) throws -> ProgramOutcome.Ending {
        let deadline = timeout.map { ContinuousClock.now + $0 }
        let status: Int32
        defer { RunningGroups.remove(process) }
        do {
            try exchange(program, bytes, deadline: deadline, reader)
            status = try wait(program, until: deadline, reader)
        } catch {
            kill(-process, SIGKILL)
            _ = wait()
            throw error
        }
        let signal = status & 0x7f
        return signal == 0 ? .exited(status: (status >> 8) & 0xff) : .signalled(signal)
    }

    /// Moves bytes until the program has closed its outputs.
    private func exchange(
        _ program: Program, _ bytes: [UInt8], deadline: ContinuousClock.Instant?, _ reader: Reader
    ) throws {
        var feeding: Int32 = input
        var reading: Int32 = output
        var complaining: Int32 = errors
        defer { for descriptor in [feeding, reading, complaining] where descriptor >= 0 { close(descriptor) } }
        var sent = 0
        if bytes.isEmpty { Self.shut(&feeding) }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        var nextLook = ContinuousClock.now + Self.lookInterval

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
            if let watch = reader.watch {
                if ContinuousClock.now >= nextLook {
                    try watch(process)
                    nextLook = .now + Self.lookInterval
                }
                patience = patience < 0 ? Self.lookMilliseconds : min(patience, Self.lookMilliseconds)
            }
            let ready = poll(&waits, 3, patience)
            if ready < 0 {
                if errno == EINTR { continue }
                throw SubprocessError(.cannotStart, program, "cannot be read from: \(Errno(rawValue: errno))")
            }
            if waits[0].revents != 0 {
                try Self.read(&reading, &buffer, reader.output)
            }
            if waits[1].revents != 0 {
                try Self.read(&complaining, &buffer, reader.errors)
            }
            if waits[2].revents != 0 {
                let count = bytes.withUnsafeBytes { write(feeding, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
                if count > 0 { sent += count }
                if sent == bytes.count || (count < 0 && errno != EAGAIN && errno != EINTR) { Self.shut(&feeding) }
            }
        }
    }

    /// Waits for the end of a program that has closed its outputs, which need not be at once.
    private func wait(
        _ program: Program, until deadline: ContinuousClock.Instant?, _ reader: Reader
    ) throws -> Int32 {
        guard let deadline else { return wait() }
        var pause: UInt32 = 100
        while true {
            var status: Int32 = 0
            let ended = waitpid(process, &status, WNOHANG)
            if ended == process { return status }
            guard ContinuousClock.now < deadline else { throw Self.late(program) }
            try reader.watch?(process)
            usleep(pause)
            pause = min(pause * 2, 20_000)
        }
    }

    private func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        return status
    }

    private static let lookMilliseconds: Int32 = 100
    private static let lookInterval = Duration.milliseconds(Int(lookMilliseconds))

    private static func read(
        _ descriptor: inout Int32, _ buffer: inout [UInt8], _ take: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        if count > 0 { try take(buffer[..<count]) }
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
