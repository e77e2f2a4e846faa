internal import JobModel

/// When which job is to be looked at again: a binary heap. An entry that is no longer true does no harm.
struct Timers: Sendable {
    private struct Entry: Sendable {
        let due: Int64
        let job: JobID
    }

    private var heap: [Entry] = []

    /// By the steady clock.
    var next: Int64? { heap.first?.due }

    mutating func set(_ job: JobID, at due: Int64) {
        heap.append(Entry(due: due, job: job))
        var index = heap.count - 1
        while index > 0, heap[index].due < heap[(index - 1) / 2].due {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// The jobs whose time has come.
    mutating func take(until now: Int64) -> [JobID] {
        var jobs: [JobID] = []
        while let first = heap.first, first.due <= now {
            jobs.append(first.job)
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            sink()
        }
        return jobs
    }

    private mutating func sink() {
        var index = 0
        while true {
            let left = 2 * index + 1
            guard left < heap.count else { return }
            let least = left + 1 < heap.count && heap[left + 1].due < heap[left].due ? left + 1 : left
            guard heap[least].due < heap[index].due else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
