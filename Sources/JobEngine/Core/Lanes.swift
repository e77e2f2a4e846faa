internal import JobModel
internal import Scheduling

/// The jobs that ask for room, each queue's in the order in which it is served.
struct Lanes: Sendable {
    private(set) var asks: [String: [Ask]] = [:]

    /// How many jobs ask.
    var count: Int { asks.values.reduce(0) { $0 + $1.count } }

    /// Puts an ask into its place, or in place of what the job asked for before.
    mutating func set(_ ask: Ask) {
        let index = place(of: ask)
        if isAsk(of: ask.job, at: index, in: ask.queue) {
            asks[ask.queue]?[index] = ask
        } else {
            asks[ask.queue, default: []].insert(ask, at: index)
        }
    }

    mutating func remove(_ job: JobID, from queue: String, priority: Int) {
        let index = position(of: job, in: queue, priority: priority)
        guard isAsk(of: job, at: index, in: queue) else { return }
        asks[queue]?.remove(at: index)
        if asks[queue]?.isEmpty == true { asks[queue] = nil }
    }

    /// How many are served before a job of its queue.
    func position(of job: JobID, in queue: String, priority: Int) -> Int {
        place(of: Ask(job: job, queue: queue, priority: priority, units: []))
    }

    private func isAsk(of job: JobID, at index: Int, in queue: String) -> Bool {
        guard let lane = asks[queue], index < lane.count else { return false }
        return lane[index].job == job
    }

    /// The first index whose ask does not precede this one.
    private func place(of ask: Ask) -> Int {
        guard let lane = asks[ask.queue] else { return 0 }
        var (low, high) = (0, lane.count)
        while low < high {
            let middle = (low + high) / 2
            if lane[middle].precedes(ask) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
