internal import DriverProvider
internal import EnvironmentSupply
internal import JobEngine
internal import JobModel
internal import JobQueue
internal import Scheduling

/// One simulated world: a server that dies and comes back, people, drivers, a disk and a network that a seed has in its
/// hands.
struct World {
    enum Event {
        case submit
        case command
        case settings(Settings)
        case jump
        case outage(Bool)
        case crash
        case restart
        case peace
        /// A message reaches the queue; whoever sends it may have died before.
        case publish(JobID, process: Int)
        /// Something is due in the server.
        case due(process: Int)
        case written(process: Int)
        /// An action of a process reaches where it is to be done; it may have died since.
        case act(EngineAction, process: Int)
        /// An answer reaches the process that asked, if that still lives.
        case hear(EngineInput, process: Int)
        case end(AttemptID, EndReason)
        case vanish(AttemptID)
    }

    var random: SeededGenerator
    var agenda = Agenda<Event>()
    var steady: Int64 = 0
    /// What the wall clock shows beyond the steady one.
    var wallOffset: Int64 = 1_790_000_000_000
    var store = SimulatedStore()
    var provider = SimulatedProvider()
    /// Messages by the job that they tell of; at least once.
    var queue: [JobID] = []
    var leases: Set<JobID> = []
    var isPeace = false

    // The server: everything here is gone when it dies.
    var process = 0
    var pump: EnginePump?
    var batch: EnginePump.Batch?
    var held: Set<JobID> = []
    var epoch: Int64 = 0
    /// When the server is going to be called for what is due.
    var alarm: Int64?
    /// What an earlier process had admitted counts before anything is decided.
    var isTakingOver = false

    var settings = Workload.openSettings
    var submitted: [JobID] = []
    /// Kills that were answered, with what was said.
    var killed: Set<JobID> = []
    var tickets: [Int: (EngineInput.Command.Verb, JobID)] = [:]
    var faults: [String] = []
    var trace: [String] = []
    let isTraced: Bool
    private(set) var steps = 0

    var now: ClockReading {
        ClockReading(wall: Moment(milliseconds: steady + wallOffset), steady: steady)
    }

    init(seed: UInt64, isTraced: Bool) {
        random = SeededGenerator(seed: seed)
        self.isTraced = isTraced
        let end: Int64 = 90_000
        for _ in 0..<random.number(1...12) { agenda.put(.submit, at: Int64(random.below(Int(end)))) }
        for _ in 0..<random.number(0...10) { agenda.put(.command, at: Int64(random.below(Int(end)))) }
        for _ in 0..<random.number(0...4) {
            agenda.put(.settings(Workload.settings(&random)), at: Int64(random.below(Int(end))))
        }
        for _ in 0..<random.number(0...3) { agenda.put(.jump, at: Int64(random.below(Int(end)))) }
        for _ in 0..<random.number(0...2) {
            let start = Int64(random.below(Int(end)))
            agenda.put(.outage(true), at: start)
            agenda.put(.outage(false), at: start + Int64(random.number(100...20_000)))
        }
        for _ in 0..<random.number(0...8) { agenda.put(.crash, at: Int64(random.below(Int(end)))) }
        agenda.put(.restart, at: 0)
        agenda.put(.peace, at: end)
    }

    /// Lets everything happen, to the end.
    mutating func run() {
        while let (at, event) = agenda.take(), faults.isEmpty {
            steady = max(steady, at)
            steps += 1
            // Half an hour after the last trouble everything must have come to its end.
            if steady > 8 * 3_600_000 || steps > 200_000 {
                faults.append("it does not come to an end: \(waiting)")
                break
            }
            take(event)
            turn()
        }
        if faults.isEmpty { checkEnd() }
    }

    mutating func note(_ text: @autoclosure () -> String) {
        if isTraced { trace.append("\(steady) ms  \(text())") }
    }

    /// Some time later, as a network and other people's machines have it.
    private mutating func later() -> Int64 {
        if isPeace { return steady + Int64(random.below(20)) }
        return steady + Int64(random.chance(30) ? random.below(8000) : random.below(30))
    }

    mutating func soon(_ event: Event) {
        let time = later()
        agenda.put(event, at: time)
    }

    // MARK: - The server

    /// The jobs that have not ended, and why.
    private var waiting: [String] {
        submitted.compactMap { id in
            guard let row = store.rows[id], !row.job.state.isFinal else { return nil }
            return "\(id) is \(row.job.state): \(pump?.core.wait(of: id, at: now)?.message ?? "nobody says why")"
        }
    }

    /// One turn of the server's handle.
    mutating func turn() {
        receive()
        guard var pump else { return }
        // Kept once, so that nothing has to be copied to be changed.
        self.pump = nil
        let usage = pump.core.usage
        let made = pump.turn(at: now)
        defer { self.pump = pump }
        if let due = pump.core.nextDue.map({ max($0, steady + 1) }), alarm.map({ due < $0 }) ?? true {
            alarm = due
            agenda.put(.due(process: process), at: due)
        }
        guard let made else { return }
        check(pump.core, before: usage)
        batch = made
        if made.changes.isEmpty {
            agenda.put(.written(process: process), at: steady)
        } else {
            soon(.written(process: process))
        }
    }

    private mutating func check(_ core: EngineCore, before: Usage) {
        faults += core.faults
        defer { isTakingOver = false }
        if isTakingOver { return }
        let usage = core.usage
        if let cap = settings.caps.drivers, usage.drivers > cap, usage.drivers > before.drivers {
            faults.append("\(usage.drivers) drivers have room, and the cap is \(cap)")
        }
        if let cap = settings.caps.cpu, usage.resources.cpu > cap, usage.resources.cpu > before.resources.cpu {
            faults.append("\(usage.resources.cpu) thousandths of a core are held, and the cap is \(cap)")
        }
    }

    /// The disk has written what was given to it.
    mutating func written() {
        guard let batch, pump != nil else { return }
        if !isPeace, random.chance(20) {
            // The disk was full: the same again, later.
            soon(.written(process: process))
            return
        }
        self.batch = nil
        if isTraced { for change in batch.changes { note("written: \(change.summary)") } }
        if let fault = store.commit(batch.changes) { faults.append(fault) }
        for delivery in batch.settled {
            guard let job = JobID(delivery.value), let index = queue.firstIndex(of: job) else { continue }
            queue.remove(at: index)
            held.remove(job)
        }
        for action in batch.actions {
            note("to do: \(action.summary)")
            if case .answer(let ticket, let answer) = action {
                hear(answer, to: ticket)
            } else {
                soon(.act(action, process: process))
            }
        }
        pump?.finish()
    }

    /// Takes messages from the queue, and the rows that they tell of: between two transactions, so that a row is as the
    /// core last wrote it.
    private mutating func receive() {
        guard pump != nil, batch == nil else { return }
        for job in queue where held.insert(job).inserted {
            guard let record = store.record(job) else { continue }
            pump?.put(.submitted(record), delivery: .init(job.description))
        }
    }

    private mutating func hear(_ answer: CommandAnswer, to ticket: EngineInput.Ticket) {
        guard let (verb, job) = tickets[ticket.number] else { return }
        if verb == .kill, case .done = answer { killed.insert(job) }
    }
}
