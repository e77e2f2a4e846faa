import DriverProvider
import EnvironmentSupply
import JobModel

@testable import JobEngine

/// A core on a stage: what it is told, and what it wants written and done.
struct Scene {
    private(set) var core: EngineCore
    private(set) var changes: [JobChange] = []
    private(set) var actions: [EngineAction] = []
    private var records: [JobID: Job] = [:]
    private var shapes: [JobID: JobShape] = [:]
    private var time: Int64 = 0
    private var jobs = 0

    static let demand = TaskDemand(driver: Resources(cpu: 1000, memory: 1 << 30))

    init(cores: Int64 = 4, epoch: Int64 = 1, settings: Settings = Settings()) {
        core = EngineCore(settings: settings, provider: "stage", epoch: epoch)
        tell(
            .cluster(
                Cluster(
                    nodes: [.init(name: "node", allocatable: .init(cpu: cores * 1000, memory: 64 << 30))],
                    isMultiTenant: true)))
    }

    var now: ClockReading { ClockReading(wall: Moment(milliseconds: 1_000_000 + time), steady: time) }

    /// Each in a turn of its own.
    mutating func tell(_ input: EngineInput) {
        core.beginTurn()
        take(core.step(input, at: now))
        while core.needsRound { take(core.round(at: now)) }
    }

    mutating func pass(_ milliseconds: Int64) {
        time += milliseconds
        tell(.tick)
    }

    /// Submits a job of a Python file, and gives its id.
    mutating func submit(_ demand: TaskDemand = Scene.demand, _ edit: (inout JobRequest) -> Void = { _ in }) -> JobID {
        var request = JobRequest()
        request.task.file = "main.py"
        edit(&request)
        jobs += 1
        let job = Job(
            id: JobID(high: UInt64(jobs), low: 0), request: request, tenant: "a", user: "ann", createdAt: now.wall)
        records[job.id] = job
        shapes[job.id] = JobShape(request) { _ in demand }
        tell(.submitted(JobRecord(job, shape: shapes[job.id]!)))
        return job.id
    }

    /// What a new core is told of a job after this one has died.
    func record(_ id: JobID) -> JobRecord {
        var job = records[id]!
        for change in changes {
            switch change {
            case .transition(let step) where step.job == id:
                (job.state, job.transitions, job.updatedAt) = (step.to, step.number, step.at)
            case .intent(id, let intent): job.intent = intent
            case .round(id, let round): job.round = round
            case .started(id, let moment): job.startedAt = moment
            case .environment(id, let group, let environment): job.environments[group] = environment
            default: break
            }
        }
        return JobRecord(job, shape: shapes[id]!, attempts: attempts(of: id))
    }

    func attempts(of id: JobID) -> [Attempt] {
        var attempts: [AttemptID: Attempt] = [:]
        for case .attempt(let attempt) in changes where attempt.id.job == id { attempts[attempt.id] = attempt }
        return attempts.values.sorted { $0.token < $1.token }
    }

    /// The states that a job went through, without the first.
    func way(of id: JobID) -> [JobState] {
        changes.compactMap { change in
            guard case .transition(let step) = change, step.job == id else { return nil }
            return step.to
        }
    }

    func lastStep(of id: JobID) -> Transition? {
        changes.compactMap { change -> Transition? in
            guard case .transition(let step) = change, step.job == id else { return nil }
            return step
        }.last
    }

    var launches: [LaunchOrder] {
        actions.compactMap { action in
            guard case .launch(let order) = action else { return nil }
            return order
        }
    }

    var stops: [AttemptID] {
        actions.compactMap { action in
            guard case .stop(let attempt, _) = action else { return nil }
            return attempt
        }
    }

    var answers: [CommandAnswer] {
        actions.compactMap { action in
            guard case .answer(_, let answer) = action else { return nil }
            return answer
        }
    }

    mutating func say(_ verb: EngineInput.Command.Verb, _ job: JobID) {
        tell(.command(.init(verb, job, by: .user("ann"), message: "because"), .init(answers.count)))
    }

    mutating func runs(_ attempt: AttemptID) {
        tell(.observed(.init(attempt, .running(DriverDetails(startedAt: now.wall, place: "here")))))
    }

    mutating func ends(_ attempt: AttemptID, _ reason: EndReason, exitCode: Int32? = nil) {
        var end = DriverEnd(startedAt: now.wall, endedAt: now.wall, reason: reason)
        end.exitCode = exitCode
        tell(.observed(.init(attempt, .ended(end))))
    }

    /// Runs the last launched driver to an end.
    mutating func play(_ reason: EndReason = .completed, exitCode: Int32? = nil) {
        guard let order = launches.last else { return }
        runs(order.attempt)
        ends(order.attempt, reason, exitCode: exitCode)
    }

    private mutating func take(_ output: EngineOutput) {
        changes += output.changes
        actions += output.actions
    }
}
