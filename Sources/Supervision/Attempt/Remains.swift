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

    /// Every process that belongs to the attempt.
    func processes() -> [ProcessFacts] {
        guard start.process.boot == ProcessIdentity.boot else { return [] }
        let all = ProcessTable.all().filter { $0.process != getpid() && $0.startTicks >= start.process.startTicks }
        let members = groups.processes
        // The driver's number is its session's too, and nobody else's as long as the driver lives.
        let session = start.process.isAlive ? start.process.process : nil
        let own = all.filter { facts in
            members.contains(facts.process) || facts.session == session || holdsLock(facts.process)
                || bearsName(facts.process)
        }
        let found = own + ProcessTable.descendants(of: Set(own.map(\.process)), among: all)
        return found.filter { !$0.hasEnded }
    }

    private func holdsLock(_ process: Int32) -> Bool {
        let descriptors = FilePath("/proc/\(process)/fd")
        guard let lockPath, let names = try? descriptors.folderNames() else { return false }
        return names.contains { (try? descriptors.appending($0).linkText()) == lockPath }
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
        for facts in processes {
            signal(facts.process, number) { ProcessFacts(of: facts.process)?.startTicks == facts.startTicks }
        }
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
