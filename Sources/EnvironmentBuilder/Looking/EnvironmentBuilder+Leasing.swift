public import ContentStore
internal import Cryptography

extension EnvironmentBuilder {
    /// Keeps an environment for somebody, under a name of their choice; whoever has it already keeps it from now on for
    /// that long.
    ///
    /// - Parameters:
    ///   - reference: a name, a tag or the beginning of an id.
    ///   - seconds: how long.
    public func lease(_ reference: String, to name: String, for seconds: Int64) throws -> EnvironmentSummary {
        let id = try environment(reference).id
        try store.lease(id, to: .person(name), for: seconds)
        return try summary(reference)
    }

    /// Keeps an environment for somebody no longer.
    ///
    /// - Throws: ``BuilderError`` (`notHeld`) where it was not kept for them.
    public func release(_ reference: String, from name: String) throws -> StoredEnvironment {
        let environment = try environment(reference)
        let holder = Lease.Holder.person(name)
        let wasHeld = try store.leases(of: environment.id).contains { try $0.holder == holder && store.isLive($0) }
        guard wasHeld else {
            throw BuilderError(
                .notHeld, subject: "\(environment.name) \(environment.id.hex.prefix(12))",
                message: "is not kept for \(name)", advice: "`chidori env show \(reference)` tells for whom it is kept")
        }
        try store.release(holder, of: environment.id)
        return environment
    }
}
