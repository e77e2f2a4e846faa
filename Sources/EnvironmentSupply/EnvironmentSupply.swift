public import JobModel

/// Where the core gets environments from. One build serves any number of askers.
public protocol EnvironmentSupply: Sendable {
    /// What a reference stands for now.
    ///
    /// - Throws: ``EnvironmentSupplyError`` with `.unknown` where there is no such environment, `.vulnerable` where it is
    ///   not let through.
    func find(_ reference: EnvironmentReference) async throws -> EnvironmentStatus

    /// Makes an environment ready for drivers, if it is not yet. Whoever asks for one that is being made waits for the
    /// same build.
    ///
    /// - Parameter asker: `TENANT/USER`, between whom builds are shared out fairly.
    /// - Throws: ``EnvironmentSupplyError``, as ``find(_:)``.
    func prepare(_ reference: EnvironmentReference, for asker: String) async throws -> DeliveredEnvironment

    /// The environment that a job was admitted with, for another of its drivers: what has become known of it since does
    /// not matter.
    ///
    /// - Parameters:
    ///   - environment: its id.
    ///   - asker: as in ``prepare(_:for:)``.
    func admitted(_ environment: String, for asker: String) async throws -> DeliveredEnvironment

    /// Says that a job uses an environment, durably, for days at least, and longer if it is renewed. Taking the same lease
    /// again renews it.
    func lease(_ environment: String, to job: JobID) async throws

    /// Says that jobs that have a lease go on using what they use. Asking often costs little.
    func renew(_ jobs: Set<JobID>) async throws

    /// Says that a job uses none any more.
    func release(_ job: JobID) async throws

    /// The jobs that have a lease: of those that have ended, a dying server may have left some.
    func leases() async throws -> Set<JobID>
}

extension EnvironmentSupply {
    public func admitted(_ environment: String, for asker: String) async throws -> DeliveredEnvironment {
        try await prepare(.named(environment), for: asker)
    }
}

/// How a job names an environment.
public enum EnvironmentReference: Hashable, Sendable {
    /// `NAME[:VERSION]`, or an id of 64 hexadecimal digits.
    case named(String)
    /// A recipe in YAML.
    case recipe(String)
    /// A lock in TOML.
    case lock(String)
}

public enum EnvironmentStatus: Hashable, Sendable {
    case ready(DeliveredEnvironment)
    /// Known, and not where drivers reach it.
    case notReady
    /// Is being made.
    case building
}
