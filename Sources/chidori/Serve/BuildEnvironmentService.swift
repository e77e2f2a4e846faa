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

    func make(_ order: EnvironmentOrder, for asker: String, of tenant: String) async throws -> BuildReport {
        let reference: EnvironmentReference =
            if let recipe = order.recipe { .recipe(recipe) } else if let lock = order.lock { .lock(lock) } else {
                .named(order.name ?? "")
            }
        do {
            let deliveries = try order.deliveries.map { try builds.places.meant(BuildDelivery($0), by: tenant) }
            return BuildReport(try await builds.build(BuildOrder(reference, deliveries: deliveries), for: asker))
        } catch let error as EnvironmentSupplyError where error.code == .notAllowed {
            throw Problem(
                403, "deliveryNotAllowed", title: "The server does not deliver there",
                detail: "\(error.subject): \(error.message)", subject: error.subject, advice: error.advice)
        } catch let error as EnvironmentSupplyError where error.code == .tooMany {
            throw Problem(
                429, "tooManyBuilds", title: "The tenant has too many builds under way",
                detail: "\(error.subject): \(error.message)", subject: error.subject, advice: error.advice)
        }
    }

    func builds() async throws -> [BuildReport] { builds.builds().map { BuildReport($0) } }

    func build(_ id: String) async throws -> BuildReport? {
        Build.ID(id).flatMap(builds.build).map { BuildReport($0) }
    }

    func steps(of build: String) async throws -> BuildSteps? {
        guard let id = Build.ID(build), let found = builds.build(id) else { return nil }
        var steps = BuildSteps()
        steps.state = BuildReport.State(rawValue: found.state.rawValue) ?? .building
        steps.progress = builds.progress(of: id).map { BuildStep($0) }
        steps.steps = try await builds.events(of: id).map { BuildStep($0) }
        return steps
    }

    func log(ofSource name: String, of build: String) async throws -> [UInt8]? {
        guard let id = Build.ID(build) else { return nil }
        return try await builds.log(ofSource: name, in: id)
    }

    func archive(_ format: String, of build: String) async throws -> ServedArchive? {
        guard let id = Build.ID(build) else { return nil }
        return try await builds.archive(format, of: id).map {
            ServedArchive(path: $0.path, digest: $0.digest, fileName: $0.fileName)
        }
    }

    func events(of build: String) async throws -> AsyncStream<BuildStep> {
        guard let id = Build.ID(build) else { return AsyncStream { $0.finish() } }
        let news = try await builds.news(of: id)
        return AsyncStream { continuation in
            let task = Task {
                for await item in news {
                    switch item {
                    case .event(let event): continuation.yield(BuildStep(event))
                    case .progress(let progress): continuation.yield(BuildStep(progress))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    func cancel(_ build: String, by asker: String, isForced: Bool) async throws -> BuildReport? {
        guard let id = Build.ID(build) else { return nil }
        guard var build = try await builds.cancel(id, by: asker, isForced: isForced) else { return nil }
        guard build.state == .building, isForced || build.askers.allSatisfy({ $0 == asker }) else {
            return BuildReport(build)
        }
        // What nobody wants any more ends in a moment.
        let deadline = ContinuousClock.now + .seconds(2)
        while build.state == .building, .now < deadline {
            try await Task.sleep(for: .milliseconds(10))
            build = builds.build(id) ?? build
        }
        return BuildReport(build)
    }

    func remove(_ reference: String, isForced: Bool) async throws -> KnownEnvironment? {
        guard let known = try await environment(reference) else { return nil }
        do {
            return try await builds.remove(reference, forced: isForced) == nil ? nil : known
        } catch let error as StoreError where error.code == .inUse {
            throw Problem(
                409, "inUse", title: "Somebody uses it", detail: "\(error.subject): \(error.message)",
                subject: error.subject, advice: error.advice)
        }
    }

    func impact(of query: ImpactQuery, namedAlone: Bool) async throws -> KnownImpact {
        let question = try ImpactQuestion(query.what, advisories: query.advisories)
        let report = try await builds.impact(of: question, namedAlone: namedAlone)
        var told = KnownImpact()
        told.searched = Int64(report.environments)
        told.environments = report.hits.map { KnownImpact.Hit($0) }
        return told
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
        askers = build.askers
        viewers = build.viewers
        kind = Kind(rawValue: build.kind.rawValue) ?? .named
        message =
            build.trouble?.message
            ?? build.lastEvent.map { $0.stage == build.state.rawValue ? $0.message : "\($0.stage): \($0.message)" }
            ?? ""
        category = build.trouble.map { "\($0.category)" }
        deliveries = build.deliveries.map { Delivery($0) }
        changes = build.changes
        sources = build.sources
        createdAt = build.startedAt
        endedAt = build.endedAt
    }
}

extension BuildReport.Delivery {
    fileprivate init(_ delivery: Build.Delivery) {
        self.init()
        self.delivery = delivery.delivery
        state = State(rawValue: delivery.state.rawValue) ?? .waiting
        digest = delivery.digest.map { "sha256:" + $0 }
        size = delivery.size.map { Int64(clamping: $0) }
        path = delivery.path
        category = delivery.trouble.map { "\($0.category)" }
        message = delivery.trouble?.message
    }
}

extension BuildStep {
    fileprivate init(_ event: Build.Event) {
        self.init(number: event.number, name: event.stage, message: event.message, at: event.at)
    }

    fileprivate init(_ progress: Build.Progress) {
        self.init(
            number: 0, name: progress.stage, message: "", at: .now, done: progress.done, total: progress.total)
    }
}

extension KnownImpact.Hit {
    fileprivate init(_ hit: ImpactReport.Hit) {
        self.init()
        id = hit.summary.id.digest.hex
        name = hit.summary.manifest.name
        tags = hit.summary.tags
        platform = hit.summary.manifest.platform
        contains = hit.found
        images = hit.images.map { KnownImpact.Image(digest: $0.digest.prefixed, reference: $0.reference) }
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
