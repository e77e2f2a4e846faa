/// What is known of something that may have to be asked for.
public enum Lookup<Value> {
    case found(Value)
    /// No repository has it.
    case missing
    /// It is not known yet: whoever asked notes it, and asks again once it is.
    case pending
}

extension Lookup: Sendable where Value: Sendable {}

/// What repositories list of a module.
public struct ModuleListing: Sendable {
    /// In no order.
    public var versions: [String]
    /// The version that was published last, and the last one that is no snapshot.
    public var latest: String?
    public var release: String?

    public init(versions: [String], latest: String? = nil, release: String? = nil) {
        self.versions = versions
        self.latest = latest
        self.release = release
    }
}

/// Where POMs come from. Asked many times for the same thing, and must be quick then.
public protocol POMSource {
    mutating func pom(of project: ModuleVersion) throws -> Lookup<POM>
    /// For parents and dependencies that name a range.
    mutating func listing(of module: ModuleName) throws -> Lookup<ModuleListing>
}

/// What a source throws to end mediation and to learn who asks: no error of a POM's, whatever else is wrong or pending.
public struct MediationStop: Error {
    /// From the request's own dependency to the one that asks; empty where the request itself does.
    public internal(set) var path: [ArtifactCoordinate] = []

    public init() {}
}

/// Where the meaning of POMs comes from.
public protocol ProjectSource {
    mutating func description(of project: ModuleVersion) throws -> Lookup<ProjectDescription>
    mutating func listing(of module: ModuleName) throws -> Lookup<ModuleListing>
}
