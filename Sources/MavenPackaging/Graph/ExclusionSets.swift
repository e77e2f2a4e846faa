/// The sets of exclusions that hold on paths through a graph, by number. The first is empty.
struct ExclusionSets {
    private struct Members {
        var all: [Exclusion] = []
        var modules: Set<ModuleName> = []
        var groups: Set<String> = []
        var artifacts: Set<String> = []
        var hasEverything = false
    }

    private struct Step: Hashable {
        let set: Int
        let added: [Exclusion]
    }

    private var sets = [Members()]
    private var numbers: [[Exclusion]: Int] = [[]: 0]
    private var steps: [Step: Int] = [:]

    func excludes(_ set: Int, _ module: ModuleName) -> Bool {
        if set == 0 { return false }
        let members = sets[set]
        return members.hasEverything || members.modules.contains(module) || members.groups.contains(module.group)
            || members.artifacts.contains(module.artifact)
    }

    /// The set with more exclusions.
    mutating func adding(_ added: [Exclusion], to set: Int) -> Int {
        if added.isEmpty { return set }
        let step = Step(set: set, added: added)
        if let known = steps[step] { return known }
        let all = Array(Set(sets[set].all + added)).sorted()
        if let known = numbers[all] {
            steps[step] = known
            return known
        }
        var members = Members(all: all)
        for exclusion in all {
            switch (exclusion.group, exclusion.artifact) {
            case ("*", "*"): members.hasEverything = true
            case ("*", let artifact): members.artifacts.insert(artifact)
            case (let group, "*"): members.groups.insert(group)
            case (let group, let artifact): members.modules.insert(ModuleName(group: group, artifact: artifact))
            }
        }
        let number = sets.count
        sets.append(members)
        numbers[all] = number
        steps[step] = number
        return number
    }

    func hasEverything(_ set: Int) -> Bool { sets[set].hasEverything }

    /// Whether one set leaves out nothing that the other one would not.
    func isSubset(_ set: Int, of other: Int) -> Bool {
        set == 0 || set == other || Set(sets[set].all).isSubset(of: sets[other].all)
    }
}
