import MavenPackaging
import Testing

@Suite("Versions that are kept")
struct KeptVersionTests {
    private let projects = [
        project("a:1", "c:[1,3)"), project("b:1", "c:[2,3)"), project("m:1", "c:LATEST"), project("s:1", "c:2.5"),
        project("c:1"), project("c:1.5"), project("c:2"), project("c:2.5"),
    ]

    private func resolve(_ roots: String..., keeping kept: String, _ kind: MediationKind) throws -> [String] {
        var poms = try PackagedPOMs(projects)
        let chosen = try poms.mediate(
            roots, kind: kind, kept: [ModuleName(group: "g", artifact: "c"): kept]
        ).chosen
        return chosen.map { "\($0.coordinate.module.artifact):\($0.coordinate.version)" }
    }

    @Test("a range takes the version again that an older lock has", arguments: MediationKind.allCases)
    func kept(_ kind: MediationKind) throws {
        #expect(try resolve("a:1", keeping: "1.5", kind) == ["a:1", "c:1.5"])
        #expect(try resolve("a:1", keeping: "2.5", kind) == ["a:1", "c:2.5"])
    }

    @Test("so does what asks for the latest", arguments: MediationKind.allCases)
    func latest(_ kind: MediationKind) throws {
        #expect(try resolve("m:1", keeping: "1.5", kind) == ["m:1", "c:1.5"])
        #expect(try resolve("m:1", keeping: "0.9", kind) == ["m:1", "c:2.5"])
    }

    @Test("one that is gone, or lies outside, does not count", arguments: MediationKind.allCases)
    func gone(_ kind: MediationKind) throws {
        #expect(try resolve("a:1", keeping: "1.7", kind) == ["a:1", "c:2.5"])
        #expect(try resolve("b:1", keeping: "1.5", kind) == ["b:1", "c:2.5"])
    }

    @Test("it gives way where another range rules it out", arguments: MediationKind.allCases)
    func ruledOut(_ kind: MediationKind) throws {
        #expect(Set(try resolve("a:1", "b:1", keeping: "1.5", kind)) == ["a:1", "b:1", "c:2.5"])
        #expect(Set(try resolve("a:1", "b:1", keeping: "2", kind)) == ["a:1", "b:1", "c:2"])
    }

    @Test("a version that somebody names is not kept from them", arguments: MediationKind.allCases)
    func named(_ kind: MediationKind) throws {
        #expect(try resolve("s:1", keeping: "1.5", kind) == ["s:1", "c:2.5"])
    }

    @Test(
        "everybody who asks is told, in which version, and what another mediation changes",
        arguments: MediationKind.allCases)
    func askers(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            project("a:1", "c:1", "d:1"), project("d:1", "c:2", "e:1"), project("c:1"), project("c:2"), project("e:1"),
        ])
        let mediation = try poms.mediate(["a:1", "e:1"], kind: kind)
        let askers = Dictionary(
            mediation.chosen.map { artifact in
                (
                    artifact.coordinate.module.artifact,
                    artifact.askers.map { "\($0.by?.module.artifact ?? "recipe") \($0.version)" }
                )
            }, uniquingKeysWith: { $0 + $1 })
        #expect(askers["a"] == ["recipe 1"])
        #expect(askers["c"] == ["a 1", "d 2"])
        #expect(Set(askers["e"] ?? []) == ["recipe 1", "d 1"])
        let other = try poms.mediate(["a:1", "e:1"], kind: kind == .nearest ? .latest : .nearest)
        let differences = mediation.differences(to: other)
        #expect(differences.map(\.key.module.artifact) == ["c"])
        let (from, to) = kind == .nearest ? ("1", "2") : ("2", "1")
        #expect(differences.first?.before?.coordinate.version == from)
        #expect(differences.first?.after?.coordinate.version == to)
    }
}
