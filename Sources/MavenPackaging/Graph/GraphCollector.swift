/// Follows dependencies as Maven does: each path with the exclusions on it; test, provided and optional dependencies
/// below the roots are not followed; management of the request counts everywhere below the roots.
///
/// Depth first, everything is followed on every path, as Maven 3.8 does: where many dependencies have exclusions of their
/// own, the same artifact differs from path to path, and the graph grows without bounds. Breadth first, as Maven 3.9 does,
/// an artifact is followed only where it was met first: there it wins, unless a range has a say.
struct GraphCollector<Source: ProjectSource> {
    private var graph = DependencyGraph()
    private var management: Management
    private let provided: ProvidedModules
    private var reader: ProjectReader<Source>
    private var exclusions = ExclusionSets()
    private var keys: [ArtifactKey: Int] = [:]
    /// The lists of children that are made, by artifact and exclusions.
    private var lists: [ListKey: Int] = [:]
    private var path: [Int] = []
    private let order: Order
    /// Breadth first: what is to be followed, and what has been, by key.
    private var queue: [Pending] = []
    private var followed: Set<Int> = []

    enum Order {
        case depthFirst
        /// With the versions that are known to win.
        case breadthFirst([ArtifactKey: String])
    }

    private struct Pending {
        let node: Int
        let dependencies: [Dependency]
        let exclusions: Int
        let depth: Int
    }

    private struct ListKey: Hashable {
        let artifact: ArtifactCoordinate
        let exclusions: Int
    }

    private let mostNodes: Int
    private static var deepest: Int { 300 }
    /// Walks through the graph go as deep as it is.
    private static var deepestBreadthFirst: Int { 1000 }
    private var depth = 0

    /// - Parameter mostNodes: a graph of more is given up.
    init(
        _ source: Source, management: [Dependency], provided: [ProvidedModule], kept: [ModuleName: String],
        ignored: [Exclusion] = [], order: Order = .depthFirst, mostNodes: Int
    ) {
        self.order = order
        reader = ProjectReader(source, keeping: kept, ignoring: ignored)
        self.management = Management(management)
        self.provided = ProvidedModules(provided)
        self.mostNodes = mostNodes
    }

    /// Follows everything that can be followed by now.
    ///
    /// - Returns: the graph, and the source that was asked.
    mutating func collect(_ roots: [Dependency]) throws -> (DependencyGraph, Source) {
        for root in roots { try follow(root, into: 0, exclusions: 0) }
        var next = 0
        while next < queue.count {
            let pending = queue[next]
            next += 1
            path = [pending.node]
            depth = pending.depth
            for dependency in pending.dependencies {
                try follow(dependency, into: graph.nodes[pending.node].children, exclusions: pending.exclusions)
            }
        }
        graph.withoutPOM = reader.withoutPOM
        graph.ignoredPOMs = reader.ignoredPOMs
        graph.unreadPOMs = reader.unreadPOMs
        graph.managed = management.used
        return (graph, reader.source)
    }

    // MARK: - One dependency

    private mutating func follow(
        _ given: Dependency, into list: Int, exclusions set: Int, former: [ModuleVersion] = [],
        keepsVersion: Bool = false
    ) throws {
        let isRoot = path.isEmpty
        if !isRoot {
            if given.scope == "test" || given.scope == "provided" || given.isOptional { return }
        }
        if exclusions.excludes(set, given.key.module) {
            graph.excluded.insert(given.key.module)
            return
        }
        if let match = provided.match(given) {
            leaveOut(given, match)
            return
        }
        var dependency = given
        let changes = management.apply(to: &dependency, isRoot: isRoot, keepsVersion: keepsVersion)
        let constraint: VersionConstraint
        let versions: [MavenVersion]
        do {
            guard let found = try told({ try $0.versions(of: &dependency, isRoot: isRoot) }) else {
                graph.isComplete = false
                return
            }
            (constraint, versions) = found
        } catch let error as MavenPackagingError {
            // It is the asker's POM that says so, and does no harm where that is not chosen.
            guard let asker = path.last else { throw error }
            let module = graph.nodes[asker].dependency.key.module
            graph.failures[list] = graph.failures[list] ?? error.orIgnoring(module)
            return
        }
        for version in versions {
            dependency.version = version.text
            let below = exclusions.adding(dependency.exclusions, to: set)
            let nothingElse = exclusions.hasEverything(below)
            guard let described = try told({ try $0.describe(dependency, alone: nothingElse) }) else {
                graph.isComplete = false
                continue
            }
            if !described.former.isEmpty, cycleEntry(described.dependency.key) == nil {
                let keeps = described.dependency.key.module == dependency.key.module
                try follow(
                    described.dependency, into: list, exclusions: set, former: described.former, keepsVersion: keeps)
                return
            }
            var node = DependencyGraph.Node(
                dependency: described.dependency,
                version: described.former.isEmpty ? version : MavenVersion(described.dependency.version),
                constraint: constraint, key: number(of: described.dependency.key),
                formerKeys: former.map { number(of: described.dependency.key.renamed($0.module)) }, children: -1,
                list: list, former: former)
            node.hasManagedScope = changes.scope
            node.hasManagedOptional = changes.optional
            node.unmanagedVersion = changes.unmanagedVersion
            try add(node, described.project, to: list, exclusions: set)
            if let failure = described.failure, let number = graph.lists[list].last {
                // Not the list's: where a path leads back, that is another version's.
                graph.broken[number] = failure.through(asked)
            }
        }
    }

