internal import Diagnostics
internal import EnvironmentSupply
internal import Synchronization

/// What each tenant may have of the builds: how many are under way, how long they take, and how many are remembered.
extension BuildService {
    /// Looks whether one more build may be begun. What is under way already, and what is there, is never refused for this.
    ///
    /// - Throws: ``EnvironmentSupplyError``: `tooMany` where the asker's tenant has as many as it may, `unavailable` where all
    ///   of them together have.
    func checkRoom(_ state: State, for name: String, _ asker: String) throws {
        let share = Asker.share(of: asker)
        let own = state.running.keys.count { Self.share(of: state.builds[$0]) == share }
        // The recipes in the server's folders are as many as its keeper wants.
        guard own < limits.perTenant || asker == Prebuilding.asker else {
            throw EnvironmentSupplyError(
                .tooMany, name,
                "is not built now: the tenant \(share) has \(own) builds under way already, which is as many as one may have",
                advice: "wait until one of them is over, or cancel one; the server's configuration says how many "
                    + "(builds: perTenant)")
        }
        guard state.running.count < Self.memory.builds else {
            throw EnvironmentSupplyError(
                .unavailable, name,
                "is not built now: \(state.running.count) builds of all tenants are under way already",
                advice: "try again later")
        }
    }

    /// Begins a build for a job, which waits where its tenant has as many under way as it may: it was taken, and does not fail
    /// for what the tenant's other jobs need.
    func beginInTurn(_ order: BuildOrder, for asker: String) async throws -> EnvironmentWork {
        var pause = Duration.seconds(1)
        while true {
            do {
                return try await begin(order, for: asker)
            } catch let error as EnvironmentSupplyError where error.code == .tooMany {
                try await Task.sleep(for: pause)
                pause = min(pause * 2, .seconds(15))
            }
        }
    }

    /// Does the work of a build, for as long as one may take.
    ///
    /// - Parameter isForeign: whether somebody has sent what is built. An admin's own recipes take what they take.
    /// - Throws: ``EnvironmentSupplyError`` (`overdue`), once the work has ended for it; what `work` throws.
    func inTime<Result: Sendable>(
        _ name: String, isForeign: Bool, _ work: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        guard isForeign else { return try await work() }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask { [limits] in
                try await Task.sleep(for: limits.deadline)
                return nil
            }
            defer { group.cancelAll() }
            if let first = try await group.next(), let result = first { return result }
            group.cancelAll()
            // What was done at that very moment is done.
            if let last = try? await group.next(), let result = last { return result }
            throw EnvironmentSupplyError(
                .overdue, name,
                "was not built within \(limits.deadline), which is as long as a recipe or lock that is sent may take",
                advice: "look into the build's steps for what takes so long, and ask again: what was fetched is kept\n"
                    + "or: ask an administrator to raise `builds.deadline` in the server's configuration")
        }
    }

    /// Forgets builds that are over until they are as few as are remembered: first the oldest of whoever has most of them.
    func forgetOldest(_ state: inout State) {
        while state.order.count > Self.memory.builds, let index = Self.mostDispensable(state) {
            let id = state.order.remove(at: index)
            let kind = state.builds[id]?.kind
            state.builds[id] = nil
            state.failures[id] = nil
            journal.enqueue { [weak self] journal in
                // Somebody may have asked for it again meanwhile.
                guard let self, build(id) == nil else { return }
                journal.forget(id)
                if kind == .recipe || kind == .lock { try? collectSentRecipes() }
            }
        }
    }

    private static func mostDispensable(_ state: State) -> Int? {
        let over = state.order.indices.filter { state.builds[state.order[$0]]?.state != .building }
        var counts: [String: Int] = [:]
        for index in over { counts[share(of: state.builds[state.order[index]]), default: 0] += 1 }
        let most = counts.values.max()
        return over.first { counts[share(of: state.builds[state.order[$0]])] == most }
    }

    /// Among whose builds one is counted: those of whoever has waited for it longest.
    private static func share(of build: Build?) -> String { Asker.share(of: build?.askers.first ?? "") }
}
