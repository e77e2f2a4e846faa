public import Units

/// Who owns a path that several units bring.
///
/// The last one does, as in a tree of links. The others leave it out, with everything below it; so no two layers hold
/// the same path and their order means nothing.
public enum LayerConflicts {
    /// For each unit, in their order, the paths below ENV that it must leave out.
    ///
    /// Folders that one unit owns alone are not looked into. Throws `UnitsError` for a damaged record.
    public static func excluded(_ units: [Unit]) throws -> [Set<String>] {
        var excluded = [Set<String>](repeating: [], count: units.count)
        try compare("", units.indices.map { ($0, try units[$0].root) }, &excluded)
        return excluded
    }

    private static func compare(
        _ path: String, _ folders: [(unit: Int, folder: UnitFolder)], _ excluded: inout [Set<String>]
    ) throws {
        var names: [String: [(unit: Int, content: UnitEntry.Content)]] = [:]
        for (unit, folder) in folders {
            for entry in try folder.entries() { names[entry.name, default: []].append((unit, entry.content)) }
        }
        for (name, owners) in names where owners.count > 1 {
            let path = path.isEmpty ? name : "\(path)/\(name)"
            let shared = owners.compactMap { owner -> (unit: Int, folder: UnitFolder)? in
                guard case .folder(let folder) = owner.content else { return nil }
                return (owner.unit, folder)
            }
            if shared.count == owners.count {
                try compare(path, shared, &excluded)
            } else {
                for owner in owners.dropLast() { excluded[owner.unit].insert(path) }
            }
        }
    }
}
