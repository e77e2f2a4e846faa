public import ContentStore
internal import Diagnostics
internal import Workers

/// What pruning the store came to, or would.
public struct Pruning: Sendable {
    /// Superseded environments that went.
    public internal(set) var removed: [EnvironmentSummary] = []
    /// Superseded environments that stay, because they were not to go or somebody uses them.
    public internal(set) var kept: [EnvironmentSummary] = []
    public internal(set) var freed = StoreCollection()
}

extension EnvironmentBuilder {
    /// Deletes what no environment needs and has not been written for some days; before that, if it is asked for, the
    /// superseded environments that nobody uses, however new they are.
    ///
    /// - Parameter isRehearsal: whether to look only: what would be deleted is told, and nothing is.
    public func prune(olderThan days: Int, superseded: Bool, isRehearsal: Bool) async throws -> Pruning {
        let old = Int64(days) * 86_400
        return try await blocking { [self] in
            var pruning = Pruning()
            for summary in try summaries() where summary.isSuperseded {
                guard superseded, summary.holders.isEmpty else {
                    pruning.kept.append(summary)
                    continue
                }
                if isRehearsal {
                    guard try store.isIdle(summary.stored.id) else {
                        pruning.kept.append(summary)
                        continue
                    }
                } else {
                    do {
                        pruning.freed.add(try store.remove(summary.stored.id))
                    } catch let error as StoreError where error.code == .inUse {
                        // A program has begun to run in it, or a build to make it, since it was listed.
                        observer(.warning(error.description))
                        pruning.kept.append(summary)
                        continue
                    } catch let error as StoreError where error.code == .missing {
                        continue
                    }
                }
                pruning.removed.append(summary)
            }
            let ids = Set(pruning.removed.map(\.stored.id))
            pruning.freed.add(
                isRehearsal ? try store.prunable(olderThan: old, without: ids) : try store.prune(olderThan: old))
            return pruning
        }
    }
}
