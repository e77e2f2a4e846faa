internal import JSONDocument

/// The description of the API (OpenAPI 3.1), written from the routes themselves.
enum OpenAPI {
    static func document(of routes: [Route], version: String) -> JSON {
        var schemas: [(String, [JSON.Member])] = []
        func reference(_ schema: NamedSchema) -> JSON {
            if !schemas.contains(where: { $0.0 == schema.name }) { schemas.append((schema.name, schema.members)) }
            return ["$ref": .string("#/components/schemas/\(schema.name)")]
        }
        var paths: [(String, [JSON.Member])] = []
        for route in routes {
            let member = JSON.Member(route.method.lowercased(), .object(operation(route, reference)))
            if let index = paths.firstIndex(where: { $0.0 == route.path }) {
                paths[index].1.append(member)
            } else {
                paths.append((route.path, [member]))
            }
        }
        _ = reference(.problem)
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Chidori", "version": .string(version),
                "summary": "Takes, queues, runs and watches Spark and Python jobs, with environments attached.",
                "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
            ],
            "servers": [["url": "/"]],
            "security": [["bearer": []]],
            "tags": .array(
                tags.filter { tag in routes.contains { $0.tag == tag.name } }
                    .map { ["name": .string($0.name), "description": .string($0.doc)] }),
            "paths": .object(paths.map { .init($0.0, .object($0.1)) }),
            "components": [
                "securitySchemes": ["bearer": ["type": "http", "scheme": "bearer"]],
                "schemas": .object(schemas.map { .init($0.0, .object($0.1)) }),
            ],
        ]
    }

    private static let tags: [(name: String, doc: String)] = [
        ("jobs", "Jobs: submit, list, look at, steer."), ("queues", "Queues, caps and drivers' sizes."),
        ("environments", "Environments that jobs run in."), ("access", "Tokens and the audit."),
        ("server", "The server itself."),
    ]

    private static func operation(_ route: Route, _ reference: (NamedSchema) -> JSON) -> [JSON.Member] {
        var members: [JSON.Member] = [
            .init("operationId", .string(route.operation)), .init("tags", [.string(route.tag)]),
            .init("summary", .string(route.summary)),
        ]
        if !route.details.isEmpty { members.append(.init("description", .string(route.details))) }
        if case .everybody = route.access { members.append(.init("security", [])) }
        let parameters = pathParameters(route) + queryParameters(route) + headerParameters(route)
        if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
        if let body = route.body {
            let content: JSON = ["schema": reference(body)]
            members.append(
                .init(
                    "requestBody",
                    [
                        "required": .bool(route.isBodyRequired),
                        "content": ["application/json": content, "application/yaml": content],
                    ]))
        }
        var answers = route.answers.map { answer in
            JSON.Member(String(answer.status), .object(self.answer(answer, reference)))
        }
        answers.append(
            .init(
                "default",
                [
                    "description": "Problem details (RFC 9457).",
                    "content": ["application/problem+json": ["schema": reference(.problem)]],
                ]))
        members.append(.init("responses", .object(answers)))
        return members
    }

    private static func answer(_ answer: Route.Answer, _ reference: (NamedSchema) -> JSON) -> [JSON.Member] {
        var members: [JSON.Member] = [.init("description", .string(answer.doc))]
        let content: JSON? =
            switch answer.content {
            case .json(let schema): ["application/json": ["schema": reference(schema)]]
            case .text: ["text/plain": ["schema": ["type": "string"]]]
            // What `data` of an event holds; OpenAPI 3.1 has no word for the stream itself.
            case .events(let schema):
                ["text/event-stream": ["x-event-data": reference(schema)]]
            case .file(let mediaTypes): .object(mediaTypes.map { .init($0, .object([JSON.Member]())) })
            case .document(let mediaType): .object([.init(mediaType, ["schema": ["type": "object"]])])
            case nil: nil
            }
        if let content { members.append(.init("content", content)) }
        return members
    }

    private static func pathParameters(_ route: Route) -> [JSON] {
        route.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { part in
            let name = String(part.dropFirst().dropLast())
            return [
                "name": .string(name), "in": "path", "required": true,
                "description": .string(pathParameterDocs[name] ?? name), "schema": ["type": "string", "minLength": 1],
            ]
        }
    }

    private static let pathParameterDocs = [
        "format": "`tar.gz` or `zip`.", "id": "Its id.", "name": "Its name.",
        "reference": "`NAME`, `NAME:VERSION`, or an id.",
    ]

    /// From the schema of the query's shape.
    private static func queryParameters(_ route: Route) -> [JSON] {
        guard let query = route.query, let properties = query.first(where: { $0.name == "properties" })?.value,
            case .object(let fields) = properties
        else { return [] }
        return fields.map { field in
            var schema: [JSON.Member] = []
            var description = JSON.string("")
            if case .object(let members) = field.value {
                schema = members.filter { $0.name != "description" }
                description = members.first { $0.name == "description" }?.value ?? description
            }
            return [
                "name": .string(field.name), "in": "query", "description": description, "schema": .object(schema),
            ]
        }
    }

    private static func headerParameters(_ route: Route) -> [JSON] {
        route.headers.map {
            [
                "name": .string($0.name), "in": "header", "description": .string($0.doc),
                "schema": ["type": "string"],
            ]
        }
    }
}
