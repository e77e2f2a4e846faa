/// Chooses as Maven 3 does, conflict by conflict: each walk through what is left of the graph finds everybody who asks
/// for the thing, the nearest wins, the others are taken off the graph, and with them what only they bring.
///
/// Ranges must hold: a nearer version outside one loses. A scope is the widest on any path, unless the request itself or
/// its management says one.
struct NearestMediation {
    private var graph: DependencyGraph
    private let groups: ConflictGroups
    private let order: ConflictOrder

    /// Somebody who asks: one list of children that holds the node.
    private struct Item {
        let node: Int
        let list: Int
        var depth = 0
        var scopes: Set<String>
        var canBeNeeded: Bool
    }

    /// What one walk knows of a list of children.
    private struct ListFacts {
        var walk: Int
        var depth: Int
        var scopes: Set<String>
        var optionalities: (needed: Bool, optional: Bool)
        var items: [Int] = []
    }

    private struct Parent {
        let node: Int
        let list: Int
        let scope: String
        let isOptional: Bool
        /// Whether this walk has been here before: it finds nobody new.
        let isRevisit: Bool
    }

    // What all walks share.
    private var winners: [Int]
    private var isDecided: [Bool]
    private var mayLead: [Bool]
    private var lost: [Int: [LostVersion]] = [:]
    private var askers: [Int: [Asker]] = [:]
    // What one walk uses.
    private var walk = 0
    private var current = -1
    private var items: [Item] = []
    private var facts: [ListFacts?]
    private var isOpen: [Bool]
    private var parents: [Parent] = []

    init(_ graph: DependencyGraph) {
        self.graph = graph
        groups = ConflictGroups(graph)
        order = ConflictOrder(graph, groups)
        let count = (groups.ofNode.max() ?? -1) + 1
        winners = Array(repeating: -1, count: count)
        isDecided = Array(repeating: false, count: count)
        mayLead = Array(repeating: false, count: count)
        facts = Array(repeating: nil, count: graph.lists.count)
        isOpen = Array(repeating: false, count: graph.lists.count)
    }

    /// - Throws: `MavenPackagingError.Code.conflictingRanges`.
    mutating func mediate() throws(MavenPackagingError) -> Mediation {
        for (index, group) in order.sorted.enumerated() {
            begin(group)
            for other in order.circles[group] ?? [] { mayLead[other] = true }
            gatherBelow(node: -1, list: 0)
            settleDepths()
            mayLead[group] = true
            if !items.isEmpty {
                let winner = try selectVersion()
                let node = items[winner].node
                let (scope, isOptional) = selectScope(winner)
                graph.nodes[node].dependency.scope = scope
                graph.nodes[node].dependency.optional = isOptional
                removeLosers(winner, group)
                winners[group] = node
            }
            isDecided[group] = true
            if index == order.sorted.count - 1, !order.circles.isEmpty, winners[group] >= 0 {
                let node = winners[group]
                begin(-1)
                _ = gather(node)
            }
        }
        return result()
    }

    // MARK: - Walks

    private mutating func begin(_ group: Int) {
        current = group
        walk += 1
        items.removeAll(keepingCapacity: true)
    }

    /// `false` for what is left over of an earlier decision, and must go.
    private mutating func gather(_ node: Int) -> Bool {
        let group = groups.ofNode[node]
        if group == current {
            add(node)
        } else if winners[group] >= 0, winners[group] != node {
            return false
        } else if mayLead[group] {
            gatherBelow(node: node, list: graph.nodes[node].children)
        }
        return true
    }

    private mutating func gatherBelow(node: Int, list: Int) {
        guard push(node, list) else { return }
        var kept = 0
        var index = 0
        var hasGaps = false
        // Only this list's own walk changes it: an open list is not entered again.
        while index < graph.lists[list].count {
            let child = graph.lists[list][index]
            if gather(child) {
                if hasGaps { graph.lists[list][kept] = child }
                kept += 1
            } else {
                hasGaps = true
            }
            index += 1
        }
        if hasGaps { graph.lists[list].removeSubrange(kept...) }
        parents.removeLast()
        isOpen[list] = false
    }

