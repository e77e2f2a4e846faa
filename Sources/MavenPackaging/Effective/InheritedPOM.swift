/// A POM with its profiles and everything that it inherits, not interpolated yet.
struct InheritedPOM: Sendable {
    var pom: POM
    /// Whose POMs it was made of.
    var sources: Set<ModuleVersion> = []

    /// The POM alone, with the profiles that count for it.
    init(_ pom: POM, _ profiles: ProfileSelection) {
        self.pom = pom
        // Of two entries of one key the last counts, in the first one's place.
        if pom.dependencies.count > 1 {
            self.pom.dependencies = Self.merged([], pom.dependencies, isDominant: true)
        }
        for profile in profiles.active(pom.profiles) {
            self.pom.properties.merge(profile.properties) { $1 }
            self.pom.dependencies = Self.merged(self.pom.dependencies, profile.dependencies, isDominant: true)
            self.pom.managed = Self.merged(self.pom.managed, profile.managed, isDominant: true)
            self.pom.repositories = Self.merged(profile.repositories, self.pom.repositories)
        }
    }

    /// Takes over what the parent has and the child has not.
    mutating func inherit(from parent: InheritedPOM) {
        sources.formUnion(parent.sources)
        let parent = parent.pom
        pom.group = pom.group ?? parent.group
        pom.version = pom.version ?? parent.version
        for (name, fact) in parent.facts where name != "name" && name != "modelVersion" && pom.facts[name] == nil {
            pom.facts[name] = fact
        }
        for (name, value) in parent.properties where name != "project.directory" && pom.properties[name] == nil {
            pom.properties[name] = value
        }
        pom.dependencies = Self.merged(pom.dependencies, parent.dependencies, isDominant: false)
        pom.managed = Self.merged(pom.managed, parent.managed, isDominant: false)
        pom.repositories = Self.merged(pom.repositories, parent.repositories)
    }

    /// One list and another one. Where both have a key, the entry stays in its place, and the dominant one counts. The first
    /// list loses its doubled entries on the way (the last of them counts), but only if there is a second.
    static func merged(
        _ first: [POMDependency], _ second: [POMDependency], isDominant: Bool
    ) -> [POMDependency] {
        guard !second.isEmpty else { return first }
        var places: [POMDependency.ManagementKey: Int] = [:]
        places.reserveCapacity(first.count + second.count)
        var result: [POMDependency] = []
        result.reserveCapacity(first.count + second.count)
        func put(_ dependency: POMDependency, _ isDominant: Bool) {
            let key = dependency.managementKey
            if let place = places[key] {
                if isDominant { result[place] = dependency }
            } else {
                places[key] = result.count
                result.append(dependency)
            }
        }
        for dependency in first { put(dependency, true) }
        for dependency in second { put(dependency, isDominant) }
        return result
    }

    private static func merged(_ first: [POMRepository], _ second: [POMRepository]) -> [POMRepository] {
        let known = Set(first.map(\.id))
        return first + second.filter { !known.contains($0.id) }
    }
}
