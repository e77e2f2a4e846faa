internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel
internal import JobStore

/// Environments: have one made, follow that, find one.
enum EnvironmentRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [make(parts), list(parts), show(parts), build(parts), events(parts)]
    }

    private static func make(_ parts: ServerParts) -> Route {
        Route(
            "POST", APIPath.base + "/environments", "environment.make", tag: "environments",
            "Have an environment made ready.",
            details: "One build serves any number of askers: asking again while it is under way gives the same build.",
            body: .environmentOrder,
            answers: [
                .json(202, .build, "The build, which is under way."), .json(200, .build, "The environment is ready."),
            ]
        ) { exchange in
            let order = try exchange.document(EnvironmentOrder.shape)
            guard exchange.caller.roles.contains(where: { $0.role >= .submitter }) else {
                try await parts.audit.refuse(exchange, "environment.make", order.title)
                throw Problem.forbidden("making an environment", needs: .submitter, in: nil)
            }
            let build = try await service(parts).make(order)
            try await parts.audit.record(
                parts.audit.entry(exchange, "environment.make", order.title, message: "build \(build.id)"))
            return Reply.document(build, BuildReport.shape, status: build.state == .building ? 202 : 200)
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
                throw Problem.notFound(
                    "environment \(reference.prefix(256))", advice: "`GET /api/v1/environments` lists them")
            }
            return .document(found, KnownEnvironment.shape).tagged(for: exchange)
        }
    }

    private static func build(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}", "build.show", tag: "environments", "How far a build has come.",
            answers: [.json(200, .build, "The build."), .unchanged]
        ) { exchange in
            let id = exchange.parameter("id")
            guard let build = try await service(parts).build(id) else { throw Problem.noBuild(id) }
            return .document(build, BuildReport.shape).tagged(for: exchange)
        }
    }

    private static func events(_ parts: ServerParts) -> Route {
        Route(
            "GET", APIPath.base + "/builds/{id}/events", "build.events", tag: "environments",
            "What happens in a build, from its beginning.",
            details: "Server-sent events, or those behind `Last-Event-ID`. The stream ends with the build.",
            headers: [.init(name: "Last-Event-ID", doc: "The id of the last event that was heard.")],
            answers: [.events(.buildStep, "An event for each step.")]
        ) { exchange in
            let id = exchange.parameter("id")
            let environments = try service(parts)
            guard try await environments.build(id) != nil else { throw Problem.noBuild(id) }
            let last = exchange.headers[.lastEventID].flatMap { Int($0) } ?? 0
            let steps = try await environments.events(of: id)
            return EventStream.reply { stream in
                for await step in steps where step.number > last {
                    try await stream.send(step.name, id: String(step.number), BuildStep.shape.json(step))
                    if parts.feed.isClosed { return }
                }
            }
        }
    }

    private static func service(_ parts: ServerParts) throws -> any EnvironmentService {
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
}

extension BuildStep {
    static let shape = Shape(
        "One thing that happened in a build.", initial: BuildStep(number: 1, name: "", message: ""),
        fields: [
            Field("number", \.number, .integer(1...Int.max), required: true, "Counts a build's steps from 1."),
            Field("name", \.name, .anyText, required: true, "A word to match on."),
            Field("message", \.message, .anyText, required: true, "The same for people."),
        ])
}

extension Problem {
    fileprivate static func noBuild(_ id: String) -> Problem {
        .notFound("build \(id.prefix(128))", advice: "builds are known until the server stops")
    }
}