    private mutating func add(
        _ node: DependencyGraph.Node, _ project: ProjectDescription?, to list: Int, exclusions set: Int
    ) throws {
        guard graph.nodes.count < mostNodes else {
            throw MavenPackagingError(
                .tooManyDependencies, path.first.map { "\(graph.nodes[$0].dependency.coordinate)" } ?? "the request",
                "brings more than \(mostNodes) dependencies, counted along all paths",
                advice: "exclude what is not needed, or choose the mediation `latest`")
        }
        var node = node
        let number = graph.nodes.count
        if let entry = cycleEntry(node.dependency.key) {
            node.children = graph.nodes[entry].children
            graph.nodes.append(node)
            graph.lists[list].append(number)
            return
        }
        let dependencies = node.dependency.isWhole ? [] : project?.dependencies ?? []
        let childSet = exclusions.adding(node.dependency.exclusions, to: set)
        let key = ListKey(artifact: node.dependency.coordinate, exclusions: childSet)
        if !dependencies.isEmpty, let known = lists[key] {
            node.children = known
            graph.nodes.append(node)
            graph.lists[list].append(number)
            return
        }
        node.children = graph.lists.count
        graph.lists.append([])
        graph.owners.append(number)
        graph.nodes.append(node)
        graph.lists[list].append(number)
        guard !dependencies.isEmpty else { return }
        if case .breadthFirst(let winners) = order {
            let winner = winners[node.dependency.key]
            if winner ?? node.dependency.version == node.dependency.version, followed.insert(node.key).inserted {
                guard depth < Self.deepestBreadthFirst else { throw Self.tooDeep(node, depth) }
                queue.append(
                    Pending(node: number, dependencies: dependencies, exclusions: childSet, depth: depth + 1))
            } else {
                graph.unfollowed.insert(number)
            }
            return
        }
        lists[key] = node.children
        guard path.count < Self.deepest else { throw Self.tooDeep(node, path.count) }
        path.append(number)
        for dependency in dependencies { try follow(dependency, into: node.children, exclusions: childSet) }
        path.removeLast()
    }

    private static func tooDeep(_ node: DependencyGraph.Node, _ depth: Int) -> MavenPackagingError {
        MavenPackagingError(
            .tooManyDependencies, "\(node.dependency.coordinate)", "is brought by a chain of \(depth) dependencies",
            advice: "exclude what is not needed")
    }

    /// The way to the one who asks now.
    private var asked: [ArtifactCoordinate] { path.last.map { graph.path(to: $0) } ?? [] }

    /// Asks the reader; an error tells the path on which it was asked.
    private mutating func told<Answer>(
        _ ask: (inout ProjectReader<Source>) throws -> Answer
    ) throws -> Answer {
        do {
            return try ask(&reader)
        } catch let error as MavenPackagingError {
            throw error.through(asked)
        } catch var stop as MediationStop {
            stop.path = asked
            throw stop
        }
    }

    /// The node on the path that is the same thing, of whatever version.
    private func cycleEntry(_ key: ArtifactKey) -> Int? {
        guard let number = keys[key] else { return nil }
        return path.last { graph.nodes[$0].key == number }
    }

    private mutating func number(of key: ArtifactKey) -> Int {
        if let known = keys[key] { return known }
        let number = graph.keys.count
        graph.keys.append(key)
        keys[key] = number
        return number
    }

    private mutating func leaveOut(_ dependency: Dependency, _ provided: ProvidedModule) {
        let left = LeftOut(
            coordinate: dependency.coordinate, provided: provided, path: path.last.map { graph.path(to: $0) } ?? [])
        if !graph.leftOut.contains(where: { $0.coordinate == left.coordinate }) { graph.leftOut.append(left) }
    }
}
