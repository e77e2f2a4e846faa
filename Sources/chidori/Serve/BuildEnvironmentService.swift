internal import BuildService
internal import ContentStore
internal import Cryptography
internal import EnvironmentBuilder
internal import EnvironmentSupply
internal import HTTPServer
internal import JobAPI
internal import JobModel
internal import Recipes

/// The builder as the HTTP server asks it.
struct BuildEnvironmentService: EnvironmentService {
    let builds: BuildService

    func make(_ order: EnvironmentOrder) async throws -> BuildReport {
        let reference: EnvironmentReference =
            if let recipe = order.recipe { .recipe(recipe) } else if let lock = order.lock { .lock(lock) } else {
                .named(order.name ?? "")
            }
        return BuildReport(try await builds.build(reference))
    }

    func build(_ id: String) async throws -> BuildReport? {
        Build.ID(id).flatMap(builds.build).map { BuildReport($0) }
    }

    func events(of build: String) async throws -> AsyncStream<BuildStep> {
        AsyncStream { continuation in
            let task = Task {
                if let id = Build.ID(build) {
                    for await event in builds.events(of: id) {
                        continuation.yield(BuildStep(number: event.number, name: event.stage, message: event.message))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func environments() async throws -> [KnownEnvironment] {
        try await builds.environments().map { KnownEnvironment($0) }
    }

    func environment(_ reference: String) async throws -> KnownEnvironment? {
        try await builds.environment(reference).map { KnownEnvironment($0) }
    }
}

extension BuildReport {
    fileprivate init(_ build: Build) {
        self.init()
        id = build.id.description
        state = State(rawValue: build.state.rawValue) ?? .building
        name = build.name
        environment = build.environment
        message = build.message ?? build.events.last.map { "\($0.stage): \($0.message)" } ?? ""
        createdAt = build.startedAt
        endedAt = build.endedAt
    }
}

extension KnownEnvironment {
    fileprivate init(_ summary: EnvironmentSummary) {
        self.init()
        id = summary.id.digest.hex
        state = summary.path == nil ? .notReady : .ready
        name = summary.manifest.name
        version = summary.manifest.version
        tags = summary.tags
        python = summary.manifest.python
        platform = summary.manifest.platform
        createdAt = Moment(milliseconds: summary.stored.created * 1000)
    }
}
