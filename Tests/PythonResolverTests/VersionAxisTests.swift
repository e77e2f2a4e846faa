import PubGrub
import PythonPackaging
import Testing

@testable import PythonResolver

@Suite("Version axis")
struct VersionAxisTests {
    private let texts = [
        "0.9", "1.0.dev1", "1.0a1", "1.0rc1", "1.0", "1.0+cpu", "1.0.post1", "1.1", "1.2a1", "1.2", "1.2.3", "1.10",
        "2.0rc2", "2.0", "2.1+local.1", "3.0.dev4", "1!0.5",
    ]
    private let bounds = ["0.5", "1.0", "1.0a1", "1.0.post1", "1.0+cpu", "1.2", "1.2.3", "1.5", "2", "2.1", "4", "1!1"]

    @Test("a set holds just the versions that the specifiers admit")
    func membership() throws {
        let versions = try texts.map { try Version($0) }.sorted()
        var axis = VersionAxis(versions)
        var clauses: [String] = []
        for bound in bounds {
            let operators = bound.contains("+") ? ["==", "!="] : ["==", "!=", "<", "<=", ">", ">=", "==="]
            clauses += operators.map { $0 + bound }
            if !bound.contains("a"), !bound.contains("p") { clauses += ["==\(bound).*", "!=\(bound).*"] }
            if bound.contains("."), !bound.contains("+") { clauses.append("~=\(bound)") }
        }
        let pairs = clauses.flatMap { first in clauses.map { "\(first),\($0)" } }
        for text in clauses + pairs {
            let specifiers = try SpecifierSet(text)
            let set = axis.set(of: specifiers)
            for (index, version) in versions.enumerated() {
                let isIn = set.contains(axis.position(of: index))
                try #require(isIn == specifiers.contains(version), "\(version) in \(text): \(isIn)")
            }
        }
    }

    @Test("bounds that are no versions keep their order")
    func gaps() throws {
        var axis = VersionAxis([try Version("1.0"), try Version("2.5")])
        func set(_ text: String) throws -> VersionSet { axis.set(of: try SpecifierSet(text)) }
        #expect(try set("<2").isDisjoint(with: set(">=2")))
        #expect(try !set("<2").isDisjoint(with: set(">=1.5")))
        #expect(try set(">=1.5,<1.7").isDisjoint(with: set(">=1.7,<2")))
        #expect(try set("==1.7").isSubset(of: set(">=1.5,<2")))
        #expect(try set("<=2").union(set(">2")).isFull)
    }

    @Test("neighbouring versions with the gaps between them make one interval")
    func widening() throws {
        let axis = VersionAxis(try texts.map { try Version($0) }.sorted())
        let all = texts.indices.reduce(VersionSet.empty) { $0.union(axis.widened($1)) }
        #expect(all.isFull)
        #expect(axis.widened(3).union(axis.widened(4)).count == 1)
        #expect(texts.indices.allSatisfy { axis.index(at: axis.position(of: $0)) == $0 })
        #expect(axis.indices(in: axis.widened(5)) == [5])
    }

    @Test("interpreters are admitted as specifiers say")
    func python() throws {
        let releases = try ["2.7.18", "3.7.0", "3.8.0", "3.10.0", "3.10.12", "3.11.0", "3.12.1", "4.0.0"].map {
            try Version($0)
        }
        for text in [
            ">=3.8", "<3.11", ">=3.8,<4", "!=3.0.*,!=3.1.*,>=2.7", "~=3.8", "==3.10.*", ">3.7", "<=3.10.12", "==3.11",
        ] {
            let specifiers = try SpecifierSet(text)
            let set = PythonAxis.set(of: specifiers)
            for release in releases {
                #expect(
                    set.contains(PythonAxis.position(of: release)) == specifiers.contains(release), "\(release) \(text)"
                )
            }
        }
    }
}
