public import JobModel
public import JobStore

extension JobStore {
    /// Moves jobs that are long over out of the lists into the archive, in a store that no core works with.
    ///
    /// - Returns: how many went.
    @discardableResult
    public func archive(endedBefore moment: Moment?, now: Moment) async throws -> Int {
        var count = 0
        while true {
            let gone = try await remove(try await prepareLeaving(endedBefore: moment, now: now), now: now)
            if gone.isEmpty { return count }
            count += gone.count
        }
    }
}
