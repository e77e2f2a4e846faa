internal import DriverProvider
internal import JobModel
public import Scheduling

extension EngineCore {
    /// Decides who of those that ask may start, and starts them.
    public mutating func round(at now: ClockReading) -> EngineOutput {
        self.now = now
        output = EngineOutput()
        needsRound = false
        let plan = Scheduling.plan(snapshot, now: now.wall)
        self.plan = plan
        for admission in plan.admissions {
            with(admission.job) { core, job in core.admit(&job, admission) }
        }
        defer { output = EngineOutput() }
        return output
    }

    /// All that the scheduler needs to know.
    public var snapshot: Snapshot {
        Snapshot(
            nodes: cluster.nodes.map { node in
                .init(
                    name: node.name, allocatable: node.allocatable,
                    free: node.allocatable - (heldByNode[node.name] ?? .none))
            }, caps: settings.caps, queues: settings.queues, held: held, waiting: lanes.asks)
    }

    /// Says what a job asks for, if it asks for anything now.
    mutating func ask(_ job: inout LiveJob) {
        guard job.state != .queued || job.mayStart else { return stopAsking(&job) }
        let units = job.units
        guard !units.isEmpty else { return stopAsking(&job) }
        lanes.set(Ask(job: job.id, queue: job.queue, priority: job.priority, units: units.map(\.unit)))
        job.isAsking = true
        needsRound = true
    }

    mutating func stopAsking(_ job: inout LiveJob) {
        stopAsking(job)
        job.isAsking = false
    }

    mutating func stopAsking(_ job: LiveJob) {
        guard job.isAsking else { return }
        lanes.remove(job.id, from: job.queue, priority: job.priority)
        needsRound = true
    }

    private mutating func admit(_ job: inout LiveJob, _ admission: Plan.Admission) {
        let order = job.units.flatMap { unit in unit.tasks }
        var nodes = admission.nodes.makeIterator()
        for tasks in order.prefix(admission.units) {
            var places = (nodes.next() ?? [])[...]
            for index in tasks {
                let count = 1 + job.demand(of: job.tasks[index]).executors
                hold(&job, index, on: Array(places.prefix(count)))
                places = places.dropFirst(count)
                job.tasks[index].status = .placed
            }
        }
        if job.state == .queued {
            let usage = job.tasks.filter(\.holdsRoom).reduce(Usage()) { $0 + job.demand(of: $1).usage }
            move(
                &job, to: .admitted, "admitted",
                "has room: \(Quantity("drivers", Int64(usage.drivers))), \(Quantity("cpu", usage.resources.cpu)), "
                    + "\(Quantity("memory", usage.resources.memory))", by: .system("scheduler"))
        }
        settle(&job)
    }

    /// Gives a task its room.
    mutating func hold(_ job: inout LiveJob, _ index: Int, on nodes: [String]) {
        job.tasks[index].nodes = nodes
        account(job, index, sign: 1)
    }

    /// Takes a task's room back.
    mutating func release(_ job: inout LiveJob, _ index: Int) {
        account(job, index, sign: -1)
        job.tasks[index].nodes = []
        needsRound = true
    }

    private mutating func account(_ job: LiveJob, _ index: Int, sign: Int) {
        let demand = job.demand(of: job.tasks[index])
        let before = held[job.queue] ?? Usage()
        let after = sign > 0 ? before + demand.usage : before - demand.usage
        held[job.queue] = after.drivers == 0 && after.resources.isNone ? nil : after
        for (place, node) in job.tasks[index].nodes.enumerated() {
            let amount = place == 0 ? demand.driver : demand.executor
            let before = heldByNode[node] ?? .none
            let after = sign > 0 ? before + amount : before - amount
            heldByNode[node] = after.isNone ? nil : after
        }
    }
}

extension TaskDemand {
    /// One driver, and all that it takes with its executors.
    var usage: Usage { Usage(drivers: 1, resources: total) }

    var pieces: [Ask.Piece] {
        [Ask.Piece(driver)] + (executors > 0 ? [Ask.Piece(executor, count: executors, isDriver: false)] : [])
    }
}
