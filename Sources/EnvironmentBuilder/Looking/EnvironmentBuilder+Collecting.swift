public import ContentStore
internal import Cryptography
internal import Workers

/// What a collection came to, or would.
public struct CollectionOutcome: Sendable {
    /// Environments that went, least recently used first.
    public internal(set) var removed: [EnvironmentSummary] = []
    /// Superseded environments that stay, because they were not to go or somebody uses them.
    public internal(set) var kept: [EnvironmentSummary] = []
    public internal(set) var freed = StoreCollection()
    /// Bytes in the store afterwards, where the policy has a limit.
    public internal(set) var size: UInt64?
}

extension EnvironmentBuilder {
    /// Removes what a policy takes of the data folder. A cancelled task stops at the next opportunity; what is left goes
    /// with the next collection.
    ///
    /// - Parameter isRehearsal: whether to look only: what would be deleted is told, and nothing is.
    /// - Throws: `StoreError`, `CancellationError`.
    public func collect(_ policy: CollectionPolicy, isRehearsal: Bool) async throws -> CollectionOutcome {
        let outcome = try await blocking(untilCalledOff: { [self] isCalledOff in
            let (before, report) = try store.freeing {
                (
                    try summaries(),
                    isRehearsal ? try store.rehearse(policy) : try store.collect(policy) { isCalledOff.isTrue }
                )
            }
            let known = Dictionary(before.map { ($0.stored.id, $0) }, uniquingKeysWith: { $1 })
            let removed = Set(report.removed.map(\.id))
            return CollectionOutcome(
                removed: report.removed.compactMap { known[$0.id] },
                kept: before.filter { $0.isSuperseded && !removed.contains($0.stored.id) }, freed: report.freed,
                size: report.size)
        })
        try Task.checkCancellation()
        return outcome
    }
}
