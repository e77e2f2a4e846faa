internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// Environments: have one made, follow that, find one.
enum EnvironmentRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [
            make(parts), list(parts), show(parts), impact(parts), remove(parts), builds(parts), build(parts),
            steps(parts),
            events(parts),
            logs(parts), cancel(parts),
        ]
    }

    private static func make(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.base + "/environments", "environment.make", tag: "environments",
            "Have an environment made ready.",
            details: """
                One build serves any number of askers: asking again while it is under way gives the same build. It is on the \
                disk when this is answered: a server that dies goes on with it. A delivery that fails leaves the build ready, and \
                is made again by the same order.
                """,
            body: .environmentOrder,
            answers: [
                .json(202, .build, "The build, which is under way."), .json(200, .build, "The environment is ready."),
            ]
        ) { exchange in
            let order = try exchange.document(EnvironmentOrder.shape)
            guard exchange.caller.roles.contains(where: { $0.role >= .submitter }) else {
                try await parts.audit.refuse(exchange, "environment.make", order.title)
                throw Problem.forbidden(
                    "making an environment", needs: .submitter, in: nil, isAnyEnough: true)
            }
            let build: BuildReport
            do {
                build = try await service(parts).make(
                    order, for: exchange.caller.asker, of: exchange.caller.tenant)
            } catch let problem as Problem where problem.status == 403 {
                try await parts.audit.refuse(exchange, "environment.make", problem.subject ?? order.title)
                throw problem
            }
            try await parts.audit.record(
                parts.audit.entry(exchange, "environment.make", order.title, message: order.told(as: build.id)))
            return Reply.document(
                build.told(to: exchange.caller), BuildReport.shape, status: build.state == .building ? 202 : 200
            )
            .with(.location, APIPath.base + "/builds/\(build.id)")
        }
    }

    private static func list(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/environments", "environment.list", tag: "environments", "List the environments.",
            details: """
                Those with a name, which are for everybody. What was made of a recipe that somebody sent is told to whoever \
                knows its id, and to administrators.
                """,
            answers: [.json(200, .environments, "Those there are."), .unchanged]
        ) { exchange in
            let all = try await service(parts).environments()
            let told = exchange.caller.isAdministrator ? all : all.filter { !$0.tags.isEmpty }
            return .document(ItemList(told), KnownEnvironment.listShape).tagged(for: exchange)
        }
    }

    private static func show(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/environments/{reference}", "environment.show", tag: "environments",
            "What `NAME[:VERSION]` or an id stands for.",
            answers: [.json(200, .environment, "The environment."), .unchanged]
        ) { exchange in
            let reference = exchange.parameter("reference")
            guard let found = try await service(parts).environment(reference) else {
                throw Problem.noEnvironment(reference)
            }
            return .document(found, KnownEnvironment.shape).tagged(for: exchange)
        }
    }

    private static func impact(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.base + "/impact", "environment.impact", tag: "environments",
            "Which environments contain a file, a package or a vulnerability.",
            details: """
                Of those that the caller may list. Where their images are is told to administrators alone. Nothing is changed.
                """,
            body: .impactQuery, answers: [.json(200, .impact, "Those that do.")]
        ) { exchange in
            let query = try exchange.document(ImpactQuery.shape)
            let isAdministrator = exchange.caller.isAdministrator
            var found = try await service(parts).impact(of: query, namedAlone: !isAdministrator)
            if !isAdministrator {
                for index in found.environments.indices { found.environments[index].images = [] }
            }
            return .document(found, KnownImpact.shape)
        }
    }

    private static func remove(_ parts: ServerParts) -> Route {
        Route(
            "DELETE", APIPath.base + "/environments/{reference}", "environment.remove", tag: "environments",
            "Remove an environment, and what only it used.",
            details: "One that a job or somebody else uses is not removed, unless `force` says so.",
            access: .administrator, query: ForceQuery.shape.schema,
            answers: [.json(200, .environment, "What was removed.")]
        ) { exchange in
            let reference = exchange.parameter("reference")
            let query = try exchange.query(ForceQuery.shape)
            guard let removed = try await service(parts).remove(reference, isForced: query.force) else {
                throw Problem.noEnvironment(reference)
            }
            try await parts.audit.record(
                parts.audit.entry(
                    exchange, "environment.remove", removed.id ?? reference, message: query.force ? "by force" : ""))
            return .document(removed, KnownEnvironment.shape)
        }
    }

    private static func builds(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds", "build.list", tag: "environments", "List the builds, the newest first.",
            details:
                "Those that the caller has asked for; to administrators all. With `id`, what anybody may look at too.",
            query: BuildQuery.shape.schema,
            answers: [.json(200, .builds, "Those there are."), .unchanged]
        ) { exchange in
            let query = try exchange.query(BuildQuery.shape)
            let caller = exchange.caller
            let found = try await service(parts).builds().filter { build in
                (query.id.map { build.id.hasPrefix($0.lowercased()) && build.isTold(to: caller) }
                    ?? (caller.isAdministrator || build.viewers.contains(caller.asker)))
                    && query.state.map { $0 == build.state } ?? true
                    && query.asker.map { build.askers.contains($0) } ?? true
            }
            let told = found.prefix(query.limit).map { $0.told(to: caller) }
            return .document(ItemList(Array(told)), BuildReport.listShape).tagged(for: exchange)
        }
    }

    private static func build(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}", "build.show", tag: "environments", "How far a build has come.",
            details: "One of what somebody else has sent, or has delivered somewhere, is not there.",
            answers: [.json(200, .build, "The build."), .unchanged]
        ) { exchange in
            let build = try await build(of: exchange, parts)
            return .document(build.told(to: exchange.caller), BuildReport.shape).tagged(for: exchange)
        }
    }

    private static func events(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}/events", "build.events", tag: "environments",
            "What happens in a build, from its beginning.",
            details: """
                Server-sent events, or those behind `Last-Event-ID`: `step` for what happens, `progress`, without an id, for \
                how far a stage has come. The stream ends with the build.
                """,
            headers: [.init(name: "Last-Event-ID", doc: "The id of the last event that was heard.")],
            answers: [.events(.buildStep, "An event for each step.")]
        ) { exchange in
            let build = try await build(of: exchange, parts)
            let last = exchange.headers[.lastEventID].flatMap { Int($0) } ?? 0
            let steps = try await service(parts).events(of: build.id)
            return EventStream.reply { stream in
                for await step in untilStopped(steps, parts.feed) {
                    guard let step else {
                        try await stream.beat()
                        continue
                    }
                    if step.number == 0 {
                        try await stream.send("progress", id: nil, BuildStep.shape.json(step))
                    } else if step.number > last {
                        try await stream.send("step", id: String(step.number), BuildStep.shape.json(step))
                    }
                }
            }
        }
    }

    /// The steps, with `nil` now and then; they end when the server stops, too.
    private static func untilStopped(
        _ steps: AsyncStream<BuildStep>, _ feed: ChangeFeed
    ) -> AsyncStream<BuildStep?> {
        AsyncStream { merged in
            let work = Task {
                await withTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        for await step in steps { merged.yield(step) }
                    }
                    tasks.addTask {
                        var told = ContinuousClock.now
                        while !feed.isClosed, !Task.isCancelled {
                            try? await Task.sleep(for: .milliseconds(250))
                            guard .now - told >= EventStream.pause else { continue }
                            merged.yield(nil)
                            told = .now
                        }
                    }
                    await tasks.next()
                    tasks.cancelAll()
                }
                merged.finish()
            }
            merged.onTermination = { _ in work.cancel() }
        }
    }

    private static func steps(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}/steps", "build.steps", tag: "environments",
            "What has happened in a build, for whoever asks again and again.", query: StepQuery.shape.schema,
            answers: [.json(200, .buildSteps, "What has happened since.")]
        ) { exchange in
            let query = try exchange.query(StepQuery.shape)
            let id = try await build(of: exchange, parts).id
            let environments = try service(parts)
            guard var found = try await environments.steps(of: id) else { throw Problem.noBuild(id) }
            func hasNews() -> Bool { found.state != .building || found.steps.contains { $0.number > query.after } }
            if query.wait > 0, !hasNews() {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        for await step in try await environments.events(of: id) where step.number > query.after {
                            return
                        }
                    }
                    group.addTask { try await Task.sleep(for: .milliseconds(query.wait)) }
                    group.addTask {
                        while !parts.feed.isClosed { try await Task.sleep(for: .milliseconds(250)) }
                    }
                    try await group.next()
                    group.cancelAll()
                }
                found = try await environments.steps(of: id) ?? found
            }
            found.steps.removeAll { $0.number <= query.after }
            return .document(found, BuildSteps.shape)
        }
    }

    private static func logs(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}/logs", "build.logs", tag: "environments",
            "What has happened in a build, as lines for people.",
            details: "Or, with `source`, what the build of one of its sources has printed.",
            query: SourceQuery.shape.schema, answers: [.text(200, "A line for each step, or what was printed.")]
        ) { exchange in
            let build = try await build(of: exchange, parts)
            if let source = try exchange.query(SourceQuery.shape).source {
                guard let printed = try await service(parts).log(ofSource: source, of: build.id) else {
                    throw Problem.notFound(
                        "log of \(source.prefix(256))", advice: "`sources` of the build names those that there are")
                }
                return Reply(200, headers: [(.contentType, "text/plain; charset=utf-8")], body: .bytes(printed))
            }
            let steps = try await service(parts).steps(of: build.id)?.steps ?? []
            let lines = steps.map { "\($0.at) \($0.name): \($0.message)\n" }
            return Reply(
                200, headers: [(.contentType, "text/plain; charset=utf-8")], body: .bytes(Array(lines.joined().utf8)))
        }
    }

    private static func cancel(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.base + "/builds/{id}/cancel", "build.cancel", tag: "environments",
            "Take back what was asked for.",
            details: """
                The build ends if nobody else has asked for it. An administrator ends it with `force`, whoever waits for it: \
                jobs that do fail.
                """,
            query: ForceQuery.shape.schema, answers: [.json(200, .build, "The build as it is now.")]
        ) { exchange in
            let build = try await build(of: exchange, parts)
            let query = try exchange.query(ForceQuery.shape)
            let caller = exchange.caller
            guard caller.isAdministrator || (build.askers.contains(caller.asker) && !query.force) else {
                try await parts.audit.refuse(exchange, "build.cancel", "build \(build.id)")
                throw Problem.forbidden("build \(build.id)", needs: .admin, in: nil)
            }
            let cancelled = try await service(parts).cancel(build.id, by: caller.asker, isForced: query.force)
            try await parts.audit.record(
                parts.audit.entry(
                    exchange, "build.cancel", "build \(build.id)", message: query.force ? "by force" : ""))
            return .document((cancelled ?? build).told(to: caller), BuildReport.shape)
        }
    }

    /// - Throws: 404 for what is no build's id, as for one that is not there, and one of what somebody else has sent.
    static func build(of exchange: Exchange, _ parts: ServerParts) async throws -> BuildReport {
        let id = exchange.parameter("id")
        let caller = exchange.caller
        guard let build = try await service(parts).build(id), build.isTold(to: caller) else {
            throw Problem.noBuild(id)
        }
        return build
    }

    static func service(_ parts: ServerParts) throws -> any EnvironmentService {
        if let environments = parts.environments { return environments }
        throw Problem(
            503, "noEnvironments", title: "This server makes no environments",
            detail: "the server: makes no environments",
            advice: "make them with `chidori env build` in the server's data folder")
    }
}

