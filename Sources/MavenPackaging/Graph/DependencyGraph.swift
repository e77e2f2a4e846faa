/// Everything that dependencies lead to, before one version of each is chosen.
///
/// Nodes hang in lists of children. Nodes share a list where they are the same artifact below the same exclusions, or
/// where a path leads back to one: so the graph stays small, and may have cycles.
struct DependencyGraph {
    struct Node {
        /// As managed, with its version: one of a range's.
        var dependency: Dependency
        let version: MavenVersion
        let constraint: VersionConstraint
        /// What stands for the dependency's identity, and for those that it had before it was relocated.
        let key: Int
        let formerKeys: [Int]
        /// The list of its children.
        var children: Int
        var hasManagedScope = false
        var hasManagedOptional = false
        /// The version that was asked for where management says another.
        var unmanagedVersion: String?
        /// The list in which it was found first.
        let list: Int
        let former: [ModuleVersion]
    }

    var nodes: [Node] = []
    /// Children by list; the first list is the request's.
    var lists: [[Int]] = [[]]
    /// The node that each list was made for; none for the request's.
    var owners: [Int] = [-1]
    var keys: [ArtifactKey] = []
    var leftOut: [LeftOut] = []
    /// Artifacts without a POM: nothing is known of what they need.
    var withoutPOM: Set<ModuleVersion> = []
    /// Artifacts whose POMs are not read, since the request says so.
    var ignoredPOMs: Set<ModuleVersion> = []
    /// What is wrong with a node's own POM, by node: an error if it is chosen.
    var broken: [Int: MavenPackagingError] = [:]
    /// Why a list of children is not whole, by list: an error if an artifact with that list is chosen.
    var failures: [Int: MavenPackagingError] = [:]
    /// Artifacts whose POM cannot be read, where nothing that they bring is wanted.
    var unreadPOMs: Set<ModuleVersion> = []
    /// What exclusions have kept out, and what management was applied to.
    var excluded: Set<ModuleName> = []
    var managed: Set<ArtifactKey> = []
    /// Nodes whose children were left out, since they are expected to lose.
    var unfollowed: Set<Int> = []
    /// Whether nothing is pending.
    var isComplete = true

    /// Visits every node once, depth first from the request on.
    ///
    /// - Parameter leave: called when all below the node that was entered last and not left yet is visited.
    func visit(enter: (Int) -> Void, leave: () -> Void = {}) {
        var seen = [Bool](repeating: false, count: nodes.count)
        var stack: [(list: Int, next: Int)] = [(0, 0)]
        while let (list, next) = stack.last {
            guard next < lists[list].count else {
                stack.removeLast()
                if !stack.isEmpty { leave() }
                continue
            }
            stack[stack.count - 1].next += 1
            let number = lists[list][next]
            if seen[number] { continue }
            seen[number] = true
            enter(number)
            stack.append((nodes[number].children, 0))
        }
    }

    /// How a node was reached first, from the request's own dependency to itself.
    func path(to node: Int) -> [ArtifactCoordinate] {
        var path: [ArtifactCoordinate] = []
        var next = node
        // Every list was made for a node that was there before it.
        while next >= 0 {
            path.append(nodes[next].dependency.coordinate)
            next = owners[nodes[next].list]
        }
        return path.reversed()
    }
}

/// A dependency that is left out since the environment has it.
public struct LeftOut: Sendable, Hashable {
    public var coordinate: ArtifactCoordinate
    public var provided: ProvidedModule
    /// From the request's own dependency to the one that asks for it.
    public var path: [ArtifactCoordinate]
}
