internal import JobModel

/// Something that jobs may have in common and are looked for by.
struct Facet: Hashable, Sendable {
    enum Kind: Int, Sendable {
        /// Being there at all.
        case all = 0
        case tenant = 1
        case state = 2
        /// The queue itself.
        case queue = 3
        /// The queue or one above it.
        case branch = 4
        case user = 5
        /// A label with its value.
        case label = 6
        /// An environment's id, or what it was asked for by.
        case environment = 7
    }

    var kind: Kind
    var value: String

    static let all = Facet(kind: .all, value: "")
    static func tenant(_ name: String) -> Facet { Facet(kind: .tenant, value: name) }
    static func state(_ state: JobState) -> Facet { Facet(kind: .state, value: state.rawValue) }
    static func queue(_ name: String) -> Facet { Facet(kind: .queue, value: name) }
    static func branch(_ name: String) -> Facet { Facet(kind: .branch, value: name) }
    static func user(_ name: String) -> Facet { Facet(kind: .user, value: name) }
    static func environment(_ name: String) -> Facet { Facet(kind: .environment, value: name) }

    /// The name's length keeps `a=b` = `c` apart from `a` = `b=c`.
    static func label(_ name: String, _ value: String) -> Facet {
        Facet(kind: .label, value: "\(name.utf8.count) \(name)=\(value)")
    }
}

extension JobRequest {
    /// The environments as they were asked for.
    var environmentNames: [String] { ([task] + groups.map(\.task)).compactMap(\.environment) }
}

extension Job {
    /// What never changes of what it is found by.
    var lastingFacets: Set<Facet> {
        var facets: Set<Facet> = [.all, .tenant(tenant), .user(user), .queue(request.queue)]
        for name in QueuePath.itselfAndAbove(request.queue) { facets.insert(.branch(name)) }
        for (name, value) in request.labels { facets.insert(.label(name, value)) }
        for name in request.environmentNames { facets.insert(.environment(name)) }
        return facets
    }

    /// All that it is found by.
    var facets: Set<Facet> {
        lastingFacets.union([.state(state)]).union(environments.values.map { .environment($0) })
    }
}
