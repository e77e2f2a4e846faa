internal import DriverProvider
public import JobModel
internal import Scheduling

/// The core: what has to follow from what happened.
///
/// Plain and synchronous, without a clock, a file or a thread: the same inputs give the same outputs, so the simulation
/// and the server run the same code. What comes out is to be written first and done then (``EngineOutput``).
///
/// Every living job is looked at by one function, ``settle``, whenever something about it has changed: it compares what
/// is with what should be, and takes the next step. It may be called at any time; where there is nothing to do it does
/// nothing.
public struct EngineCore: Sendable {
    var jobs: [JobID: LiveJob] = [:]
    var lanes = Lanes()
    var timers = Timers()
    var leases = LeaseWork()
    /// The jobs that wait for a job to end.
    var dependents: [JobID: Set<JobID>] = [:]
    /// The jobs that have ended since the rows were read that are being taken in.
    var ended: [JobID: JobState] = [:]
    /// What tasks hold, by queue and by machine.
    var held: [String: Usage] = [:]
    var heldByNode: [String: Resources] = [:]
    var settings: Settings
    var cluster = Cluster(nodes: [], isMultiTenant: false)
    /// The last plan, for those who ask why.
    var plan: Plan?
    /// Whether something has changed that a plan could follow from.
    public internal(set) var needsRound = false
    var output = EngineOutput()
    var now = ClockReading(wall: Moment(milliseconds: 0), steady: 0)

    let provider: String
    private let epoch: Int64
    private var lastToken: Int64 = 0

    /// - Parameters:
    ///   - provider: the name that attempts bear.
    ///   - epoch: higher than that of any core before this one; fencing tokens begin with it.
    public init(settings: Settings, provider: String, epoch: Int64) {
        self.settings = settings
        self.provider = provider
        self.epoch = epoch
    }

    /// When the core wants to be called at the latest, by the steady clock.
    public var nextDue: Int64? { timers.next }

    /// How many jobs live, and how many of them ask for room.
    public var counts: (living: Int, asking: Int) { (jobs.count, lanes.count) }

    /// Rows that come from now on are as this core last had them written.
    mutating func beginTurn() {
        ended = [:]
    }

    /// Takes in what happened.
    public mutating func step(_ input: EngineInput, at now: ClockReading) -> EngineOutput {
        self.now = now
        output = EngineOutput()
        switch input {
        case .recovered(let records): recover(records)
        case .submitted(let record): take(record)
        case .revived(let record, let actor, let ticket): revive(record, by: actor, ticket)
        case .settings(let new):
            settings = new
            needsRound = true
        case .cluster(let new):
            cluster = new
            needsRound = true
        case .environmentReady(let job, let group, let id): environmentReady(job, group, id)
        case .environmentFailed(let job, let group, let message, let isFinal):
            environmentFailed(job, group, message, isFinal)
        case .released(let job):
            leases.givenBack(job)
            settle(job)
        case .observed(let observation): observe(observation)
        case .notLaunched(let attempt, let message, let isFinal): notLaunched(attempt, message, isFinal)
        case .command(let command, let ticket): obey(command, ticket)
        case .tick: break
        }
        for id in timers.take(until: now.steady) {
            with(id) { core, job in
                if let alarm = job.alarm, alarm <= now.steady { job.alarm = nil }
                core.settle(&job)
            }
        }
        defer { output = EngineOutput() }
        return output
    }

    mutating func nextToken() -> FencingToken {
        lastToken += 1
        return FencingToken(epoch << 32 | lastToken)
    }

    /// Works on a job, and forgets it where it has ended.
    mutating func with(_ id: JobID, _ body: (inout EngineCore, inout LiveJob) -> Void) {
        guard var job = jobs.removeValue(forKey: id) else { return }
        body(&self, &job)
        if job.state.isFinal {
            forget(job)
        } else {
            jobs[id] = job
        }
    }

    /// Has a job looked at again at a moment of the steady clock, or before.
    mutating func wake(_ job: inout LiveJob, at due: Int64) {
        if let alarm = job.alarm, alarm <= due { return }
        job.alarm = due
        timers.set(job.id, at: due)
    }

    /// Looks at a job again.
    mutating func settle(_ id: JobID) {
        with(id) { core, job in core.settle(&job) }
    }

    /// Moves a job to its next state.
    mutating func move(
        _ job: inout LiveJob, to state: JobState, _ reason: String, _ message: String,
        by actor: Actor = .system("engine")
    ) {
        precondition(job.state.followers.contains(state), "\(job.state) does not lead to \(state)")
        job.transitions += 1
        // The order of a job's rows is that of their times, whatever the wall clock does.
        job.updatedAt = max(job.updatedAt, now.wall)
        output.changes.append(
            .transition(
                Transition(
                    job: job.id, number: job.transitions, at: job.updatedAt, from: job.state, to: state,
                    reason: reason, message: message, actor: actor)))
        job.state = state
    }

    private mutating func forget(_ job: LiveJob) {
        stopAsking(job)
        ended[job.id] = job.state
        if !job.shape.groups.allSatisfy({ $0.environment == nil }) { giveLeaseBack(job.id) }
        for dependency in job.shape.dependencies {
            guard let id = JobID(dependency.job) else { continue }
            dependents[id]?.remove(job.id)
            if dependents[id]?.isEmpty == true { dependents[id] = nil }
        }
        for dependent in (dependents.removeValue(forKey: job.id) ?? []).sorted() {
            with(dependent) { core, other in
                other.dependencies[job.id] = job.state
                core.settle(&other)
            }
        }
    }
}
