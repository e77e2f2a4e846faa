internal import CProcesses
internal import FileSystem
internal import Glibc
internal import JobModel
internal import SystemPackage

/// The program under a shim, and the pipe of what it prints.
struct SupervisedProcess: ~Copyable {
    let process: pid_t
    let record: StartRecord
    let startedAt: Int64
    /// -1 once nothing more can come.
    private(set) var output: CInt
    let groups: AttemptGroups

    /// Why it could not be started, for people.
    struct Refusal: Error {
        var message: String
    }

    /// Starts the program. Its record is durable before its first instruction.
    ///
    /// - Parameter lock: the attempt's, for the program to inherit.
    static func start(_ order: LaunchOrder, in folder: FilePath, lock: CInt) throws(Refusal) -> Self {
        var groups = AttemptGroups(order.groups, name: order.name)
        let complaints = groups.make(order.limits)
        do {
            return try Self(order, in: folder, lock: lock, groups: groups, complaints: complaints)
        } catch {
            groups.remove()
            throw error
        }
    }

    private init(
        _ order: LaunchOrder, in folder: FilePath, lock: CInt, groups: AttemptGroups, complaints: [String]
    ) throws(Refusal) {
        var opened: [CInt] = []
        defer { for descriptor in opened { close(descriptor) } }
        func pipe() throws(Errno) -> (reading: CInt, writing: CInt) {
            var ends: [CInt] = [-1, -1]
            try uninterrupted { Glibc.pipe(&ends) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (ends[0], ends[1])
        }
        let (output, gate, failure): (CInt, CInt, CInt)
        let child: pid_t
        do throws(Errno) {
            let entrances = try groups.openEntrances()
            opened += entrances.descriptors
            let outputs = try pipe()
            opened += [outputs.writing]
            let gates = try pipe()
            opened += [gates.reading]
            let failures = try pipe()
            opened += [failures.writing]
            (output, gate, failure) = (outputs.reading, gates.writing, failures.reading)
            var variables = order.variables
            variables[LaunchOrder.nameVariable] = order.name
            child = try uninterrupted {
                Self.fork(
                    order, variables.map { "\($0.key)=\($0.value)" }.sorted(), entrances: entrances,
                    output: outputs.writing, lock: lock, gate: gates, failure: failures.writing)
            }
        } catch {
            throw Refusal(message: "cannot be started: \(error)")
        }
        defer { close(failure) }
        let startedAt = steadyMilliseconds()
        // Our own copies of what is the child's: without these closed there is no end of file.
        for descriptor in opened { close(descriptor) }
        opened = []
        let none = ProcessIdentity(process: child, startTicks: 0, boot: ProcessIdentity.boot)
        let record = StartRecord(
            token: order.token, process: ProcessIdentity(of: child) ?? none,
            shim: ProcessIdentity(of: getpid()) ?? none,
            startedAt: .now, groups: groups.folders.map(\.string),
            memoryLimit: order.limits.memory == nil ? .none : groups.memory == nil ? .watched : .controlGroup,
            processorLimit: groups.processor == nil ? .none : .controlGroup, complaints: complaints)
        do throws(Errno) {
            try record.write(in: folder)
            try AttemptFolder.synchronize(folder, below: order.root ?? folder.removingLastComponent())
        } catch {
            // It still waits, and ends when the gate is gone.
            close(gate)
            Self.waitForEnd(of: child)
            close(output)
            throw Refusal(message: "cannot be started, since that cannot be recorded: \(error)")
        }
        var byte: UInt8 = 1
        _ = write(gate, &byte, 1)
        close(gate)
        if let refusal = Self.refusal(order, failure) {
            Self.waitForEnd(of: child)
            close(output)
            throw refusal
        }
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        process = child
        self.record = record
        self.startedAt = startedAt
        self.output = output
        self.groups = groups
    }

    private static func waitForEnd(of process: pid_t) {
        while waitpid(process, nil, 0) < 0 && errno == EINTR {}
    }

    private static func fork(
        _ order: LaunchOrder, _ variables: [String], entrances: AttemptGroups.Entrances, output: CInt, lock: CInt,
        gate: (reading: CInt, writing: CInt), failure: CInt
    ) -> pid_t {
        let path = strdup(order.command.first ?? "")
        let folder = strdup(order.folder.string)
        let accounts = order.user?.accounts.map { strdup($0.string) } ?? nil
        let argv = order.command.map { strdup($0) } + [nil]
        let envp = variables.map { strdup($0) } + [nil]
        defer { for text in argv + envp + [path, folder, accounts] { free(text) } }
        return argv.withUnsafeBufferPointer { argv in
            envp.withUnsafeBufferPointer { envp in
                entrances.doors.withUnsafeBufferPointer { doors in
                    var driver = chidori_driver()
                    driver.path = UnsafePointer(path)
                    driver.arguments = argv.baseAddress
                    driver.variables = envp.baseAddress
                    driver.folder = UnsafePointer(folder)
                    driver.output = output
                    driver.lock = lock
                    driver.gate = gate.reading
                    driver.gate_opener = gate.writing
                    driver.failure = failure
                    driver.groups = doors.baseAddress
                    driver.group_count = CInt(doors.count)
                    driver.birthplace = entrances.birthplace
                    driver.has_user = order.user != nil
                    driver.user = order.user?.user ?? 0
                    driver.group = order.user?.group ?? 0
                    driver.accounts = UnsafePointer(accounts)
                    // Where the machine runs out of memory, drivers go before whoever starts them.
                    driver.out_of_memory_score = 300
                    driver.open_files = 65_536
                    return chidori_start_driver(&driver)
                }
            }
        }
    }

    /// What the child says where it did not become the program; `nil` where it did.
    private static func refusal(_ order: LaunchOrder, _ failure: CInt) -> Refusal? {
        var told: (step: CInt, error: CInt) = (0, 0)
        let size = MemoryLayout.size(ofValue: told)
        let count = (try? uninterrupted { Glibc.read(failure, &told, size) }) ?? 0
        guard count == size else { return nil }
        let what =
            switch chidori_step(UInt32(told.step)) {
            case CHIDORI_STEP_GROUPS: "cannot join its control groups"
            case CHIDORI_STEP_ACCOUNTS: "cannot have accounts of its own"
            case CHIDORI_STEP_USER: "cannot run as user \(order.user?.user ?? 0)"
            case CHIDORI_STEP_FOLDER: "cannot enter \(order.folder)"
            case CHIDORI_STEP_STREAMS: "cannot be given its streams"
            default: "cannot run \(order.command.first ?? "")"
            }
        return Refusal(message: "\(what): \(Errno(rawValue: told.error))")
    }

    /// The next piece of what it printed.
    enum Piece {
        case some
        case nothingNow
        case end
    }

    mutating func read(into buffer: UnsafeMutableRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void) -> Piece {
        guard output >= 0 else { return .end }
        let count = Glibc.read(output, buffer.baseAddress, buffer.count)
        if count > 0 {
            take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return .some
        }
        if count < 0, errno == EAGAIN || errno == EINTR { return .nothingNow }
        close(output)
        output = -1
        return .end
    }
}
