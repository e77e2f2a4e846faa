import PubGrub
import TestSupport

/// A small made-up registry: package 0 is the root with one version; the others have a few versions each, which depend
/// on sets of other packages' versions.
struct Registry {
    /// For each package, for each version, what it depends on; `nil` is a version that can't be used.
    var packages: [[[(package: Int, set: VersionSet)]?]]

    /// Solves with the newest versions first; counts the steps, which are bounded.
    func solve(stepLimit: Int = 100_000) throws -> (outcome: Outcome, steps: Int) {
        var solver = Solver(root: PackageID(0))
        var steps = 0
        switch run(&solver, steps: &steps, stepLimit: stepLimit) {
        case .solved:
            let chosen = solver.solution.map { (Int($0.package.index), Int($0.version)) }
            return (.solved(Dictionary(uniqueKeysWithValues: chosen)), steps)
        case .failed(let id):
            return (.failed(Proof(of: id, in: solver)), steps)
        default:
            throw DidNotEnd()
        }
    }

    func run(_ solver: inout Solver) -> Solver.Step {
        var steps = 0
        return run(&solver, steps: &steps, stepLimit: 100_000)
    }

    private func run(_ solver: inout Solver, steps: inout Int, stepLimit: Int) -> Solver.Step {
        while true {
            steps += 1
            let step = solver.step()
            if steps > stepLimit { return step }
            switch step {
            case .conflicted:
                _ = solver.takeConflicts()
            case .choose(let package, let set):
                let versions = packages[Int(package.index)]
                if let newest = versions.indices.last(where: { set.contains(Int32($0)) }) {
                    solver.choose(Int32(newest))
                } else {
                    solver.noVersions()
                }
            case .needDependencies(let package, let version):
                if let needed = packages[Int(package.index)][Int(version)] {
                    solver.addDependencies(
                        in: VersionSet(version), needed.map { (PackageID(Int32($0.package)), $0.set) })
                } else {
                    solver.reject(VersionSet(version), reason: 7)
                }
            case .solved, .failed:
                return step
            }
        }
    }

    struct DidNotEnd: Error {}

    enum Outcome {
        case solved([Int: Int])
        case failed(Proof)
    }

    /// Whether the choice holds the root, only usable versions, and everything that its versions depend on.
    func accepts(_ chosen: [Int: Int]) -> Bool {
        guard chosen[0] == 0 else { return false }
        return chosen.allSatisfy { package, version in
            guard packages[package].indices.contains(version), let needed = packages[package][version] else {
                return false
            }
            return needed.allSatisfy { need in chosen[need.package].map { need.set.contains(Int32($0)) } ?? false }
        }
    }

    /// Every way to choose a version, or none, of every package.
    func everyChoice(_ visit: ([Int: Int]) -> Bool) -> Bool {
        func descend(_ package: Int, _ chosen: inout [Int: Int]) -> Bool {
            if package == packages.count { return visit(chosen) }
            if descend(package + 1, &chosen) { return true }
            for version in packages[package].indices {
                chosen[package] = version
                if descend(package + 1, &chosen) { return true }
            }
            chosen[package] = nil
            return false
        }
        var chosen: [Int: Int] = [:]
        return descend(0, &chosen)
    }

    var isSolvable: Bool {
        everyChoice(accepts)
    }
}

/// The incompatibilities that lead to a failure, copied out of the solver.
struct Proof {
    let root: IncompatibilityID
    var steps: [IncompatibilityID: Incompatibility] = [:]

    init(of id: IncompatibilityID, in solver: borrowing Solver) {
        root = id
        var open = [id]
        while let next = open.popLast() {
            guard steps[next] == nil else { continue }
            let incompatibility = solver.incompatibility(next)
            steps[next] = incompatibility
            if case .derived(let a, let b) = incompatibility.cause { open += [a, b] }
        }
    }

    /// The incompatibilities that rest on no other: facts about the registry.
    var facts: [Incompatibility] {
        steps.values.filter {
            if case .derived = $0.cause { false } else { true }
        }
    }
}

extension Incompatibility {
    /// Whether the choice makes all terms true, which it must not.
    func isViolated(by chosen: [Int: Int]) -> Bool {
        terms.allSatisfy { term in
            let inSet = chosen[Int(term.package.index)].map { term.term.set.contains(Int32($0)) } ?? false
            return inSet == term.term.isPositive
        }
    }
}

extension Registry {
    /// A registry of up to five packages of up to four versions, so tangled that about half have no solution.
    static func random(seed: UInt64) -> Registry {
        var random = SeededGenerator(seed)
        let count = Int.random(in: 2...6, using: &random)
        let sizes = [1] + (1..<count).map { _ in Int.random(in: 1...4, using: &random) }
        let density = Double.random(in: 0.2...0.7, using: &random)
        let packages = sizes.indices.map { package in
            (0..<sizes[package]).map { _ -> [(package: Int, set: VersionSet)]? in
                if package != 0, Int.random(in: 0..<12, using: &random) == 0 { return nil }
                return sizes.indices.compactMap { other in
                    guard other != 0, other != package, Double.random(in: 0..<1, using: &random) < density else {
                        return nil
                    }
                    return (other, VersionSet.random(size: Int32(sizes[other]), using: &random))
                }
            }
        }
        return Registry(packages: packages)
    }
}

extension VersionSet {
    /// A set that is mostly one interval around the axis's start, sometimes several, empty or everything.
    static func random(size: Int32, using random: inout some RandomNumberGenerator) -> VersionSet {
        if Int.random(in: 0..<8, using: &random) == 0 { return .full }
        return VersionSet(
            intervals: (0..<Int.random(in: 1...2, using: &random)).map { _ in
                let lower = Int32.random(in: 0...size, using: &random)
                return Interval(lower, Int32.random(in: lower...(size + 1), using: &random))
            })
    }
}
