internal import Cryptography
internal import Documents
internal import JSONDocument
public import JobAPI
public import SystemPackage
internal import Transfer

extension ChidoriClient {
    /// Begins to have an environment made ready, or joins the build that is under way.
    public func makeEnvironment(_ order: EnvironmentOrder) async throws -> BuildReport {
        try read(
            try await send(
                .post, APIPath.base + "/environments", body: EnvironmentOrder.shape.json(order), mayRepeat: true),
            BuildReport.shape)
    }

    public func environment(_ reference: String) async throws -> KnownEnvironment {
        try read(try await send(.get, Self.path(ofEnvironment: reference)), KnownEnvironment.shape)
    }

    /// Which environments contain something.
    public func impact(of query: ImpactQuery) async throws -> KnownImpact {
        try read(
            try await send(.post, APIPath.base + "/impact", body: ImpactQuery.shape.json(query), mayRepeat: true),
            KnownImpact.shape)
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
    /// - Parameters:
    ///   - pause: how often to hear of a stage's progress at least, in milliseconds.
    ///   - absence: how long a server that has answered may be away, as one that is started again.
    public func follow(
        build id: String, pause: Int64 = 20_000, absence: Duration = .seconds(60),
        _ receive: (BuildSteps) async throws -> Void
    ) async throws -> BuildReport {
        var query = StepQuery(after: 0, wait: pause)
        var heard: ContinuousClock.Instant?
        while true {
            do {
                let part = try await steps(of: id, query)
                heard = .now
                try await receive(part)
                query.after = part.steps.last?.number ?? query.after
                if part.state != .building { return try await build(id) }
            } catch {
                guard Self.isPassing(error), let last = heard, ContinuousClock.now - last < absence else { throw error }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Whether a server that is only away, or busy, would be the reason.
    private static func isPassing(_ error: any Error) -> Bool {
        if let error = error as? TransferError { return [.unreachable, .timedOut, .interrupted].contains(error.code) }
        guard let error = error as? ChidoriClientError else { return false }
        return error.code == .unreachable || [429, 503].contains(error.problem?.status)
    }

    /// Takes back what was asked for.
    public func cancel(build id: String, force: Bool) async throws -> BuildReport {
        try read(
            try await send(
                .post, Self.path(ofBuild: id) + "/cancel", query: force ? [("force", "true")] : [], mayRepeat: true),
            BuildReport.shape)
    }

    /// What the build of a source has printed.
    public func log(ofSource name: String, of id: String) async throws -> String {
        let answer = try await send(.get, Self.path(ofBuild: id) + "/logs", query: [("source", name)])
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// Fetches an archive that a build has made. A break is mended; what an earlier run has left in the file is gone on with.
    ///
    /// - Parameters:
    ///   - delivery: the build's delivery that is an archive.
    ///   - file: which nobody else writes to. It is whole, and of the delivery's digest, on return.
    ///   - progress: bytes that are there, and all of them.
    /// - Throws: `TransferError`; ``ChidoriClientError`` where the build has no such archive.
    public func fetch(
        _ delivery: BuildReport.Delivery, of id: String, to file: FilePath,
        progress: @escaping @Sendable (UInt64, UInt64?) -> Void
    ) async throws {
        guard delivery.state == .delivered, let digest = delivery.digest.flatMap(SHA256Digest.init(prefixed:)) else {
            throw ChidoriClientError(
                .notUnderstood, "the \(delivery.delivery) of build \(id.prefix(12))", "is not there",
                advice: "ask for it again")
        }
        let path = Self.path(ofBuild: id) + "/archives/" + Self.encoded(delivery.delivery)
        let download = Download(
            try url(path), to: file, digest: digest, size: delivery.size.flatMap { UInt64(exactly: $0) })
        _ = try await downloads.download(download) { progress($0.received, $0.size) }
    }

    private static func path(ofBuild id: String) -> String { "\(APIPath.base)/builds/\(encoded(id))" }

    private static func path(ofEnvironment reference: String) -> String {
        "\(APIPath.base)/environments/\(encoded(reference))"
    }
}
