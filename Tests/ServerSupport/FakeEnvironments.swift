public import HTTPServer
public import JobAPI
import Synchronization

/// Builds that are as the test says.
public final class FakeEnvironments: EnvironmentService {
    private struct State {
        var builds: [BuildReport] = []
        var archives: [String: ServedArchive] = [:]
        var logs: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())
    /// What is thrown when something is ordered.
    private let refusal: Problem?

    public init(refusing refusal: Problem? = nil) {
        self.refusal = refusal
    }

    public func add(_ id: String, _ kind: BuildReport.Kind, askers: [String], deliveries: [String] = []) {
        var build = BuildReport()
        (build.id, build.kind, build.askers, build.state) = (id, kind, askers, .ready)
        build.viewers = Set(askers)
        build.deliveries = deliveries.map {
            var told = BuildReport.Delivery()
            told.delivery = $0
            return told
        }
        state.withLock { $0.builds.append(build) }
    }

    public func add(_ archive: ServedArchive, as format: String, to build: String) {
        state.withLock { $0.archives["\(build) \(format)"] = archive }
    }

    public func add(log: [UInt8], of source: String, to build: String) {
        state.withLock { $0.logs["\(build) \(source)"] = log }
    }

    public func make(_ order: EnvironmentOrder, for asker: String, of tenant: String) async throws -> BuildReport {
        if let refusal { throw refusal }
        var build = BuildReport()
        (build.id, build.name, build.askers) = ("made", order.name, [asker])
        return build
    }

    public func impact(of query: ImpactQuery, namedAlone: Bool) async throws -> KnownImpact {
        var told = KnownImpact()
        told.searched = namedAlone ? 1 : 2
        var hit = KnownImpact.Hit()
        (hit.id, hit.name, hit.platform, hit.contains) = ("aa", "features", "linux", [query.what ?? "an advisory"])
        hit.images = [KnownImpact.Image(digest: "sha256:00", reference: "docker://registry.example/features:1")]
        told.environments = [hit]
        return told
    }

    public func builds() async throws -> [BuildReport] { state.withLock(\.builds) }

    public func build(_ id: String) async throws -> BuildReport? {
        state.withLock { state in state.builds.first { $0.id == id } }
    }

    public func steps(of build: String) async throws -> BuildSteps? {
        guard try await self.build(build) != nil else { return nil }
        var steps = BuildSteps()
        steps.state = .ready
        return steps
    }

    public func log(ofSource name: String, of build: String) async throws -> [UInt8]? {
        state.withLock { $0.logs["\(build) \(name)"] }
    }

    public func archive(_ format: String, of build: String) async throws -> ServedArchive? {
        state.withLock { $0.archives["\(build) \(format)"] }
    }

    public func events(of build: String) async throws -> AsyncStream<BuildStep> { AsyncStream { $0.finish() } }

    public func cancel(_ build: String, by asker: String, isForced: Bool) async throws -> BuildReport? {
        try await self.build(build)
    }

    public func environments() async throws -> [KnownEnvironment] { [] }

    public func environment(_ reference: String) async throws -> KnownEnvironment? { nil }

    public func remove(_ reference: String, isForced: Bool) async throws -> KnownEnvironment? { nil }
}
