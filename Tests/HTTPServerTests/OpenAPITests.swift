import JSONDocument
import ServerSupport
import Testing

@Suite("OpenAPI")
struct OpenAPITests {
    /// All values of a member's name, wherever it stands.
    private func all(_ name: String, in json: JSON) -> [JSON] {
        switch json {
        case .object(let members):
            members.flatMap { ($0.name == name ? [$0.value] : []) + all(name, in: $0.value) }
        case .array(let values): values.flatMap { all(name, in: $0) }
        default: []
        }
    }

    @Test("describes every route that is served, and refers to nothing that is not there")
    func whole() async throws {
        try await TestServer.with { server in
            let document = try await server.client().send("GET", "/openapi.json")
            #expect(document["openapi"] == "3.1.0")
            let schemas = try #require(document["components"]?.fields?["schemas"]?.fields)
            let references = all("$ref", in: document.json)
            #expect(references.count > 30)
            for reference in references {
                guard case .string(let text) = reference else { continue }
                #expect(schemas[String(text.split(separator: "/").last ?? "")] != nil, "\(text)")
            }
            let paths = try #require(document["paths"]?.fields)
            #expect(paths["/api/v1/jobs"]?.fields?.keys.sorted() == ["get", "post"])
            #expect(paths["/openapi.json"] != nil)
            for (path, item) in paths {
                for (method, operation) in item.fields ?? [:] {
                    let real = path.replacing("{id}", with: "x").replacing("{name}", with: "x")
                        .replacing("{reference}", with: "x").replacing("{format}", with: "zip")
                    let answer = try await server.client().send(method.uppercased(), real)
                    let isOpen = operation.fields?["security"] == []
                    #expect(answer.status == (isOpen ? 200 : 401), "\(method) \(path)")
                }
            }
            let ids = all("operationId", in: document.json)
            #expect(Set(ids).count == ids.count)
            let request = try #require(schemas["JobRequest"]?.fields?["properties"]?.fields)
            for key in ["file", "command", "driverMemory", "conf", "labels", "idempotencyKey", "groups"] {
                #expect(request[key] != nil, "\(key)")
            }
        }
    }
}
