/// From a request to one version of everything that it needs.
///
/// Nothing is asked of the world but through the source: while that says that something is pending, the answer is `nil`,
/// and the next call starts anew with what is known then.
public struct DependencyMediator: Sendable {
    public let request: DependencyRequest
    public let kind: MediationKind

    public init(_ request: DependencyRequest, kind: MediationKind = .nearest) {
        self.request = request
        self.kind = kind
    }

    /// Chooses, or notes with the source what must be known first.
    ///
    /// - Parameters:
    ///   - descriptions: keeps what POMs mean from call to call.
    ///   - source: gives POMs for the request's own imports, and the meaning of all others.
    /// - Throws: `MavenPackagingError`; what the source throws.
    public func mediate<Source: ProjectSource & POMSource>(
        _ descriptions: inout ProjectDescriptions, _ source: inout Source
    ) throws -> Mediation? {
        descriptions.take(request.pom, as: DependencyRequest.project)
        guard case .found(let own) = try descriptions.description(of: DependencyRequest.project, from: &source) else {
            return nil
        }
        let managed = own.managed.map(Dependency.init)
        switch kind {
        case .nearest:
            var collector = GraphCollector(source, management: managed, provided: request.provided)
            let (graph, asked) = try collector.collect(own.dependencies)
            source = asked
            guard graph.isComplete else { return nil }
            var mediation = NearestMediation(graph)
            return try mediation.mediate()
        case .latest:
            var mediation = LatestMediation(source, management: managed, provided: request.provided)
            let (result, asked) = try mediation.mediate(own.dependencies)
            source = asked
            return result
        }
    }
}
