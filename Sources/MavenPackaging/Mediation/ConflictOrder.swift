/// The order in which conflicts are decided: what depends on nothing undecided first, so that what a loser brings is gone
/// before its own conflicts are decided. Where that runs in circles, the nearest to the request first.
struct ConflictOrder {
    private(set) var sorted: [Int] = []
    /// For each group that is part of a circle: every group of its circles.
    private(set) var circles: [Int: Set<Int>] = [:]

    private var depth: [Int]
    private var children: [[Int]]
    private var childSets: [Set<Int>]
    private var inDegree: [Int]
    /// The groups in the order of their discovery.
    private var found: [Int] = []
    private var queue: [Int] = []

    init(_ graph: DependencyGraph, _ groups: ConflictGroups) {
        let count = (groups.ofNode.max() ?? -1) + 1
        depth = Array(repeating: -1, count: count)
        children = Array(repeating: [], count: count)
        childSets = Array(repeating: [], count: count)
        inDegree = Array(repeating: 0, count: count)
        discover(graph, groups)
        for group in found { children[group] = Self.inHashOrder(children[group]) }
        sort()
    }

    private mutating func discover(_ graph: DependencyGraph, _ groups: ConflictGroups) {
        var seen = [Bool](repeating: false, count: graph.nodes.count)
        var stack: [(group: Int, list: Int, next: Int)] = [(-1, 0, 0)]
        while let (group, list, next) = stack.last {
            guard next < graph.lists[list].count else {
                stack.removeLast()
                continue
            }
            stack[stack.count - 1].next += 1
            let node = graph.lists[list][next]
            let child = groups.ofNode[node]
            if depth[child] < 0 {
                depth[child] = stack.count
                found.append(child)
            } else {
                pullUp(child, to: stack.count)
            }
            if group >= 0, childSets[group].insert(child).inserted {
                children[group].append(child)
                inDegree[child] += 1
            }
            if seen[node] { continue }
            seen[node] = true
            stack.append((child, graph.nodes[node].children, 0))
        }
    }

    private mutating func pullUp(_ group: Int, to newDepth: Int) {
        var pending = [(group, newDepth)]
        while let (group, newDepth) = pending.popLast() {
            guard newDepth < depth[group] else { continue }
            depth[group] = newDepth
            pending += children[group].map { ($0, newDepth + 1) }
        }
    }

    /// The order in which a Java `HashSet` of small numbers gives them.
    private static func inHashOrder(_ numbers: [Int]) -> [Int] {
        var capacity = 16
        while numbers.count * 4 > capacity * 3 { capacity *= 2 }
        return numbers.enumerated().sorted { a, b in
            (a.element & (capacity - 1), a.offset) < (b.element & (capacity - 1), b.offset)
        }.map(\.element)
    }

    private mutating func sort() {
        for group in found where inDegree[group] == 0 { enqueue(group) }
        drain()
        let hasCircles = sorted.count < found.count
        while sorted.count < found.count {
            var nearest: Int?
            for group in found where inDegree[group] > 0 {
                guard let best = nearest else {
                    nearest = group
                    continue
                }
                if (depth[group], inDegree[group]) < (depth[best], inDegree[best]) { nearest = group }
            }
            guard let nearest else { break }
            inDegree[nearest] = 0
            enqueue(nearest)
            drain()
        }
        if hasCircles { findCircles() }
    }

    private mutating func enqueue(_ group: Int) {
        var index = queue.count
        while index > 0, depth[group] < depth[queue[index - 1]] { index -= 1 }
        queue.insert(group, at: index)
    }

    private mutating func drain() {
        while !queue.isEmpty {
            let group = queue.removeFirst()
            sorted.append(group)
            for child in children[group] {
                inDegree[child] -= 1
                if inDegree[child] == 0 { enqueue(child) }
            }
        }
    }

    private mutating func findCircles() {
        var seen = Set<Int>()
        var places: [Int: Int] = [:]
        for start in found {
            var path: [Int] = []
            var stack: [(group: Int, next: Int)] = []
            enter(start, &stack, &path, &places, &seen)
            while let (group, next) = stack.last {
                guard next < children[group].count else {
                    stack.removeLast()
                    path.removeLast()
                    places[group] = nil
                    continue
                }
                stack[stack.count - 1].next += 1
                enter(children[group][next], &stack, &path, &places, &seen)
            }
        }
    }

    private mutating func enter(
        _ group: Int, _ stack: inout [(group: Int, next: Int)], _ path: inout [Int], _ places: inout [Int: Int],
        _ seen: inout Set<Int>
    ) {
        if let place = places[group] {
            let circle = Set(path[place...])
            for member in circle { circles[member, default: []].formUnion(circle) }
        } else if seen.insert(group).inserted {
            places[group] = path.count
            path.append(group)
            stack.append((group, 0))
        }
    }
}