    private mutating func push(_ node: Int, _ list: Int) -> Bool {
        if isOpen[list] { return false }
        let depth = parents.count
        let scope = node < 0 ? "" : derivedScope(node, asParent: true)
        let isOptional = node < 0 ? false : derivedOptional(node, asParent: true)
        if facts[list] == nil || facts[list]?.walk != walk {
            facts[list] = ListFacts(
                walk: walk, depth: depth, scopes: [scope], optionalities: (!isOptional, isOptional))
            isOpen[list] = true
            parents.append(Parent(node: node, list: list, scope: scope, isOptional: isOptional, isRevisit: false))
            return true
        }
        guard var known = facts[list] else { return false }
        known.depth = min(known.depth, depth)
        let isNewScope = known.scopes.insert(scope).inserted
        let isNewOptional = isOptional ? !known.optionalities.optional : !known.optionalities.needed
        if isOptional { known.optionalities.optional = true } else { known.optionalities.needed = true }
        facts[list] = known
        guard isNewScope || isNewOptional else { return false }
        isOpen[list] = true
        parents.append(Parent(node: node, list: list, scope: scope, isOptional: isOptional, isRevisit: true))
        for item in known.items {
            if isNewScope { items[item].scopes.insert(derivedScope(items[item].node, asParent: false)) }
            if isNewOptional, !derivedOptional(items[item].node, asParent: false) { items[item].canBeNeeded = true }
        }
        return true
    }

    private mutating func add(_ node: Int) {
        guard let parent = parents.last, !parent.isRevisit else { return }
        let item = Item(
            node: node, list: parent.list, scopes: [derivedScope(node, asParent: false)],
            canBeNeeded: !derivedOptional(node, asParent: false))
        facts[parent.list]?.items.append(items.count)
        items.append(item)
    }

    /// A node's scope on the way that the walk has taken. One that was decided is not derived again.
    private func derivedScope(_ node: Int, asParent: Bool) -> String {
        let own = graph.nodes[node].dependency.scope
        if graph.nodes[node].hasManagedScope || asParent && isDecided[groups.ofNode[node]] { return own }
        guard let parent = parents.last else { return own }
        return Scope.derived(parent: parent.scope, child: own)
    }

    private func derivedOptional(_ node: Int, asParent: Bool) -> Bool {
        let own = graph.nodes[node].dependency.isOptional
        if own || graph.nodes[node].hasManagedOptional || asParent && isDecided[groups.ofNode[node]] { return own }
        return parents.last?.isOptional ?? false
    }

    private mutating func settleDepths() {
        for index in items.indices { items[index].depth = (facts[items[index].list]?.depth ?? 0) + 1 }
    }

    // MARK: - Decisions

    /// The winner's place among the items.
    private func selectVersion() throws(MavenPackagingError) -> Int {
        var constraints: [VersionConstraint] = []
        var candidates: [Int] = []
        var winner: Int?
        func isAcceptable(_ item: Int) -> Bool {
            constraints.allSatisfy { $0.allows(graph.nodes[items[item].node].version) }
        }
        func better(_ item: Int, _ other: Int?) -> Bool {
            guard let other else { return true }
            if items[item].list == items[other].list {
                return graph.nodes[items[item].node].version > graph.nodes[items[other].node].version
            }
            return items[item].depth < items[other].depth
        }
        for item in items.indices {
            let constraint = graph.nodes[items[item].node].constraint
            var mustReview = false
            if constraint.isHard, !constraints.contains(constraint) {
                constraints.append(constraint)
                if let winner, !constraint.allows(graph.nodes[items[winner].node].version) { mustReview = true }
            }
            let acceptable = isAcceptable(item)
            if acceptable { candidates.append(item) }
            if mustReview {
                winner = nil
                candidates.removeAll { !isAcceptable($0) }
                for candidate in candidates where better(candidate, winner) { winner = candidate }
                if winner == nil { throw unsolvable() }
            } else if acceptable, better(item, winner) {
                winner = item
            }
        }
        guard let winner else { throw unsolvable() }
        return winner
    }

    private func unsolvable() -> MavenPackagingError {
        let node = graph.nodes[items[0].node]
        var asked: [String] = []
        for item in items {
            let node = graph.nodes[item.node]
            let line = "\(node.constraint) by \(requester(item.node))"
            if !asked.contains(line) { asked.append(line) }
        }
        return MavenPackagingError(
            .conflictingRanges, "\(node.dependency.key.module)",
            "is asked for in versions that exclude each other: " + asked.joined(separator: ", "),
            advice: "manage one version of it in the recipe, or exclude it where it does no good")
    }

    private func requester(_ node: Int) -> String {
        let path = graph.path(to: node).dropLast()
        return path.isEmpty ? "the request" : path.map(\.description).joined(separator: " → ")
    }

