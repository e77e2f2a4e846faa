internal import EnvironmentSupply
internal import JobModel

extension JobEngine {
    /// Renews the leases of the environments of all jobs that are alive; waits for the core to have taken over.
    ///
    /// - Throws: what the supply throws; `CancellationError` where there is no core any more.
    public func renewLeases() async throws {
        let held = try await parts.supply.leases()
        guard let living = await mailbox.ask({ core in held.filter { core.isAlive($0) } }) else {
            throw CancellationError()
        }
        try await parts.supply.renew(living)
    }
}
