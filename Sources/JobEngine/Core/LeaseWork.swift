internal import JobModel

/// What is under way about the leases of jobs' environments. A lease is given back only when nothing is under way that
/// takes it, and taken anew only when it was given back: answers of the outside come in any order.
struct LeaseWork: Sendable {
    private struct Entry {
        var taking = 0
        var isReturning = false
    }

    private var jobs: [JobID: Entry] = [:]

    /// An environment is being made ready and its lease taken.
    mutating func begin(_ job: JobID) { jobs[job, default: Entry()].taking += 1 }

    /// That has come to its end, one way or the other.
    mutating func end(_ job: JobID) {
        guard let entry = jobs[job], entry.taking > 0 else { return }
        jobs[job] = entry.taking > 1 ? Entry(taking: entry.taking - 1) : nil
    }

    /// - Returns: whether the lease is to be given back now; if not, something is under way after which it is asked again.
    mutating func giveBack(_ job: JobID) -> Bool {
        guard jobs[job] == nil else { return false }
        jobs[job] = Entry(isReturning: true)
        return true
    }

    mutating func givenBack(_ job: JobID) { jobs[job] = nil }

    func isReturning(_ job: JobID) -> Bool { jobs[job]?.isReturning == true }
}
