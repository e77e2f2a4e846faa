/// Which of several units has each path that more than one of them bring.
///
/// The last one has it, in every delivery alike; the others leave it out, with everything below it. Folders are shared.
/// Folders that one unit brings alone are never looked into, so this costs as much as there are shared folders.
public struct PathOwnership: Sendable {
    /// A path that several units bring with different contents, which a person should know of.
    public struct Conflict: Sendable, Hashable {
        /// Below ENV.
        public let path: String
        /// The places of the units that bring it, in their order; the last one has it.
        public let units: [Int]
    }

    /// The same of packages, which are one or two units each.
    public struct PackageConflict: Sendable, Equatable {
        public let path: String
        /// The packages' positions; the last one has it.
        public let packages: [Int]

        public init(path: String, packages: [Int]) {
            self.path = path
            self.packages = packages
        }
    }

    /// For each unit, in their order, the paths that it leaves out.
    public private(set) var excluded: [Set<String>]
    /// In the order of their paths.
    public private(set) var conflicts: [Conflict] = []

    private let units: [Unit]

    /// - Parameter units: in the order of the environment; a unit's bytecode comes right behind it.
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    public init(_ units: [Unit]) throws {
        self.units = units
        excluded = Array(repeating: [], count: units.count)
        try compare(units.indices.map { (unit: $0, folder: try units[$0].root) }, at: "", contested: [:])
        conflicts.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    /// What packages own with different contents, in the order of the paths.
    ///
    /// - Parameter owners: for each unit, the position of its package.
    public func conflicts(between owners: [Int]) -> [PackageConflict] {
        conflicts.map { PackageConflict(path: $0.path, packages: $0.units.map { owners[$0] }) }
    }

    private typealias Brought = (unit: Int, content: UnitEntry.Content)

    /// - Parameter contested: modules of the folder above that several units bring, by name, and who has them.
    private mutating func compare(
        _ folders: [(unit: Int, folder: UnitFolder)], at path: String, contested: [Substring: Int]
    ) throws {
        var names: [String: [Brought]] = [:]
        for (unit, folder) in folders {
            for entry in try folder.entries() { names[entry.name, default: []].append((unit, entry.content)) }
        }
        var modules: [Substring: Int] = [:]
        for (name, all) in names {
            let brought = withoutStaleBytecode(all, name, at: path, contested: contested)
            guard let last = brought.last, brought.count > 1 else { continue }
            let path = path.isEmpty ? name : "\(path)/\(name)"
            let shared = brought.compactMap { item -> (unit: Int, folder: UnitFolder)? in
                guard case .folder(let folder) = item.content else { return nil }
                return (item.unit, folder)
            }
            if shared.count < brought.count, !Self.areEqual(brought) {
                conflicts.append(Conflict(path: path, units: brought.map(\.unit)))
                if name.hasSuffix(".py") { modules[name.dropLast(3)] = last.unit }
            }
            switch last.content {
            case .file:
                for item in brought.dropLast() { excluded[item.unit].insert(path) }
            case .folder:
                for item in brought { if case .file = item.content { excluded[item.unit].insert(path) } }
            }
        }
        // Folders come after files: whose bytecode counts depends on whose module does.
        for (name, brought) in names {
            let mayBeStale = name == "__pycache__" && !modules.isEmpty
            guard brought.count > 1 || mayBeStale else { continue }
            let path = path.isEmpty ? name : "\(path)/\(name)"
            let shared = brought.compactMap { item -> (unit: Int, folder: UnitFolder)? in
                guard case .folder(let folder) = item.content, !excluded[item.unit].contains(path) else { return nil }
                return (item.unit, folder)
            }
            if shared.count > 1 || mayBeStale {
                try compare(shared, at: path, contested: mayBeStale ? modules : [:])
            }
        }
    }

    /// Python would load the bytecode of another unit's module in place of the one that is there, without a look at the
    /// source. So only the unit whose module it is may bring it.
    private mutating func withoutStaleBytecode(
        _ brought: [Brought], _ name: String, at path: String, contested: [Substring: Int]
    ) -> [Brought] {
        guard !contested.isEmpty, name.hasSuffix(".pyc"),
            let owner = contested[name.dropLast(".pyc".count).prefix { $0 != "." }]
        else { return brought }
        return brought.filter { item in
            let isOwners = item.unit == owner || (item.unit == owner + 1 && units[item.unit].kind == .bytecode)
            if !isOwners { excluded[item.unit].insert("\(path)/\(name)") }
            return isOwners
        }
    }

    private static func areEqual(_ brought: [Brought]) -> Bool {
        var first: UnitEntry.File?
        for item in brought {
            guard case .file(let file) = item.content else { return false }
            if let first, first.digest != file.digest || first.isExecutable != file.isExecutable { return false }
            first = file
        }
        return true
    }
}