    private func selectScope(_ winner: Int) -> (String, Bool) {
        let own = graph.nodes[items[winner].node].dependency.scope
        var scope = own
        if own != "system" {
            if let direct = items.first(where: { $0.depth <= 1 }) {
                scope = graph.nodes[direct.node].dependency.scope
            } else {
                scope = Scope.widest(items.reduce(into: Set()) { $0.formUnion($1.scopes) })
            }
        }
        if let direct = items.first(where: { $0.depth <= 1 }) {
            return (scope, graph.nodes[direct.node].dependency.isOptional)
        }
        return (scope, !items.contains(where: \.canBeNeeded))
    }

    private mutating func removeLosers(_ winner: Int, _ group: Int) {
        let chosen = items[winner]
        let text = graph.nodes[chosen.node].dependency.version
        var records: [LostVersion] = []
        for (index, item) in items.enumerated() {
            let node = graph.nodes[item.node]
            if let unmanaged = node.unmanagedVersion, unmanaged != text {
                records.append(LostVersion(version: unmanaged, path: lostPath(item.node, unmanaged), reason: .managed))
            }
            if index == winner { continue }
            graph.lists[item.list].removeAll { $0 == item.node }
            guard node.dependency.version != text else { continue }
            // The versions of one range that were not taken were not asked for one by one.
            if item.list == chosen.list, node.constraint == graph.nodes[chosen.node].constraint, node.constraint.isHard
            {
                continue
            }
            let broken = items.first { !graph.nodes[$0.node].constraint.allows(node.version) }
            let reason: LostVersion.Reason =
                broken.map { .outsideRange(graph.nodes[$0.node].constraint.text) }
                ?? (item.depth > chosen.depth ? .farther : .later)
            records.append(
                LostVersion(version: node.dependency.version, path: lostPath(item.node, nil), reason: reason))
        }
        askers[group] = everybodyWhoAsks()
        var seen: Set<LostVersion> = []
        lost[group] = records.filter { seen.insert($0).inserted }
    }

    /// Of lists that several share, the one that each was made for.
    private func everybodyWhoAsks() -> [Asker] {
        var seen: Set<Asker> = []
        return items.compactMap { item in
            let node = graph.nodes[item.node]
            let owner = graph.owners[item.list]
            let asker = Asker(
                by: owner < 0 ? nil : graph.nodes[owner].dependency.coordinate,
                version: node.unmanagedVersion ?? node.constraint.text)
            return seen.insert(asker).inserted ? asker : nil
        }
    }

    private func lostPath(_ node: Int, _ version: String?) -> [ArtifactCoordinate] {
        var path = graph.path(to: node)
        if let version, let last = path.popLast() { path.append(ArtifactCoordinate(last.key, version)) }
        return path
    }

    /// Winners whose children were left out of the graph, with their versions.
    var unfollowedWinners: [ArtifactKey: String] {
        var found: [ArtifactKey: String] = [:]
        for node in winners where node >= 0 && graph.unfollowed.contains(node) {
            found[graph.nodes[node].dependency.key] = graph.nodes[node].dependency.version
        }
        return found
    }

    // MARK: - The result

    private func result() -> Mediation {
        var result = Mediation(
            leftOut: graph.leftOut, withoutPOM: graph.withoutPOM.sorted(), unreadPOMs: graph.unreadPOMs.sorted(),
            excluded: graph.excluded, managed: graph.managed)
        var path: [ArtifactCoordinate] = []
        graph.visit { number in
            let node = graph.nodes[number]
            path.append(node.dependency.coordinate)
            result.failure = result.failure ?? graph.broken[number] ?? graph.failures[node.children]
            result.chosen.append(
                ChosenArtifact(
                    coordinate: node.dependency.coordinate, scope: node.dependency.scope,
                    isOptional: node.dependency.isOptional, isAtPath: node.dependency.isAtPath, path: path,
                    askers: askers[groups.ofNode[number]] ?? [], lost: lost[groups.ofNode[number]] ?? [],
                    relocatedFrom: node.former))
        } leave: {
            path.removeLast()
        }
        let chosen = Set(result.chosen.map(\.coordinate.project))
        result.withoutPOM.removeAll { !chosen.contains($0) }
        result.ignoredPOMs = graph.ignoredPOMs.filter(chosen.contains).sorted()
        result.unreadPOMs.removeAll { !chosen.contains($0) }
        return result
    }
}
