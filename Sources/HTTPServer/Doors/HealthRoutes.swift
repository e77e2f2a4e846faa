internal import Documents
internal import JSONDocument
internal import JobAPI
internal import JobStore

/// Whether the server lives, and whether it can work.
struct HealthReport: Hashable, Sendable {
    var status = "ok"

    static let shape = Shape(
        "Whether the server lives.", initial: HealthReport(),
        fields: [Field("status", \.status, .anyText, required: true, "`ok`.")])
}

enum HealthRoutes {
    static func all(_ parts: ServerParts) -> [Route] {
        [
            Route(
                "GET", "/healthz", "health", tag: "server", "Whether the server lives.", access: .everybody,
                answers: [.json(200, .health, "It does.")]
            ) { _ in
                .document(HealthReport(), HealthReport.shape)
            },
            Route(
                "GET", "/readyz", "readiness", tag: "server", "Whether the server can work: its store answers.",
                access: .everybody, answers: [.json(200, .health, "It can.")]
            ) { _ in
                _ = try await parts.store.settings()
                return .document(HealthReport(), HealthReport.shape)
            },
        ]
    }
}

/// `/openapi.json`: the description of all other routes.
enum DescriptionRoute {
    static func route(describing routes: [Route], version: String) -> Route {
        Route(
            "GET", "/openapi.json", "openapi", tag: "server", "This description (OpenAPI 3.1).", access: .everybody,
            answers: [
                .init(status: 200, doc: "OpenAPI 3.1.", content: .document(mediaType: "application/json")), .unchanged,
            ]
        ) { exchange in
            Reply.json(OpenAPI.document(of: routes + [route(describing: routes, version: version)], version: version))
                .tagged(for: exchange)
        }
    }
}
