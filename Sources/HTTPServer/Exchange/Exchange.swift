internal import Documents
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// A request on its way through the server, and what is known of it.
struct Exchange: Sendable {
    let method: String
    let target: RequestTarget
    let headers: HTTPFields
    /// In the answer's `X-Request-Id`, in the log and in the audit.
    let id: String
    let trace: TraceContext
    /// What the path's parameters stand for.
    let parameters: [String: String]
    /// Who asks; nobody only where a route is for all.
    let caller: Caller
    let body: [UInt8]

    /// A parameter of the route's own path.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }

    /// The job that the path names.
    ///
    /// - Throws: 404 for what is no id, as for a job that is not there.
    func jobID() throws -> JobID {
        let text = parameter("id")
        guard let id = JobID(text) else { throw Problem.noJob(text) }
        return id
    }

    /// The query, with all its mistakes at once.
    @inline(never)
    func query<Model>(_ shape: Shape<Model>) throws -> Model {
        var values: [(name: String, nodes: [SourceNode])] = []
        for (name, value) in target.query {
            let node = SourceNode(.scalar(value, Self.kind(of: value)))
            if let index = values.firstIndex(where: { $0.name == name }) {
                values[index].nodes.append(node)
            } else {
                values.append((name, [node]))
            }
        }
        let entries = values.map { SourceNode.Entry($0.name, $0.nodes.count == 1 ? $0.nodes[0] : .sequence($0.nodes)) }
        return try shape.value(of: .mapping(entries), in: "the query")
    }

    /// The body, with all its mistakes at once.
    ///
    /// Never inlined: Swift 6.3's optimiser breaks down where typed throws are inlined into asynchronous closures.
    ///
    /// - Parameter isRequired: whether an empty body is a mistake; otherwise it stands for one that says nothing.
    @inline(never)
    func document<Model>(_ shape: Shape<Model>, isRequired: Bool = true) throws -> Model {
        if body.isEmpty, !isRequired { return shape.initial }
        return try shape.value(of: try root(), in: "the request's body")
    }

    private func root() throws -> SourceNode {
        let source = SourceText(body, name: "the request's body")
        guard !body.isEmpty else {
            throw DocumentError(.missingKey, in: source.name, message: "is empty", advice: "send a JSON document")
        }
        switch MediaType(headers[.contentType]) {
        case .yaml:
            guard let root = try YAMLReader.read(source) else {
                throw DocumentError(.missingKey, in: source.name, message: "holds nothing")
            }
            return root
        default: return try JSONReader.read(source)
        }
    }

    /// A number or flag may be one; everything else, `null` included, is text.
    private static func kind(of value: String) -> SourceNode.Scalar {
        let isNumber = value.utf8.contains { (0x30...0x39).contains($0) }
        return isNumber || ["true", "false", "True", "False", "TRUE", "FALSE"].contains(value) ? .plain : .text
    }
}

/// What a body is.
enum MediaType: Equatable {
    case json
    case yaml
    case other(String)

    /// A body without a type is taken for JSON (RFC 9110 §8.3 leaves that to the receiver).
    init(_ header: String?) {
        guard let header else {
            self = .json
            return
        }
        let type = header.prefix { $0 != ";" && $0 != " " }.lowercased()
        switch type {
        case "application/json", "text/json": self = .json
        case "application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml": self = .yaml
        default: self = type.hasSuffix("+json") ? .json : .other(type)
        }
    }
}
