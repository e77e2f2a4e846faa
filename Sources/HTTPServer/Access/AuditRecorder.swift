internal import JobModel
internal import JobStore
internal import Synchronization

/// Writes down what was decided about requests. What changes something is written with the change itself; here is what
/// was refused, and what changes nothing in the store.
final class AuditRecorder: Sendable {
    private let store: JobStore
    private let clock: @Sendable () -> Moment
    /// What was refused since it was last told.
    private let refused = Mutex<[Kind: Refusals]>([:])

    private struct Kind: Hashable {
        /// The token's id; empty for whoever has none.
        var token: String
        var action: String
    }

    private struct Refusals {
        /// The subjects of those that are written down.
        var subjects: Set<String> = []
        /// The first of those that are not.
        var untold: AuditEntry?
        var count = 0
    }

    /// How many subjects of a kind are written down in a minute.
    private static let mostSubjects = 30

    init(_ store: JobStore, clock: @escaping @Sendable () -> Moment) {
        self.store = store
        self.clock = clock
    }

    func entry(
        _ exchange: Exchange, _ action: String, _ subject: String, outcome: AuditEntry.Outcome = .allowed,
        message: String = ""
    ) -> AuditEntry {
        let caller = exchange.caller
        return AuditEntry(
            at: clock(), actor: caller.actor, tenant: caller.tenant, action: action, subject: subject, outcome: outcome,
            message: message, request: exchange.id)
    }

    func record(_ entry: AuditEntry) async throws { try await store.record([entry]) }

    /// Somebody may not do what he asked for.
    func refuse(_ exchange: Exchange, _ action: String, _ subject: String) async throws {
        try await refuse(entry(exchange, action, subject, outcome: .denied), token: exchange.caller.token)
    }

    /// Somebody has no valid token.
    func refuseStranger(_ request: String, _ path: String) async throws {
        try await refuse(
            AuditEntry(
                at: clock(), actor: .system("server"), tenant: "", action: "authenticate",
                subject: String(path.prefix(256)), outcome: .denied, message: "no valid token", request: request),
            token: "")
    }

    /// What one token is refused is written down once for each subject, and of the rest of a minute how much it was: nobody
    /// can fill the disk from outside.
    private func refuse(_ entry: AuditEntry, token: String) async throws {
        let kind = Kind(token: token, action: entry.action)
        let most = token.isEmpty ? 1 : Self.mostSubjects
        let isNew = refused.withLock { refused in
            var refusals = refused[kind] ?? Refusals()
            defer { refused[kind] = refusals }
            if refusals.subjects.count < most, refusals.subjects.insert(entry.subject).inserted { return true }
            refusals.untold = refusals.untold ?? entry
            refusals.count += 1
            return false
        }
        guard isNew else { return }
        do {
            try await store.record([entry])
        } catch {
            refused.withLock { _ = $0[kind]?.subjects.remove(entry.subject) }
            throw error
        }
    }

    /// Writes down how much more was refused since the last time.
    func tellRepeated() async {
        let refused = refused.withLock { refused in
            defer { refused = [:] }
            return refused
        }
        let entries = refused.values.compactMap { refusals -> AuditEntry? in
            guard var entry = refusals.untold else { return nil }
            entry.message = "and \(refusals.count - 1) more like this since \(entry.at)"
            entry.at = clock()
            entry.request = nil
            return entry
        }
        // A store that takes nothing now is told of by every other write.
        try? await store.record(entries.sorted { $0.action < $1.action })
    }
}