extension EnvironmentOrder {
    /// For the audit.
    fileprivate var title: String {
        if let name { return "recipe \(name)" }
        return recipe != nil ? "an inline recipe" : "a lock"
    }

    fileprivate func told(as build: String) -> String {
        deliveries.isEmpty ? "build \(build)" : "build \(build), to \(deliveries.joined(separator: " "))"
    }
}

extension BuildReport {
    /// Whether everybody may look at it: names and what is pulled are for all; what somebody has sent, and where he has
    /// something delivered to, is his own.
    private var isShared: Bool { kind == .image || (kind == .named && deliveries.isEmpty) }

    fileprivate func isTold(to caller: Caller) -> Bool {
        caller.isAdministrator || isShared || viewers.contains(caller.asker)
    }

    /// Without those who have asked for it too and belong to others.
    fileprivate func told(to caller: Caller) -> BuildReport {
        if caller.isAdministrator { return self }
        var told = self
        told.askers = askers.filter { $0.hasPrefix("\(caller.tenant)/") }
        return told
    }
}

/// Whose log is wanted.
private struct SourceQuery: Hashable, Sendable {
    var source: String?

    static let shape = Shape(
        "Whose log is wanted.", initial: SourceQuery(),
        fields: [
            Field(
                "source", \.source, .text(1...1024), examples: ["demo-1.0.tar.gz"],
                "One of the build's `sources`: what its build has printed.")
        ])
}

/// Whether something is done in spite of those who use it.
private struct ForceQuery: Hashable, Sendable {
    var force = false

    static let shape = Shape(
        "How it is done.", initial: ForceQuery(),
        fields: [Field("force", \.force, .flag, "Whether it is done in spite of those who use it.")])
}

extension Problem {
    fileprivate static func noEnvironment(_ reference: String) -> Problem {
        .notFound("environment \(reference.prefix(256))", advice: "`GET /api/v1/environments` lists them")
    }

    fileprivate static func noBuild(_ id: String) -> Problem {
        .notFound("build \(id.prefix(128))", advice: "`GET /api/v1/builds` lists those that are remembered")
    }
}
