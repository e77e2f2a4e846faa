public import JobAPI

/// What the server asks of whoever makes environments. One build serves any number of askers.
public protocol EnvironmentService: Sendable {
    /// Begins to make an environment ready, or joins the build that is under way.
    ///
    /// - Throws: a `Diagnostic` where the recipe or lock is wrong.
    func make(_ order: EnvironmentOrder) async throws -> BuildReport

    /// A build; `nil` if there is none of this id.
    func build(_ id: String) async throws -> BuildReport?

    /// What happens in a build, from its beginning: an object each, with an `event`. Ends with the build.
    func events(of build: String) async throws -> AsyncStream<BuildStep>

    /// What there is.
    func environments() async throws -> [KnownEnvironment]

    /// What `NAME[:VERSION]` or an id stands for; `nil` if nothing.
    func environment(_ reference: String) async throws -> KnownEnvironment?
}

/// One thing that happened in a build.
public struct BuildStep: Hashable, Sendable {
    /// Counts a build's steps from 1.
    public var number: Int
    /// `began`, `advanced`, `ended`, `ready`, `failed` …
    public var name: String
    public var message: String

    public init(number: Int, name: String, message: String) {
        self.number = number
        self.name = name
        self.message = message
    }
}
