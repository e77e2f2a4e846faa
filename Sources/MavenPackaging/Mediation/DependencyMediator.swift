/// From a request to one version of everything that it needs.
///
/// Nothing is asked of the world but through the source: while that says that something is pending, the answer is `nil`,
/// and the next call starts anew with what is known then.
public struct DependencyMediator: Sendable {
    public let request: DependencyRequest
    public let kind: MediationKind
    /// Nearest: a graph with more nodes, counted along all paths, is followed as Maven 3.9 does, not as 3.8; the same is
    /// chosen but for ties between equally near versions. A class path of some hundred artifacts has a tenth of it.
    public var mostOnAllPaths = 20_000

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
        var kept = request.kept
        while true {
            do {
                return try mediate(keeping: kept, &descriptions, &source)
            } catch let error as MavenPackagingError where error.code == .conflictingRanges {
                // A version that is kept must not rule out the only one that all ranges have in common.
                guard let module = kept.keys.first(where: { $0.description == error.subject }) else { throw error }
                kept[module] = nil
            }
        }
    }

    private func mediate<Source: ProjectSource & POMSource>(
        keeping kept: [ModuleName: String], _ descriptions: inout ProjectDescriptions, _ source: inout Source
    ) throws -> Mediation? {
        guard case .found(let own) = try descriptions.description(of: DependencyRequest.project, from: &source) else {
            return nil
        }
        let managed = own.managed.map(Dependency.init)
        switch kind {
        case .nearest:
            return try nearest(own.dependencies, managed, kept, &source)
        case .latest:
            var mediation = LatestMediation(
                source, management: managed, provided: request.provided, kept: kept, ignored: request.ignoredPOMs)
            let (result, asked) = try mediation.mediate(own.dependencies)
            source = asked
            return try result?.checked()
        }
    }

    /// More than any class path has, where each artifact is followed once.
    private static let most = 500_000
    private static let mostRounds = 50

    private func nearest<Source: ProjectSource & POMSource>(
        _ roots: [Dependency], _ managed: [Dependency], _ kept: [ModuleName: String], _ source: inout Source
    ) throws -> Mediation? {
        do {
            var collector = GraphCollector(
                source, management: managed, provided: request.provided, kept: kept,
                ignored: request.ignoredPOMs, mostNodes: mostOnAllPaths)
            let (graph, asked) = try collector.collect(roots)
            source = asked
            guard graph.isComplete else { return nil }
            var mediation = NearestMediation(graph)
            return try mediation.mediate().checked()
        } catch let error as MavenPackagingError where error.code == .tooManyDependencies {
            return try nearestBreadthFirst(roots, managed, kept, &source)
        }
    }

    /// Follows each artifact where it is met first; where something else won in the end, once more with that.
    private func nearestBreadthFirst<Source: ProjectSource & POMSource>(
        _ roots: [Dependency], _ managed: [Dependency], _ kept: [ModuleName: String], _ source: inout Source
    ) throws -> Mediation? {
        var winners: [ArtifactKey: String] = [:]
        for _ in 0..<Self.mostRounds {
            var collector = GraphCollector(
                source, management: managed, provided: request.provided, kept: kept,
                ignored: request.ignoredPOMs, order: .breadthFirst(winners), mostNodes: Self.most)
            let (graph, asked) = try collector.collect(roots)
            source = asked
            guard graph.isComplete else { return nil }
            var mediation = NearestMediation(graph)
            let result = try mediation.mediate()
            let others = mediation.unfollowedWinners
            if others.isEmpty { return try result.checked() }
            winners.merge(others) { $1 }
        }
        throw MavenPackagingError(
            .tooManyDependencies, "the request", "comes to no end: its ranges choose each other in turn",
            advice: "manage the versions of what changes in the recipe, or choose the mediation `latest`")
    }
}
