/// What a request manages below its roots. Of several entries for one thing the first counts, field by field;
/// exclusions add up.
struct Management {
    private struct Entry {
        var version: String?
        var scope: String?
        var optional: Bool?
        var exclusions: [Exclusion] = []
    }

    private var entries: [ArtifactKey: Entry] = [:]
    /// What it was applied to.
    private(set) var used: Set<ArtifactKey> = []

    init(_ managed: [Dependency]) {
        entries.reserveCapacity(managed.count)
        for dependency in managed {
            var entry = entries[dependency.key] ?? Entry()
            if entry.version == nil, !dependency.version.isEmpty { entry.version = dependency.version }
            if entry.scope == nil, !dependency.scope.isEmpty { entry.scope = dependency.scope }
            if entry.optional == nil { entry.optional = dependency.optional }
            for exclusion in dependency.exclusions where !entry.exclusions.contains(exclusion) {
                entry.exclusions.append(exclusion)
            }
            entries[dependency.key] = entry
        }
    }

    /// What was changed of a dependency.
    struct Changes {
        var unmanagedVersion: String?
        var scope = false
        var optional = false
    }

    /// - Parameters:
    ///   - isRoot: for the request's own dependencies, which say what they want themselves.
    ///   - keepsVersion: for one that a relocation has given its version.
    mutating func apply(to dependency: inout Dependency, isRoot: Bool, keepsVersion: Bool) -> Changes {
        var changes = Changes()
        guard let entry = entries[dependency.key] else { return changes }
        used.insert(dependency.key)
        if !isRoot {
            if let version = entry.version, !keepsVersion {
                if version != dependency.version { changes.unmanagedVersion = dependency.version }
                dependency.version = version
            }
            if let scope = entry.scope {
                dependency.scope = scope
                changes.scope = true
            }
            if let optional = entry.optional {
                dependency.optional = optional
                changes.optional = true
            }
        }
        for exclusion in entry.exclusions where !dependency.exclusions.contains(exclusion) {
            dependency.exclusions.append(exclusion)
        }
        return changes
    }
}
