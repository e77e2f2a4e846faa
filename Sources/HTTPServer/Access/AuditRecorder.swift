internal import JobModel
internal import JobStore
internal import Synchronization

/// Writes down what was decided about requests. What changes something is written with the change itself; here is what
/// was refused, and what changes nothing in the store.
final class AuditRecorder: Sendable {
    private let store: JobStore
    private let clock: @Sendable () -> Moment
    /// How often strangers knocked since it was last told.
    private let strangers = Mutex(0)

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

    /// Somebody without a valid token. The first one of a minute is written down, and of the others how many they were:
    /// nobody can fill the disk from outside.
    func recordStranger(_ request: String, _ path: String) async throws {
        let count = strangers.withLock { count in
            count += 1
            return count
        }
        guard count == 1 else { return }
        try await store.record([
            AuditEntry(
                at: clock(), actor: .system("server"), tenant: "", action: "authenticate",
                subject: String(path.prefix(256)),
                outcome: .denied, message: "no valid token", request: request)
        ])
    }

    func tellRepeated() async {
        let count = strangers.withLock { count in
            defer { count = 0 }
            return count
        }
        guard count > 1 else { return }
        // A store that takes nothing now is told of by every other write.
        try? await store.record([
            AuditEntry(
                at: clock(), actor: .system("server"), tenant: "", action: "authenticate", subject: "the server",
                outcome: .denied, message: "\(count - 1) more requests without a valid token")
        ])
    }
}
