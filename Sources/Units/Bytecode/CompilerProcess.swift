internal import Glibc
internal import Subprocesses
internal import SystemPackage

/// A running interpreter that compiles what it is sent, and the socket to it. Used by one thread.
final class CompilerProcess {
    /// How a compiler ended that should not have.
    enum Ending {
        case exited(Int32)
        case signalled(Int32)
    }

    private let interpreter: Interpreter
    private var process: pid_t = 0
    private var socket: Int32 = -1
    /// The end of a pipe that takes what the interpreter complains of. What does not fit is lost: nobody waits for it.
    private var complaints: Int32 = -1

    /// Starts the interpreter and waits until it is ready.
    ///
    /// - Parameter isAlone: whether it works on a stack of a fixed size (``CompilerScript``).
    /// - Throws: ``UnitsError`` (`compilationFailed`).
    init(_ interpreter: Interpreter, isAlone: Bool = false) throws {
        self.interpreter = interpreter
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw failure("cannot be talked to: \(Errno(rawValue: errno))")
        }
        socket = ends[0]
        let errors: (readEnd: FileDescriptor, writeEnd: FileDescriptor)
        do {
            errors = try FileDescriptor.pipe(options: [.closeOnExec, .nonBlocking])
        } catch {
            close(ends[1])
            throw failure("cannot be talked to: \(error)")
        }
        complaints = errors.readEnd.rawValue
        let started = spawn(input: ends[1], errors: errors.writeEnd.rawValue, isAlone: isAlone)
        close(ends[1])
        close(errors.writeEnd.rawValue)
        guard started == 0 else {
            process = 0
            throw failure("cannot be started: \(Errno(rawValue: started))")
        }
        var greeting: [UInt8] = []
        while greeting.count < CompilerScript.ready.count {
            guard try receive(into: &greeting, waitingToSend: false).received else { break }
        }
        guard greeting == CompilerScript.ready else {
            _ = end()
            throw failure("does not start as a compiler\(complaint())")
        }
    }

    deinit {
        if process > 0 { kill(-process, SIGKILL) }
        _ = end()
        if complaints >= 0 { close(complaints) }
    }

    private func spawn(input: Int32, errors: Int32, isAlone: Bool) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, input, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // An interpreter outside the system's folders may need to be told where its libraries are; nothing else of this
        // process's environment may reach it.
        var environment = ["PYTHONHASHSEED=0", "LC_ALL=C.UTF-8"]
        if let libraries = getenv("LD_LIBRARY_PATH") {
            environment.append("LD_LIBRARY_PATH=" + String(cString: libraries))
        }
        let arguments = CompilerScript.arguments + (isAlone ? [CompilerScript.alone] : [])
        let argv = ([interpreter.path.string] + arguments).map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { for word in argv + envp { free(word) } }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, which ends as one with its forks and which a terminal's Ctrl-C does not reach; and no signal
        // held back because the thread that starts it does so.
        posix_spawnattr_setpgroup(&attributes, 0)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        let status = posix_spawn(&process, interpreter.path.string, &actions, &attributes, argv, envp)
        if status == 0 { RunningGroups.add(process) }
        return status
    }

    /// How long an answer may take. The largest sources compile in seconds.
    private static let patience: Int32 = 600_000

    /// Sends a part of `bytes` from `start` on, and takes in what has come, whichever is possible first.
    ///
    /// - Returns: how many bytes were sent; whether the interpreter is still there.
    /// - Throws: ``UnitsError`` (`compilationFailed`) when nothing moves for ten minutes.
    func exchange(_ bytes: [UInt8], from start: Int, into incoming: inout [UInt8]) throws -> (sent: Int, alive: Bool) {
        let (received, canSend) = try receive(into: &incoming, waitingToSend: start < bytes.count)
        guard received || canSend else { return (0, false) }
        guard canSend else { return (0, true) }
        let sent = bytes.withUnsafeBytes { raw in
            send(
                socket, raw.baseAddress.map { $0 + start }, raw.count - start, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            )
        }
        if sent >= 0 { return (sent, true) }
        return (0, errno == EAGAIN || errno == EINTR)
    }

    /// Waits until something can be received or, where asked for, sent. Neither means that the interpreter has ended.
    private func receive(
        into incoming: inout [UInt8], waitingToSend: Bool
    ) throws -> (received: Bool, canSend: Bool) {
        var wait = pollfd(fd: socket, events: Int16(POLLIN | (waitingToSend ? POLLOUT : 0)), revents: 0)
        while true {
            let ready = poll(&wait, 1, Self.patience)
            if ready > 0 { break }
            if ready == 0 { throw failure("has compiled one file for more than ten minutes") }
            if errno != EINTR { throw failure("cannot be talked to: \(Errno(rawValue: errno))") }
        }
        var received = false
        if wait.revents & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
            let count = withUnsafeTemporaryAllocation(byteCount: 256 << 10, alignment: 16) { buffer in
                let count = recv(socket, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
                if count > 0 { incoming.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
                return count
            }
            received = count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
            if !received { return (false, false) }
        }
        return (received, wait.revents & Int16(POLLOUT) != 0)
    }

    /// Waits for an interpreter that has gone, and tells how.
    func end() -> Ending? {
        if socket >= 0 { close(socket) }
        socket = -1
        guard process > 0 else { return nil }
        RunningGroups.remove(process)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        process = 0
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .signalled(status & 0x7F)
    }

    /// What the interpreter printed last, as the rest of a message.
    func complaint() -> String {
        var text = [UInt8](repeating: 0, count: 64 << 10)
        let count = read(complaints, &text, text.count)
        guard count > 0 else { return "" }
        let lines = String(decoding: text[..<count], as: UTF8.self).split(separator: "\n").suffix(6)
        return ":\n    " + lines.joined(separator: "\n    ")
    }

    func failure(_ message: String) -> UnitsError {
        UnitsError(
            .compilationFailed, interpreter.path.string, message,
            advice: "name another interpreter with --python PATH, or leave bytecode out with `bytecode: false`")
    }
}
