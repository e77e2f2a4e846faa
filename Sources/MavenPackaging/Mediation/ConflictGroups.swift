/// Which nodes of a graph are versions of one thing: those of one key, and those that were relocated to it.
struct ConflictGroups {
    /// The group of each node.
    private(set) var ofNode: [Int]

    private struct Group {
        var keys: Set<Int>
        let number: Int
    }

    init(_ graph: DependencyGraph) {
        ofNode = Array(repeating: -1, count: graph.nodes.count)
        var groups = [Group?](repeating: nil, count: graph.keys.count)
        var count = 0
        var seen = [Bool](repeating: false, count: graph.nodes.count)
        // In this order groups get their numbers.
        graph.visit { number in
            seen[number] = true
            let node = graph.nodes[number]
            Self.join(Set(node.formerKeys + [node.key]), &groups, &count)
        }
        for number in graph.nodes.indices where seen[number] {
            ofNode[number] = groups[graph.nodes[number].key]?.number ?? -1
        }
    }

    private static func join(_ keys: Set<Int>, _ groups: inout [Group?], _ count: inout Int) {
        let known = keys.compactMap { groups[$0] }
        if let first = known.first, known.allSatisfy({ $0.number == first.number }), keys.isSubset(of: first.keys) {
            return
        }
        let all = known.reduce(keys) { $0.union($1.keys) }
        // A group that holds all of the keys keeps its number.
        let whole = known.first { $0.keys == all }
        let group = Group(keys: all, number: whole?.number ?? count)
        if whole == nil { count += 1 }
        for key in all { groups[key] = group }
    }
}
