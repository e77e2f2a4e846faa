internal import JobModel
public import Scheduling

extension EngineCore {
    /// What is held in all.
    public var usage: Usage { held.values.reduce(Usage()) { $0 + $1 } }

    /// What is not as it must always be between two steps: for the simulation.
    public var faults: [String] {
        var faults: [String] = []
        var sums: [String: Usage] = [:]
        for job in jobs.values {
            for task in job.tasks where task.holdsRoom {
                sums[job.queue] = (sums[job.queue] ?? Usage()) + job.demand(of: task).usage
            }
            faults += Self.faults(of: job)
        }
        if sums != held { faults.append("what is held is counted as \(held), and is \(sums)") }
        let asking = Set(jobs.values.filter(\.isAsking).map(\.id))
        let inLanes = lanes.asks.values.flatMap { $0 }.map(\.job)
        if asking != Set(inLanes) || inLanes.count != asking.count {
            faults.append("the lanes and the jobs differ about who asks")
        }
        for (queue, lane) in lanes.asks where zip(lane, lane.dropFirst()).contains(where: { !$0.precedes($1) }) {
            faults.append("the lane \(queue) is out of order")
        }
        return faults
    }

    private static func faults(of job: LiveJob) -> [String] {
        var faults: [String] = []
        for task in job.tasks where (task.status == .living) != (task.attempt != nil) {
            faults.append("\(job.id): a task is \(task.status), and its attempt is \(String(describing: task.attempt))")
        }
        let holds = job.tasks.contains(where: \.holdsRoom)
        if holds, !job.state.holdsRoom { faults.append("\(job.id) is \(job.state) and holds room") }
        if job.isAsking, job.verdict != nil { faults.append("\(job.id) asks for room and is about to end") }
        if job.state.isFinal { faults.append("\(job.id) is \(job.state) and still kept") }
        return faults
    }
}
