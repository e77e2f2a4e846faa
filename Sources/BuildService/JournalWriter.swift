internal import Dispatch
internal import Synchronization

/// Changes the journal, one thing after the other in the order in which it was asked for, on a thread that no task waits
/// on. Nothing of it is called off: what was done in memory reaches the disk though whoever asked is gone.
final class JournalWriter: Sendable {
    private let journal: BuildJournal
    private let queue = DispatchQueue(label: "journal of builds")
    /// Who waits for the next writing of a build.
    private let waiting = Mutex<[Build.ID: [CheckedContinuation<Void, any Error>]]>([:])

    /// What has happened and is still to be written, by build.
    private let events = Mutex<[Build.ID: [Build.Event]]>([:])
    /// How many of them wait at most; of a build that tells more than a disk takes, the oldest go.
    private static let mostEvents = 2000

    init(_ journal: BuildJournal) {
        self.journal = journal
    }

    /// Does something when its turn comes, and does not wait for it.
    func enqueue(_ body: @escaping @Sendable (BuildJournal) -> Void) {
        queue.async { [journal] in body(journal) }
    }

    /// Adds what has happened, with all that comes until its turn does.
    func append(_ event: Build.Event, to id: Build.ID) {
        let isFirst = events.withLock { events in
            let count = events[id]?.count ?? 0
            if count == Self.mostEvents { events[id]?.removeFirst() }
            events[id, default: []].append(event)
            return count == 0
        }
        guard isFirst else { return }
        queue.async { [self] in
            journal.append(events.withLock { $0.removeValue(forKey: id) } ?? [], to: id)
        }
    }

    /// Does something when its turn comes, and blocks until then.
    func performBlocking<Result>(_ body: (BuildJournal) throws -> Result) rethrows -> Result {
        try queue.sync { try body(journal) }
    }

    /// Does something when its turn comes.
    func perform<Result: Sendable>(_ body: @escaping @Sendable (BuildJournal) throws -> Result) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [journal] in continuation.resume(with: Swift.Result { try body(journal) }) }
        }
    }

    /// Writes a build down as it is when its turn comes, so that what is written last is what holds. All who ask until then
    /// share one writing. It is durable on return.
    ///
    /// - Parameter entry: `nil` where it is not remembered any more.
    /// - Throws: `Errno`.
    func write(_ id: Build.ID, _ entry: @escaping @Sendable () -> BuildJournal.Entry?) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            let isFirst = waiting.withLock { waiting in
                waiting[id, default: []].append(continuation)
                return waiting[id]?.count == 1
            }
            guard isFirst else { return }
            queue.async { [self] in
                // Whoever comes from here on has changed something that may be missing below.
                let askers = waiting.withLock { $0.removeValue(forKey: id) } ?? []
                let result = Result<Void, any Error> { if let entry = entry() { try journal.write(entry) } }
                for asker in askers { asker.resume(with: result) }
            }
        }
    }
}
