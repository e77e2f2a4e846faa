internal import Archive
internal import Cryptography
internal import Synchronization

/// A source file to be compiled: a place in a list of units, and in that unit's list of sources.
struct BytecodeJob: Hashable {
    let unit: Int
    let source: Int
}

/// A compiled file, compressed and hashed.
struct CompiledFile: Sendable {
    let content: ZipContent
    let digest: SHA256Digest
}

/// What the compiling threads share: the jobs left, and the results of units under way.
///
/// Jobs are given out in order, so results are held for the few units under way only.
final class BytecodeJobs: Sendable {
    private struct State {
        var next = BytecodeJob(unit: 0, source: 0)
        var returned: [BytecodeJob] = []
        var results: [[CompiledFile?]]
        var left: [Int]
        var failed = false
    }

    private let counts: [Int]
    private let state: Mutex<State>

    /// - Parameter counts: how many sources each unit has.
    init(counts: [Int]) {
        self.counts = counts
        state = Mutex(State(results: counts.map { Array(repeating: nil, count: $0) }, left: counts))
    }

    /// The next job; `nil` when none is left or something has failed.
    func next() -> BytecodeJob? {
        state.withLock { state in
            guard !state.failed else { return nil }
            if let job = state.returned.popLast() { return job }
            while state.next.unit < counts.count, state.next.source == counts[state.next.unit] {
                state.next = BytecodeJob(unit: state.next.unit + 1, source: 0)
            }
            guard state.next.unit < counts.count else { return nil }
            defer { state.next = BytecodeJob(unit: state.next.unit, source: state.next.source + 1) }
            return state.next
        }
    }

    /// Puts jobs back that somebody took and could not do.
    func giveBack(_ jobs: some Sequence<BytecodeJob>) {
        state.withLock { $0.returned.append(contentsOf: jobs) }
    }

    /// Keeps a result, `nil` for a source that does not compile. Returns all results of the unit if this was its last,
    /// and forgets them.
    func finish(_ job: BytecodeJob, _ result: CompiledFile?) -> [CompiledFile?]? {
        state.withLock { state in
            state.results[job.unit][job.source] = result
            state.left[job.unit] -= 1
            guard state.left[job.unit] == 0 else { return nil }
            defer { state.results[job.unit] = [] }
            return state.results[job.unit]
        }
    }

    /// Lets nobody take a further job.
    func fail() {
        state.withLock { $0.failed = true }
    }
}
