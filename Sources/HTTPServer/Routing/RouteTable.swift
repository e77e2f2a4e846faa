internal import JobAPI

/// Finds the route of a request.
struct RouteTable: Sendable {
    let routes: [Route]
    private var root = Node()

    private struct Node: Sendable {
        var literals: [String: Node] = [:]
        var parameter: [Node] = []
        var methods: [(method: String, route: Route, names: [String])] = []
    }

    init(_ routes: [Route]) {
        self.routes = routes
        for route in routes {
            let segments = route.path.split(separator: "/").map(String.init)
            let names = segments.filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            Self.insert(route, names, segments[...], into: &root)
        }
    }

    private static func insert(
        _ route: Route, _ names: [String], _ rest: ArraySlice<String>, into node: inout Node
    ) {
        guard let first = rest.first else {
            node.methods.append((route.method, route, names))
            return
        }
        if first.hasPrefix("{") {
            if node.parameter.isEmpty { node.parameter.append(Node()) }
            insert(route, names, rest.dropFirst(), into: &node.parameter[0])
        } else {
            insert(route, names, rest.dropFirst(), into: &node.literals[first, default: Node()])
        }
    }

    enum Match {
        case route(Route, parameters: [String: String])
        /// The path is there, and takes these methods only.
        case otherMethods([String])
        case nothing
    }

    /// `HEAD` goes where `GET` does.
    func match(_ method: String, _ segments: [String]) -> Match {
        guard let (node, values) = Self.find(segments[...], in: root, []) else { return .nothing }
        let wanted = method == "HEAD" ? "GET" : method
        if let found = node.methods.first(where: { $0.method == wanted }) {
            return .route(
                found.route, parameters: Dictionary(zip(found.names, values), uniquingKeysWith: { first, _ in first }))
        }
        let methods = node.methods.map(\.method)
        return .otherMethods(methods.contains("GET") ? methods + ["HEAD"] : methods)
    }

    /// A literal segment wins over a parameter.
    private static func find(_ rest: ArraySlice<String>, in node: Node, _ values: [String]) -> (Node, [String])? {
        guard let first = rest.first else { return node.methods.isEmpty ? nil : (node, values) }
        if let next = node.literals[first], let found = find(rest.dropFirst(), in: next, values) { return found }
        guard let next = node.parameter.first, !first.isEmpty else { return nil }
        return find(rest.dropFirst(), in: next, values + [first])
    }
}
