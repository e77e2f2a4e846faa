/// A few facts that rule the root out by themselves, found among the many that a proof happens to use.
///
/// A solve meets versions one by one, and its proof repeats one argument for each. Facts that differ only in the
/// versions they speak of are one here, and then whatever the contradiction does not need is left out:
///
///     a 1 needs c 1    a 2 needs c 2    a 3 needs c 3           a 1…3 need some c of 1…3
///     c 1…9 are out    a 4 is out       root needs a     →      c 1…9 are out, a 4 is out, root needs a
///     b 2 needs d      root needs b
///
/// Whether facts suffice is decided by solving with them alone. Packages that are *bound* (of one version by nature, as
/// a project and its extras are) stay so, which takes no facts.
struct Core {
    struct Fact: Hashable {
        var package: PackageID
        var cause: Cause
        var versions: VersionSet
        var allowed: VersionSet
        var isVaried = false

        /// What facts must share to be told as one.
        func isAlike(_ other: Fact) -> Bool {
            package == other.package && cause == other.cause
        }
    }

    let root: PackageID
    private(set) var facts: [Fact] = []
    /// How many more times facts may be tried; shrinking ends where it is when none are left.
    private var triesLeft = 600
    private static let stepLimit = 3_000

    /// The dependencies between bound packages.
    private var bonds: [Bond] = []

    struct Bond: Hashable {
        let package: PackageID
        let other: PackageID
    }

    /// The facts that the proof of `failure` uses.
    init(
        of failure: Int32, in solver: borrowing Solver, proof: ProofGraph,
        areBound: (PackageID, PackageID) -> Bool
    ) {
        root = solver.root
        var places: [Fact: Int] = [:]
        var seen: Set<Int32> = []
        for step in proof.order {
            for cause in proof.causes(of: step, in: solver.store) where seen.insert(cause).inserted {
                guard let fact = Report.fact(cause, in: solver.store) else { continue }
                if let other = fact.dependency, areBound(fact.package, other) {
                    let bond = Bond(package: fact.package, other: other)
                    if !bonds.contains(bond) { bonds.append(bond) }
                    continue
                }
                // Of the same demand, what it is made of does not matter: a union says exactly as much.
                let demand = Fact(
                    package: fact.package, cause: solver.store[cause].cause, versions: .empty, allowed: fact.allowed)
                if let place = places[demand] {
                    facts[place].versions = facts[place].versions.union(fact.versions)
                } else {
                    places[demand] = facts.count
                    var whole = demand
                    whole.versions = fact.versions
                    facts.append(whole)
                }
            }
        }
    }

    /// Joins and leaves out what can be, as long as the rest still rules the root out.
    mutating func shrink() {
        // First the coarsest telling of all, then pair by pair if that is too coarse.
        let joined = facts.indices.reduce(into: [Fact]()) { told, index in Core.join(facts[index], into: &told) }
        if joined.count < facts.count, isRefuted(joined) {
            facts = joined
        } else {
            joinPairs()
        }
        leaveOut()
    }

    private static func join(_ fact: Fact, into told: inout [Fact]) {
        guard let place = told.firstIndex(where: { $0.isAlike(fact) }) else {
            told.append(fact)
            return
        }
        told[place].isVaried = told[place].isVaried || fact.isVaried || told[place].allowed != fact.allowed
        told[place].versions = told[place].versions.union(fact.versions)
        told[place].allowed = told[place].allowed.union(fact.allowed)
    }

    private mutating func joinPairs() {
        var settled: [Fact] = []
        while let fact = facts.first(where: { fact in !settled.contains { $0.isAlike(fact) } }), triesLeft > 0 {
            settled.append(fact)
            guard facts.count(where: { $0.isAlike(fact) }) > 1 else { continue }
            var others = facts.filter { !$0.isAlike(fact) }
            for alike in facts where alike.isAlike(fact) { Core.join(alike, into: &others) }
            if isRefuted(others) { facts = others }
        }
    }

    /// Leaves out runs of facts, halves first, down to single ones.
    private mutating func leaveOut() {
        var size = max(facts.count / 2, 1)
        while true {
            var start = 0
            while start < facts.count {
                var rest = facts
                rest.removeSubrange(start..<min(start + size, facts.count))
                if isRefuted(rest) { facts = rest } else { start += size }
                if triesLeft == 0 { return }
            }
            if size == 1 { return }
            size = max(size / 2, 1)
        }
    }

    private mutating func isRefuted(_ facts: [Fact]) -> Bool {
        guard triesLeft > 0 else { return false }
        triesLeft -= 1
        var solver = Solver(root: root)
        return refute(facts, &solver) != nil
    }

    /// The failure that the core's facts lead to.
    func refute(_ solver: inout Solver) -> IncompatibilityID? {
        refute(facts, &solver)
    }

    /// The failure that the facts lead to; `nil` where they allow the root, or where it takes too long to see.
    private func refute(_ facts: [Fact], _ solver: inout Solver) -> IncompatibilityID? {
        for bond in bonds { tie(bond, as: facts, &solver) }
        for fact in facts {
            if case .dependency(let package, let dependency) = fact.cause {
                solver.addDependency(of: package, in: fact.versions, on: dependency, in: fact.allowed)
            } else {
                solver.exclude(fact.versions, of: fact.package, cause: fact.cause)
            }
        }
        for _ in 0..<Core.stepLimit {
            switch solver.step() {
            case .conflicted: _ = solver.takeConflicts()
            case .choose(_, let set): solver.decide(set.interval(0).lower)
            case .needDependencies, .solved: return nil
            case .failed(let id): return id
            }
        }
        return nil
    }

    /// Binds a package to another's version, as closely as the facts tell versions apart.
    private func tie(_ bond: Bond, as facts: [Fact], _ solver: inout Solver) {
        var edges: Set<Int32> = [0, VersionSet.end]
        func note(_ set: VersionSet) {
            for interval in set.intervals { edges.formUnion([interval.lower, interval.upper]) }
        }
        for fact in facts {
            if fact.package == bond.package || fact.package == bond.other { note(fact.versions) }
            if case .dependency(_, let other) = fact.cause, other == bond.package || other == bond.other {
                note(fact.allowed)
            }
        }
        let sorted = edges.sorted()
        for (lower, upper) in zip(sorted, sorted.dropFirst()) {
            let cell = VersionSet(lower, upper)
            solver.addDependency(of: bond.package, in: cell, on: bond.other, in: cell)
        }
    }
}
