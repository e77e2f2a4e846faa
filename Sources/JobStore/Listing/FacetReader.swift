internal import GRDB
internal import SQLite

/// Finds the jobs of a run that have one of several facets, for each of several requirements.
struct FacetReader {
    static let facetText = "SELECT jobs FROM facets WHERE kind = ? AND value = ? AND run = ?"

    private let statement: SQLStatement
    /// Of each, one facet at least.
    private let requirements: [[Facet]]

    init(_ requirements: [[Facet]], in database: Database) throws {
        // What tells most is asked first.
        self.requirements = requirements.sorted { $0.count < $1.count }
        statement = try SQLStatement(database, Self.facetText)
    }

    func jobs(of run: Int64) throws -> PositionSet {
        var found = PositionSet.all
        for facets in requirements {
            var some = PositionSet()
            for facet in facets {
                let set = try statement.first(facet.kind.rawValue, facet.value, run) { row in
                    row.withBytes(0) { PositionSet(bytes: $0) }
                }
                if let set { some.formUnion(set) }
            }
            found.formIntersection(some)
            if found.isEmpty { break }
        }
        return found
    }
}

extension JobFilter {
    /// What the jobs' facets must be.
    var requirements: [[Facet]] {
        var requirements: [[Facet]] = []
        if let tenants = audience.tenants { requirements.append(tenants.map { .tenant($0) }) }
        if let queues = audience.queues { requirements.append(queues.map { .branch($0) }) }
        if !states.isEmpty { requirements.append(states.map { .state($0) }) }
        switch queue {
        case .itself(let name): requirements.append([.queue(name)])
        case .within(let name): requirements.append([.branch(name)])
        case nil: break
        }
        if let user { requirements.append([.user(user)]) }
        for (name, value) in labels { requirements.append([.label(name, value)]) }
        if let environment { requirements.append([.environment(environment)]) }
        return requirements.isEmpty ? [[.all]] : requirements
    }
}
