internal import CProcesses
internal import FileSystem
internal import Glibc
internal import JobModel
internal import SystemPackage

/// A shim's watch over its program, from the start to the last process's end.
struct Vigil: ~Copyable {
    private let folder: AttemptFolder
    private let order: LaunchOrder
    private var process: SupervisedProcess
    private var log: OutputLog
    private let signals: CInt
    private let bell: CInt
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 4096)

    /// What `waitpid` said of the program itself.
    private var status: Int32?
    private var cause: Ending.Cause?
    /// When everything is ended that has not by itself.
    private var killAt: Int64?
    private let limitAt: Int64?
    private var lookAt: Int64
    private var watch: MemoryWatch?
    private var peak: Int64 = 0

    init(
        _ folder: AttemptFolder, _ order: LaunchOrder, _ process: consuming SupervisedProcess,
        _ log: consuming OutputLog, signals: CInt, bell: CInt
    ) {
        self.folder = folder
        self.order = order
        self.signals = signals
        self.bell = bell
        let startedAt = process.startedAt
        limitAt = order.limits.time.map { limit in
            let (sum, overflows) = startedAt.addingReportingOverflow(limit)
            return overflows ? .max : sum
        }
        lookAt = startedAt + 100
        if process.record.memoryLimit == .watched, let limit = order.limits.memory { watch = MemoryWatch(limit: limit) }
        self.process = process
        self.log = log
    }

    deinit {
        buffer.deallocate()
    }

    /// Watches to the end, and ends all that is left.
    mutating func keep() -> EndRecord {
        // What came between the first question and the bell.
        obeyStopRequest()
        while status == nil {
            let now = steadyMilliseconds()
            if let killAt, now >= killAt { break }
            if let limitAt, now >= limitAt, cause == nil { begin(.timeLimit, grace: order.stopGrace) }
            if now >= lookAt { look() }
            wait(until: min(lookAt, killAt ?? .max, cause == nil ? limitAt ?? .max : .max))
        }
        endAll()
        return record()
    }

    /// Waits for the next thing to happen, and deals with it.
    private mutating func wait(until moment: Int64) {
        var waits = [
            pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: process.output, events: Int16(POLLIN), revents: 0),
        ]
        let left = min(max(0, moment - steadyMilliseconds()), 3_600_000)
        guard poll(&waits, 3, CInt(left)) > 0 else { return }
        if waits[2].revents != 0 { _ = readOutput() }
        if waits[1].revents != 0 {
            while read(bell, buffer.baseAddress, buffer.count) > 0 {}
            obeyStopRequest()
        }
        if waits[0].revents != 0 { heedSignals() }
    }

    private mutating func readOutput() -> SupervisedProcess.Piece {
        // Both are parts of this value, which a closure cannot change one beside the other.
        var piece: UnsafeRawBufferPointer?
        let result = process.read(into: buffer) { piece = $0 }
        if let piece { log.write(piece) }
        return result
    }

    private mutating func heedSignals() {
        while true {
            switch chidori_next_signal(signals) {
            case 0: return
            case SIGCHLD: reap()
            case let number: begin(.signal(number), grace: order.stopGrace)
            }
        }
    }

    /// Asks for the status of whoever has ended: the program, and orphans of its processes.
    ///
    /// - Returns: whether any child is left.
    @discardableResult
    private mutating func reap() -> Bool {
        while true {
            var status: Int32 = 0
            let ended = waitpid(-1, &status, WNOHANG)
            if ended == process.process { self.status = status }
            if ended > 0 || (ended < 0 && errno == EINTR) { continue }
            return ended == 0
        }
    }

    private mutating func obeyStopRequest() {
        do {
            if let request = try folder.stopRequest() { begin(.stopRequest, grace: request.grace) }
        } catch {
            Shim.complain(error.description)
            begin(.stopRequest, grace: order.stopGrace)
        }
    }

    /// Tells the program to end, with all that it started. Told again, it may only become sooner.
    private mutating func begin(_ cause: Ending.Cause, grace: Int64) {
        let (end, overflows) = steadyMilliseconds().addingReportingOverflow(grace)
        killAt = min(killAt ?? .max, overflows ? .max : end)
        guard self.cause == nil else { return }
        self.cause = cause
        guard grace > 0 else { return }
        // While it was not waited for, its number is its own, and its group's.
        guard status == nil else { return }
        kill(-process.process, SIGTERM)
        kill(-process.process, SIGCONT)
        for stray in ProcessTable.descendants(of: [getpid()]) where stray.group != process.process {
            for number in [SIGTERM, SIGCONT] { signal(stray.process, number) { Self.isOurs(stray.process) } }
        }
    }

    private static func isOurs(_ process: Int32) -> Bool {
        ProcessTable.ancestors(of: process)?.contains { $0.process == getpid() } == true
    }

    private mutating func look() {
        lookAt = steadyMilliseconds() + 1000
        obeyLimits()
        // The bell may have been missed where a disk was full, or somebody wrote the request by hand.
        if cause == nil, folder.path.appending(StopRequest.fileName).isThere { obeyStopRequest() }
    }

    private mutating func obeyLimits() {
        if let bytes = process.groups.memoryInUse { peak = max(peak, bytes) }
        guard var watch, let limit = order.limits.memory else { return }
        let (bytes, next) = watch.look()
        self.watch = watch
        peak = max(peak, bytes)
        lookAt = min(lookAt, steadyMilliseconds() + next)
        if bytes > limit {
            cause = .memory(bytes)
            killAt = steadyMilliseconds()
        }
    }

    /// Ends whatever lives, and comes back when nothing does.
    private mutating func endAll() {
        var pause: Int64 = 1
        while true {
            let hasChildren = reap()
            while case .some = readOutput() {}
            if !hasChildren, process.groups.processes.isEmpty { return }
            process.groups.kill()
            if hasChildren { Self.killChildren() }
            wait(until: steadyMilliseconds() + pause)
            pause = min(pause * 2, 20)
        }
    }

    /// Ends this process's own children, with their groups. What they leave behind becomes a child of this process in its
    /// turn, so that generation after generation goes, and no number can be another's by then.
    private static func killChildren() {
        let own = getpgrp()
        for child in ProcessTable.children() {
            // A group as a whole, since who forks all the time would be somebody else by the time that it is found.
            let group = getpgid(child)
            if group > 1, group != own { kill(-group, SIGKILL) }
            kill(child, SIGKILL)
        }
    }

    private mutating func record() -> EndRecord {
        let ending = Ending(
            status: Ending.Status(status ?? 0), cause: cause, outOfMemoryKills: process.groups.outOfMemoryKills,
            hitLimit: process.groups.hitLimit)
        let (reason, message) = ending.reason(order.limits)
        var usage = rusage()
        getrusage(RUSAGE_CHILDREN.rawValue, &usage)
        // The last process's end may be a moment ahead of its group's.
        for _ in 0..<50 where !process.groups.remove() { usleep(2000) }
        do throws(Errno) {
            try log.synchronize()
        } catch {
            Shim.complain("cannot bring \(OutputLog.name) to the disk: \(error)")
        }
        var record = EndRecord(token: order.token, reason: reason, endedAt: .now)
        switch ending.status {
        case .exited(let code): record.exitCode = code
        case .signalled(let number): record.signal = number
        }
        record.message = message
        record.startedAt = process.record.startedAt
        record.elapsed = steadyMilliseconds() - process.startedAt
        record.processorTime = Self.milliseconds(usage.ru_utime) + Self.milliseconds(usage.ru_stime)
        record.peakMemory = max(peak, Int64(usage.ru_maxrss) << 10)
        record.logBytes = log.written
        record.logDropped = log.dropped
        record.logLost = log.lost
        return record
    }

    private static func milliseconds(_ time: timeval) -> Int64 {
        Int64(time.tv_sec) * 1000 + Int64(time.tv_usec) / 1000
    }
}
