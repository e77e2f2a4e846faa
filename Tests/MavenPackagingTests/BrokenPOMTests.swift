import MavenPackaging
import Testing

/// POMs that cannot be used, on both ways to choose.
@Suite("Broken POMs")
struct BrokenPOMTests {
    /// `broken:1` asks for something without a version, `broken:2` is sound; `looped:1` has a property without end.
    private static let poms = [
        project("a:1", "broken:1"), project("broken:1", "c"), project("broken:2"), project("c:1"),
        project("b:1", "looped:[1,2]"),
        project("looped:1", "c:${x}", more: "<properties><x>${x}</x></properties>"), project("looped:2"),
    ]

    private func failure(_ body: () throws -> Void) -> MavenPackagingError? {
        do {
            try body()
            return nil
        } catch { return error as? MavenPackagingError }
    }

    @Test(
        "one that is chosen is an error, which names the way to it and how to do without",
        arguments: MediationKind.allCases)
    func chosen(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs(Self.poms)
        let error = failure { _ = try poms.resolve("a:1", kind: kind) }
        #expect(error?.code == .badPOM)
        #expect(error?.message.contains("g:a:1 → g:broken:1") == true)
        #expect(error?.advice?.contains("ignore-poms: [\"g:broken\"]") == true)
        #expect(failure { _ = try poms.resolve("looped:1", kind: kind) }?.code == .badProperty)
    }

    @Test("one that loses, or is one of a range's lower versions, does no harm", arguments: MediationKind.allCases)
    func loses(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs(Self.poms)
        #expect(try poms.resolve("broken:2", "a:1", kind: kind) == ["broken:2", "a:1"])
        #expect(try poms.resolve("b:1", kind: kind) == ["b:1", "looped:2"])
    }

    @Test("one that a circle leads back to does no harm to the version that is chosen, and counts where it is itself")
    func circles() throws {
        let loop = "<properties><x>${x}</x></properties>"
        var poms = try PackagedPOMs([
            project("a:2", "b:1"), project("b:1", "a:1"), project("a:1", "c:${x}", more: loop),
            project("d:2", "e:1"), project("e:1", "d:[1]"), project("d:1", "c:${x}", more: loop), project("f:1", "e:1"),
        ])
        for kind in MediationKind.allCases { #expect(try poms.resolve("a:2", kind: kind) == ["a:2", "b:1"]) }
        #expect(failure { _ = try poms.resolve("d:2", "f:1") }?.code == .badProperty)
    }

    @Test(
        "what a losing version asks for by no name, or what leads back by relocations, does no harm",
        arguments: MediationKind.allCases)
    func names(_ kind: MediationKind) throws {
        func relocated(_ to: String) -> String {
            "<distributionManagement><relocation><artifactId>\(to)</artifactId></relocation></distributionManagement>"
        }
        for (asked, code, ignored) in [
            ("c:${nobody}", MavenPackagingErrorCode.badProperty, "l"), ("..c:1", .badCoordinate, "l"),
            ("..c:[1,2]", .badCoordinate, "l"), ("x:1", .relocationCycle, "x"), ("z:1", .badCoordinate, "z"),
        ] {
            var poms = try PackagedPOMs([
                project("a:1", "l:1"), project("l:1", asked), project("l:2"),
                project("x:1", more: relocated("y")), project("y:1", more: relocated("x")),
                project("z:1", more: relocated("..z")),
            ])
            #expect(try poms.resolve("l:2", "a:1", kind: kind) == ["l:2", "a:1"], "\(asked)")
            let error = failure { _ = try poms.resolve("a:1", kind: kind) }
            #expect(error?.code == code)
            #expect(error?.message.contains("g:a:1 → g:l:1") == true, "\(error?.message ?? "")")
            #expect(error?.advice?.contains("ignore-poms: [\"g:\(ignored)\"]") == true, "\(error?.advice ?? "")")
            let ignoring = [Exclusion(group: "g", artifact: ignored)]
            #expect(try poms.mediate(["a:1"], kind: kind, ignoring: ignoring).chosen.count >= 2)
        }
    }

    @Test("one that the request ignores is alone, and that is told", arguments: MediationKind.allCases)
    func ignored(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs(Self.poms)
        let ignoring = [Exclusion(group: "g", artifact: "broken")]
        let mediation = try poms.mediate(["a:1"], kind: kind, ignoring: ignoring)
        #expect(mediation.chosen.map(\.coordinate.module.artifact) == ["a", "broken"])
        #expect(mediation.ignoredPOMs.map(\.description) == ["g:broken:1"])
        let other = try poms.mediate(["c:1"], kind: kind, ignoring: ignoring)
        #expect(other.ignoredPOMs == [])
    }

    @Test("what the recipe itself asks for without a version is an error as ever", arguments: MediationKind.allCases)
    func roots(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs(Self.poms)
        let error = failure { _ = try poms.resolve("c", kind: kind) }
        #expect(error?.code == .badCoordinate)
        #expect(error?.advice?.contains("ignore-poms") == false)
    }
}
