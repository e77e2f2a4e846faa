internal import FileSystem
internal import Glibc
internal import SystemPackage

/// What lives of an attempt whose shim was killed, found by all that its processes cannot easily put away: the
/// groups they are in, the locked file and the variable they inherited, their session, and whose children they are.
struct Remains {
    private let start: StartRecord
    private let groups: AttemptGroups
    private let name: String?
    private let lockPath: String?

    init(of folder: AttemptFolder, _ start: StartRecord) {
        self.start = start
        // An order that cannot be read names no groups; the other marks remain.
        let order = (try? folder.order()) ?? nil
        groups = AttemptGroups(order?.groups ?? .none, name: order?.name ?? "")
        name = order?.name
        lockPath = try? folder.path.appending(AttemptLock.fileName).withoutLinks().string
    }

    /// Whether anything lives, as far as is told without looking at every process of the machine.
    var areThere: Bool {
        start.process.isAlive || !groups.processes.isEmpty
    }

    /// Every process that seems to belong to the attempt.
    func processes() -> [Int32] {
        guard start.process.boot == ProcessIdentity.boot else { return [] }
        let all = ProcessTable.all().filter { $0.startTicks >= start.process.startTicks }
        let members = groups.processes
        let own = all.filter { bearsMark($0, members) }
        let found = own + ProcessTable.descendants(of: Set(own.map(\.process)), among: all)
        return found.filter { !$0.hasEnded && $0.process != getpid() }.map(\.process)
    }

    /// Whether a process is one of the attempt's, asked while nobody else can have its number.
    private func isOurs(_ process: Int32) -> Bool {
        guard process != getpid(), let facts = ProcessFacts(of: process) else { return false }
        let members = groups.processes
        return bearsMark(facts, members)
            || ProcessTable.ancestors(of: process)?.contains { bearsMark($0, members) } == true
    }

    /// - Parameter members: the processes of the attempt's groups.
    private func bearsMark(_ facts: ProcessFacts, _ members: Set<Int32>) -> Bool {
        guard facts.startTicks >= start.process.startTicks, facts.process != getpid() else { return false }
        // The driver's number is its session's too, and nobody else's as long as the driver lives.
        return members.contains(facts.process)
            || facts.session == start.process.process && start.process.isAlive
            || holdsLock(facts.process) || bearsName(facts.process)
    }

    private func holdsLock(_ process: Int32) -> Bool {
        let folder = FilePath("/proc/\(process)")
        guard let lockPath, let names = try? folder.appending("fd").folderNames() else { return false }
        return names.contains { name in
            guard (try? folder.appending("fd").appending(name).linkText()) == lockPath,
                let facts = try? folder.appending("fdinfo").appending(name).fileContents(limit: 64 << 10)
            else { return false }
            // Who only reads the file, such as a backup, holds no lock.
            return String(decoding: facts, as: UTF8.self).contains("OFDLCK")
        }
    }

    private func bearsName(_ process: Int32) -> Bool {
        guard let name, let bytes = try? FilePath("/proc/\(process)/environ").fileContents(limit: 4 << 20) else {
            return false
        }
        let variable = "\(LaunchOrder.nameVariable)=\(name)"
        return bytes.split(separator: 0).contains { $0.elementsEqual(variable.utf8) }
    }

    /// Tells all of them to end.
    func terminate() {
        send(SIGTERM)
        // One that is held up by SIGSTOP would not hear of it.
        send(SIGCONT)
    }

    /// Ends all of them. Blocks until they are gone.
    ///
    /// - Parameter patience: how long; who cannot die in that time hangs in the kernel.
    /// - Returns: whether they are gone.
    func end(within patience: Duration) -> Bool {
        let deadline = ContinuousClock.now + patience
        var pause: UInt32 = 500
        while true {
            groups.kill()
            if send(SIGKILL) == 0, groups.processes.isEmpty {
                groups.remove()
                return true
            }
            guard ContinuousClock.now < deadline else { return false }
            usleep(pause)
            pause = min(pause * 2, 50_000)
        }
    }

    /// - Returns: to how many processes it was to go.
    @discardableResult
    private func send(_ number: Int32) -> Int {
        let processes = processes()
        for process in processes { signal(process, number) { isOurs(process) } }
        return processes.count
    }
}

extension AttemptFolder {
    /// Tells what lives of an attempt without a shim to end, once.
    public func terminateRemains(of start: StartRecord) {
        Remains(of: self, start).terminate()
    }

    /// Ends what lives of an attempt without a shim. Blocks until it is gone.
    ///
    /// - Parameter patience: how long; who cannot die in that time hangs in the kernel.
    /// - Returns: whether it is gone.
    public func endRemains(of start: StartRecord, within patience: Duration) -> Bool {
        Remains(of: self, start).end(within: patience)
    }
}
