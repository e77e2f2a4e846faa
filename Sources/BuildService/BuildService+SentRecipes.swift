public import ContentStore
public import EnvironmentBuilder
internal import Synchronization
internal import SystemPackage

/// Which recipes that were sent are still wanted: those of builds that are remembered, and those of which there are
/// environments.
extension BuildService {
    /// Removes what a policy takes of the data folder, and the sent recipes that nobody needs any more then.
    public func collect(_ policy: CollectionPolicy) async throws -> CollectionOutcome {
        let outcome = try await builder.collect(policy, isRehearsal: false)
        try await journal.perform { [self] _ in try collectSentRecipes() }
        return outcome
    }

    /// On the journal's thread, as all that touches them.
    func collectSentRecipes() throws {
        let remembered = state.withLock { Set($0.builds.values.map(\.source.description)) }
        let made = try namesOfMade()
        try sent.collect { remembered.contains($0) || made.contains($0) }
    }

    /// Whether a sent recipe's lock has led to an environment, or may do so now.
    func isProven(_ source: Build.ID, besides id: Build.ID) throws -> Bool {
        let isUsed = state.withLock { state in
            state.builds.values.contains { build in
                build.source == source && build.id != id && [.building, .ready].contains(build.state)
            }
        }
        return try isUsed || namesOfMade().contains(source.description)
    }

    /// The folders' names of which there are environments.
    private func namesOfMade() throws -> Set<String> {
        Set(
            try builder.store.environments().compactMap {
                try builder.origin(of: $0.id, named: nil)?.path.removingLastComponent().lastComponent?.string
            })
    }
}
