internal import Documents
internal import JSONDocument
public import JobAPI
internal import Transfer

extension ChidoriClient {
    /// Begins to have an environment made ready, or joins the build that is under way.
    public func makeEnvironment(_ order: EnvironmentOrder) async throws -> BuildReport {
        try read(
            try await send(
                .post, APIPath.base + "/environments", body: EnvironmentOrder.shape.json(order), mayRepeat: true),
            BuildReport.shape)
    }

    public func environments() async throws -> [KnownEnvironment] {
        try read(try await send(.get, APIPath.base + "/environments"), KnownEnvironment.listShape).items
    }

    public func environment(_ reference: String) async throws -> KnownEnvironment {
        try read(try await send(.get, Self.path(ofEnvironment: reference)), KnownEnvironment.shape)
    }

    /// Removes an environment, and what only it used.
    ///
    /// - Parameter force: in spite of those who use it.
    public func removeEnvironment(_ reference: String, force: Bool) async throws -> KnownEnvironment {
        try read(
            try await send(
                .delete, Self.path(ofEnvironment: reference), query: force ? [("force", "true")] : [],
                mayRepeat: false),
            KnownEnvironment.shape)
    }

    // MARK: Builds

    /// The builds, the newest first.
    public func builds(_ query: BuildQuery = BuildQuery()) async throws -> [BuildReport] {
        try read(
            try await send(.get, APIPath.base + "/builds", query: Self.pairs(query, BuildQuery.shape)),
            BuildReport.listShape
        ).items
    }

    public func build(_ id: String) async throws -> BuildReport {
        try read(try await send(.get, Self.path(ofBuild: id)), BuildReport.shape)
    }

    /// What has happened in a build, or comes within the time that may be waited.
    public func steps(of id: String, _ query: StepQuery) async throws -> BuildSteps {
        try read(
            try await send(.get, Self.path(ofBuild: id) + "/steps", query: Self.pairs(query, StepQuery.shape)),
            BuildSteps.shape)
    }

    /// Gives what happens in a build, from its beginning to its end.
    ///
    /// Each piece is asked for anew, so a server that was away is found again where it was left.
    ///
    /// - Parameter pause: how often to hear of a stage's progress at least, in milliseconds.
    public func follow(
        build id: String, pause: Int64 = 20_000, _ receive: (BuildSteps) async throws -> Void
    ) async throws -> BuildReport {
        var query = StepQuery(after: 0, wait: pause)
        while true {
            let part = try await steps(of: id, query)
            try await receive(part)
            query.after = part.steps.last?.number ?? query.after
            if part.state != .building { return try await build(id) }
        }
    }

    /// Takes back what was asked for.
    public func cancel(build id: String, force: Bool) async throws -> BuildReport {
        try read(
            try await send(
                .post, Self.path(ofBuild: id) + "/cancel", query: force ? [("force", "true")] : [], mayRepeat: true),
            BuildReport.shape)
    }

    private static func path(ofBuild id: String) -> String { "\(APIPath.base)/builds/\(encoded(id))" }

    private static func path(ofEnvironment reference: String) -> String {
        "\(APIPath.base)/environments/\(encoded(reference))"
    }
}
