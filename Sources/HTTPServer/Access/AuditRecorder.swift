internal import JobModel
internal import JobStore
internal import Synchronization

/// Writes down what was decided about requests. What changes something is written with the change itself; here is what
/// was refused, and what changes nothing in the store.
final class AuditRecorder: Sendable {
    private let store: JobStore
    private let clock: @Sendable () -> Moment
    /// What was refused since it was last told.
    private let refused = Mutex<[Refusal: (first: AuditEntry, count: Int)]>([:])

    /// What is written down once a minute.
    private struct Refusal: Hashable {
        /// The token's id; empty for whoever has none.
        var token: String
        var action: String
    }

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

    /// Of what one token, or nobody's, is refused, the first of a minute is written down, and of the others how many they
    /// were: nobody can fill the disk from outside.
    private func refuse(_ entry: AuditEntry, token: String) async throws {
        let isFirst = refused.withLock { refused in
            let refusal = Refusal(token: token, action: entry.action)
            refused[refusal, default: (entry, 0)].count += 1
            return refused[refusal]?.count == 1
        }
        if isFirst { try await store.record([entry]) }
    }

    func tellRepeated() async {
        let repeated = refused.withLock { refused in
            defer { refused = [:] }
            return refused.values.filter { $0.count > 1 }
        }
        let entries = repeated.map { first, count in
            var entry = first
            entry.at = clock()
            entry.subject = "the server"
            entry.message = "\(count - 1) more like this were refused since \(first.at)"
            entry.request = nil
            return entry
        }
        // A store that takes nothing now is told of by every other write.
        try? await store.record(entries.sorted { $0.action < $1.action })
    }
}
