import PubGrub
import Testing

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

    @Test("random registries: every fact of the proof is told, and every line refers to lines above it")
    func complete() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            let registry = Registry.random(seed: seed)
            var solver = Solver(root: PackageID(0))
            guard case .failed(let id) = registry.run(&solver) else { continue }
            let report = Report(of: id, in: solver)
            let told = report.lines.flatMap(\.facts)
            for fact in Proof(of: id, in: solver).facts {
                guard fact.cause != .root else { continue }
                let isTold = told.contains { candidate in
                    let isSameKind =
                        switch (fact.cause, candidate.kind) {
                        case (.dependency(_, let a), .dependency(let b)): a == b
                        case (.noVersions, .noVersions): true
                        case (.unavailable(let a), .unavailable(let b)): a == b
                        default: false
                        }
                    return isSameKind && candidate.package == fact.terms[0].package
                        && fact.terms[0].term.set.isSubset(of: candidate.versions)
                        && (fact.terms.count == 1 || fact.terms[1].term.set.isSubset(of: candidate.allowed))
                }
                try #require(isTold, "seed \(seed): a fact of the proof is missing in the report")
            }
            for (place, line) in report.lines.enumerated() {
                try #require(line.earlier.allSatisfy { $0 < place })
                try #require(line.earlier.allSatisfy { $0 == place - 1 || report.lines[$0].number != nil })
            }
            try #require(report.lines.last?.conclusion.allSatisfy { $0.package == PackageID(0) } == true)
        }
    }
}
