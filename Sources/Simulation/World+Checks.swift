internal import DriverProvider
internal import JobEngine
internal import JobModel
internal import Scheduling

extension World {
    /// What must be true when everything has come to its end.
    mutating func checkEnd() {
        for (id, driver) in provider.drivers.sorted(by: { $0.value.token < $1.value.token }) where driver.isAlive {
            faults.append("\(id) is still alive")
        }
        if let counts = pump?.core.counts, counts.living > 0 { faults.append("\(counts.living) jobs are still kept") }
        if let usage = pump?.core.usage, usage.drivers > 0 { faults.append("room is still held: \(usage)") }
        if !queue.isEmpty { faults.append("\(queue.count) messages are still in the queue") }
        for id in submitted {
            guard let row = store.rows[id] else {
                faults.append("\(id) was acknowledged and is gone")
                continue
            }
            check(row)
        }
    }

    private mutating func check(_ row: SimulatedStore.Row) {
        let id = row.job.id
        guard row.job.state.isFinal else {
            faults.append("\(id) is still \(row.job.state)")
            return
        }
        if leases.contains(id), row.job.environments.isEmpty == false { faults.append("\(id) still has its lease") }
        for attempt in row.attempts.values {
            guard attempt.state == .ended, let reason = attempt.reason else {
                faults.append("\(attempt.id) is written down as \(attempt.state)")
                continue
            }
            let truth = provider.drivers[attempt.id]
            if (reason == .completed) != (truth?.end?.reason == .completed) {
                faults.append("\(attempt.id) is written down as \(reason), and \(String(describing: truth)) is true")
            }
        }
        for (attempt, _) in provider.drivers where attempt.job == id && row.attempts[attempt] == nil {
            faults.append("no row tells of \(attempt)")
        }
        let current = row.attempts.values.filter { $0.round == row.job.round }
        let done = Set(current.filter { $0.reason == .completed }.map(\.id.task))
        let count = row.shape.groups.reduce(0) { $0 + $1.replicas }
        switch row.job.state {
        case .succeeded:
            let isMeasured = row.shape.groups.contains { $0.completesJob || $0.onFailure == .complete }
            if done.count < count, !isMeasured { faults.append("\(id) succeeded with \(done.count) of \(count) tasks") }
        case .killed:
            if !killed.contains(id), row.job.intent != .kill { faults.append("\(id) was killed, and nobody said so") }
        default:
            if done.count == count, !row.shape.isEndless, row.job.intent == nil {
                faults.append("\(id) failed, and all of its tasks succeeded")
            }
        }
        if killed.contains(id), row.job.state == .failed, row.job.reason != "deadlineExceeded",
            row.transitions.last.map({ $0.reason == "killed" }) == false, row.job.intent == .kill
        {
            faults.append("\(id) was to be killed, and \(row.job.reason) is what it says")
        }
    }
}
