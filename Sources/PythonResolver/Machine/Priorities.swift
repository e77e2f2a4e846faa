internal import PubGrub

/// In which order packages are chosen: the order that uv chooses in, so that the versions are the ones that it finds.
///
/// What is pinned by URL comes first, then what is pinned to a version, then packages that many conflicts were about,
/// then those whose choices caused many, and then the rest; within a group the project that was met first, which makes
/// for a breadth-first walk. A project and its extras stand together.
struct Priorities {
    enum Group: UInt64, Comparable {
        case unspecified = 1
        case conflictLate
        case conflictEarly
        case pinned
        case direct
        /// The root and the interpreter.
        case first

        static func < (a: Group, b: Group) -> Bool { a.rawValue < b.rawValue }
    }

    private struct Place {
        var group: Group
        let order: UInt64
    }

    /// How many conflicts make a package be chosen earlier or later.
    static let conflictLimit = 5

    private var places: [Int32: Place] = [:]
    private var orders: [PackageID: UInt64] = [:]

    /// Notes that something depends on the package.
    mutating func met(_ package: PackageID, project: Int32, isPinned: Bool, isDirect: Bool) {
        if orders[package] == nil { orders[package] = UInt64(orders.count) }
        let group: Group = isDirect ? .direct : isPinned ? .pinned : .unspecified
        guard let place = places[project] else {
            places[project] = Place(group: group, order: UInt64(places.count))
            return
        }
        if group > place.group { places[project]?.group = group }
    }

    /// Moves a project that conflicts were about ahead; whether that changed anything.
    mutating func moveAhead(_ project: Int32) -> Bool {
        guard let place = places[project], place.group != .conflictEarly else { return false }
        places[project]?.group = .conflictEarly
        return true
    }

    /// Moves a project that caused conflicts behind those that suffered them; whether that changed anything.
    mutating func moveBehind(_ project: Int32) -> Bool {
        guard let place = places[project], place.group != .conflictEarly, place.group != .conflictLate else {
            return false
        }
        places[project]?.group = .conflictLate
        return true
    }

    /// The package's priority as one number, greater for earlier: group, then the project's order, then the package's.
    func priority(of package: PackageID, project: Int32) -> UInt64 {
        guard let place = places[project] else { return 0 }
        let own = orders[package] ?? 0
        return place.group.rawValue << 60 | (0xFFF_FFFF - min(place.order, 0xFFF_FFFF)) << 32
            | (0xFFFF_FFFF - min(own, 0xFFFF_FFFF))
    }
}
