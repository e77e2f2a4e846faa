import Testing

@testable import PubGrub

/// Prints packages as letters and sets as they are.
private struct Letters: ReportVocabulary {
    func name(_ package: PackageID) -> String {
        package.index == 0 ? "root" : String(UnicodeScalar(UInt8(ascii: "a") + UInt8(package.index - 1)))
    }

    func clause(for fact: Report.Fact) -> String? {
        switch fact.kind {
        case .dependency(let other): "\(name(fact.package)) \(fact.versions) needs \(name(other)) \(fact.allowed)"
        case .noVersions: "there is no \(name(fact.package)) \(fact.versions)"
        case .unavailable(let reason): "\(name(fact.package)) \(fact.versions) is out (\(reason))"
        }
    }

    func clause(forConclusion terms: [PackageTerm]) -> String {
        terms.map { "\($0.term.isPositive ? "" : "not ")\(name($0.package)) \($0.term.set)" }
            .joined(separator: " with ") + " is impossible"
    }
}

@Suite("Report")
struct ReportTests {
    private func report(of registry: Registry) -> Report? {
        var solver = Solver(root: PackageID(0))
        guard case .failed(let id) = registry.run(&solver) else { return nil }
        return Report(of: id, in: solver)
    }

    @Test("a plain conflict is one sentence")
    func plain() throws {
        let registry = Registry(packages: [
            [[(1, .full), (2, VersionSet(0))]],
            [[(2, VersionSet(1))]],
            [[], []],
        ])
        let text = try #require(report(of: registry)).text(in: Letters())
        #expect(
            text == """
                Because there is no a 1..<∞, a 0..<1 needs b 1..<2, root 0..<1 needs a 0..<∞ and root 0..<1 needs b 0..<1, \
                root 0..<1 is impossible.
                """)
    }

    @Test("forty versions with one fault are one reason")
    func manyVersions() throws {
        let registry = Registry(packages: [
            [[(1, .full), (2, VersionSet(0))]],
            (0..<40).map { version in [(2, VersionSet(1, 2 + version))] },
            Array(repeating: [], count: 60),
        ])
        let text = try #require(report(of: registry)).text(in: Letters())
        #expect(text.split(separator: "\n").count <= 3, "\(text)")
    }

    @Test(
        "random registries: what is told is true and rules out every choice, and lines refer to lines above them",
        arguments: [0, 8, Int.max])
    func complete(stepLimit: Int) throws {
        for seed in 0..<1_500 as Range<UInt64> {
            let registry = Registry.random(seed: seed)
            var solver = Solver(root: PackageID(0))
            guard case .failed(let id) = registry.run(&solver) else { continue }
            let report = Report(of: id, in: solver, stepLimit: stepLimit)
            let facts = report.lines.flatMap(\.facts)
            for fact in facts { try #require(registry.confirms(fact), "seed \(seed): \(fact) is not so") }
            let isOpen = registry.everyChoice { chosen in
                chosen[0] == 0 && facts.allSatisfy { !$0.isViolated(by: chosen) }
            }
            try #require(!isOpen, "seed \(seed): the reasons do not suffice")
            for (place, line) in report.lines.enumerated() {
                try #require(line.earlier.allSatisfy { $0 < place })
                try #require(line.earlier.allSatisfy { $0 == place - 1 || report.lines[$0].number != nil })
            }
            try #require(report.lines.last?.conclusion.allSatisfy { $0.package == PackageID(0) } == true)
        }
    }

    @Test("a hundred versions that each need their own of another are told as one")
    func coarse() throws {
        // a n needs b n and c; every b n needs c 1, the root c 0.
        let registry = Registry(packages: [
            [[(1, .full), (3, VersionSet(0))]],
            (0..<100).map { version in [(2, VersionSet(version))] },
            (0..<100).map { version in [(3, version % 2 == 0 ? VersionSet(1, 3) : VersionSet(1, 2))] },
            [[], [], []],
        ])
        let text = try #require(report(of: registry)).text(in: Letters())
        #expect(text.split(separator: "\n").count <= 3, "\(text)")
    }
}

extension Registry {
    /// Whether a fact of a report is true of the registry.
    fileprivate func confirms(_ fact: Report.Fact) -> Bool {
        let versions = packages[Int(fact.package.index)]
        let meant = versions.indices.filter { fact.versions.contains(Int32($0)) }
        return switch fact.kind {
        case .noVersions: meant.isEmpty
        case .unavailable: meant.allSatisfy { versions[$0] == nil }
        case .dependency(let other):
            meant.allSatisfy { version in
                versions[version]?.contains { need in
                    need.package == Int(other.index)
                        && (packages[need.package].indices.allSatisfy { place in
                            !need.set.contains(Int32(place)) || fact.allowed.contains(Int32(place))
                        })
                } == true
            }
        }
    }
}

extension Report.Fact {
    /// Whether a choice is one that the fact rules out.
    fileprivate func isViolated(by chosen: [Int: Int]) -> Bool {
        guard let version = chosen[Int(package.index)], versions.contains(Int32(version)) else { return false }
        guard case .dependency(let other) = kind else { return true }
        return chosen[Int(other.index)].map { !allowed.contains(Int32($0)) } ?? true
    }
}
