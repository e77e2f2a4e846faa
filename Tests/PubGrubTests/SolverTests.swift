import Foundation
import PubGrub
import Testing

private func set(_ lower: Int32, _ upper: Int32) -> VersionSet {
    VersionSet(lower, upper)
}

@Suite("Solver")
struct SolverTests {
    @Test("the newest versions that fit are chosen")
    func newest() throws {
        // root → a; a 1 → b below 2; a 0 → b
        let registry = Registry(packages: [
            [[(1, .full)]],
            [[(2, .full)], [(2, set(0, 2))]],
            [[], [], []],
        ])
        guard case .solved(let chosen) = try registry.solve().outcome else { throw Unexpected() }
        #expect(chosen == [0: 0, 1: 1, 2: 1])
    }

    @Test("a version whose dependencies can't be met gives way to an older one")
    func backjump() throws {
        // root → a, b below 1; a 1 → b from 1; a 0 → nothing
        let registry = Registry(packages: [
            [[(1, .full), (2, set(0, 1))]],
            [[], [(2, set(1, 9))]],
            [[], []],
        ])
        guard case .solved(let chosen) = try registry.solve().outcome else { throw Unexpected() }
        #expect(chosen == [0: 0, 1: 0, 2: 0])
    }

    @Test("unusable versions are passed over, and so are packages that nothing needs")
    func unusable() throws {
        let registry = Registry(packages: [
            [[(1, .full)]],
            [[], nil, nil],
            [[]],
        ])
        guard case .solved(let chosen) = try registry.solve().outcome else { throw Unexpected() }
        #expect(chosen == [0: 0, 1: 0])
    }

    @Test("a question stays until it is answered")
    func questions() {
        var solver = Solver(root: PackageID(0))
        expect(solver.step(), .choose(PackageID(0), VersionSet(0)))
        expect(solver.step(), .choose(PackageID(0), VersionSet(0)))
        solver.choose(0)
        expect(solver.step(), .needDependencies(PackageID(0), 0))
        solver.addDependencies(in: .full, [(PackageID(1), set(2, 5))])
        expect(solver.step(), .choose(PackageID(1), set(2, 5)))
        solver.noVersions()
        guard case .failed = solver.step() else {
            Issue.record("a package without versions was chosen")
            return
        }
    }

    @Test("the package of the highest priority is asked of first, then the one known longest")
    func priorities() {
        var solver = Solver(root: PackageID(0))
        _ = solver.step()
        solver.choose(0)
        _ = solver.step()
        solver.setPriority(5, of: PackageID(3))
        solver.addDependencies(in: .full, (1...3).map { (PackageID($0), VersionSet.full) })
        expect(solver.step(), .choose(PackageID(3), .full))
        solver.decide(0)
        expect(solver.step(), .choose(PackageID(1), .full))
    }

    @Test("a choice can be taken back together with all later ones")
    func takingBack() {
        // root → a, b; b 1 conflicts with a 1 by way of c, so that the solver stops to tell of a conflict.
        var solver = Solver(root: PackageID(0))
        _ = solver.step()
        solver.choose(0)
        _ = solver.step()
        solver.addDependencies(in: .full, [(PackageID(1), .full), (PackageID(2), .full)])
        expect(solver.step(), .choose(PackageID(1), .full))
        solver.choose(1)
        _ = solver.step()
        solver.addDependencies(in: VersionSet(1), [(PackageID(3), set(1, 2))])
        expect(solver.step(), .choose(PackageID(2), .full))
        solver.choose(1)
        _ = solver.step()
        solver.addDependencies(in: VersionSet(1), [(PackageID(3), set(2, 3))])
        expect(solver.step(), .conflicted)
        let conflicts = solver.takeConflicts()
        #expect(!conflicts.isEmpty)
        let isUndone = solver.backtrack(before: PackageID(2))
        #expect(!isUndone)
        solver.setPriority(9, of: PackageID(2))
        let isUndoneNow = solver.backtrack(before: PackageID(1))
        #expect(isUndoneNow)
        let decision = solver.decision(of: PackageID(1))
        #expect(decision == nil)
        expect(solver.step(), .choose(PackageID(2), .full))
    }

    @Test("identical dependencies of several versions are one fact of the proof")
    func merging() throws {
        // a 0…3 all need b 5, which does not exist.
        let registry = Registry(packages: [
            [[(1, .full)]],
            Array(repeating: [(2, VersionSet(5))], count: 4),
            [[]],
        ])
        guard case .failed(let proof) = try registry.solve().outcome else { throw Unexpected() }
        #expect(proof.facts.count <= 7)
    }

    private func expect(_ step: Solver.Step, _ expected: Solver.Step, at place: SourceLocation = #_sourceLocation) {
        #expect(step == expected, sourceLocation: place)
    }

    struct Unexpected: Error {}
}

@Suite("Solver against every possibility")
struct SolverPropertyTests {
    static let seeds: UInt64 = ProcessInfo.processInfo.environment["CHIDORI_DEEP"] == "1" ? 200_000 : 3_000

    @Test("random registries: a solution is one, and none is reported only where there is none, for true reasons")
    func random() throws {
        var failures = 0
        for seed in 0..<Self.seeds {
            let registry = Registry.random(seed: seed)
            switch try registry.solve(stepLimit: 20_000).outcome {
            case .solved(let chosen):
                try #require(registry.accepts(chosen), "seed \(seed): \(chosen) is no solution")
            case .failed(let proof):
                failures += 1
                try #require(!registry.isSolvable, "seed \(seed) has a solution")
                try check(proof, of: registry, seed: seed)
            }
        }
        // A generator that never fails, or always, would prove little.
        #expect(failures > Self.seeds / 10 && failures < Self.seeds * 9 / 10)
    }

    /// Each fact is true of the registry, each step follows from its two causes, and the facts alone rule out the root.
    private func check(_ proof: Proof, of registry: Registry, seed: UInt64) throws {
        for fact in proof.facts {
            switch fact.cause {
            case .root, .noVersions:
                break
            case .unavailable:
                for version in registry.packages[Int(fact.terms[0].package.index)].indices
                where fact.terms[0].term.set.contains(Int32(version)) {
                    try #require(registry.packages[Int(fact.terms[0].package.index)][version] == nil)
                }
            case .dependency(let package, let dependency):
                let versions = registry.packages[Int(package.index)]
                let set = fact.terms.count == 2 ? fact.terms[1].term.set : .empty
                for version in versions.indices where fact.terms[0].term.set.contains(Int32(version)) {
                    let isTold = versions[version]?.contains { $0.package == Int(dependency.index) && $0.set == set }
                    try #require(isTold == true, "seed \(seed): a dependency nobody declared")
                }
            case .derived:
                break
            }
        }
        let violated = registry.everyChoice { chosen in
            for incompatibility in proof.steps.values {
                guard case .derived(let a, let b) = incompatibility.cause, let a = proof.steps[a],
                    let b = proof.steps[b]
                else { continue }
                if incompatibility.isViolated(by: chosen), !a.isViolated(by: chosen), !b.isViolated(by: chosen) {
                    return true
                }
            }
            return chosen[0] == 0 && !proof.facts.contains { $0.isViolated(by: chosen) }
        }
        try #require(!violated, "seed \(seed): the proof has a hole")
    }

    @Test("the same registry is solved by the same steps each time")
    func deterministic() throws {
        for seed in 0..<100 as Range<UInt64> {
            let registry = Registry.random(seed: seed)
            #expect(try registry.solve().steps == registry.solve().steps)
        }
    }
}
