import MavenPackaging
import Testing

@Suite("Mediation")
struct MediationTests {
    private static let diamond = [
        project("a:1", "c:1"), project("b:1", "d:1"), project("d:1", "c:2"), project("c:1"), project("c:2", "e:1"),
        project("e:1"),
    ]

    @Test("nearest wins, and what only a loser brings is gone; latest wins otherwise")
    func bothKinds() throws {
        var poms = try PackagedPOMs(Self.diamond)
        #expect(try poms.resolve("b:1", "a:1") == ["b:1", "d:1", "a:1", "c:1"])
        #expect(try poms.resolve("b:1", "a:1", kind: .latest) == ["b:1", "a:1", "d:1", "c:2", "e:1"])
    }

    @Test("what the other kind of mediation would change is told, with its reasons")
    func differences() throws {
        var poms = try PackagedPOMs(Self.diamond)
        let nearest = try poms.mediate(["b:1", "a:1"])
        let differences = nearest.differences(to: try poms.mediate(["b:1", "a:1"], kind: .latest))
        #expect(differences.map(\.key.module.artifact) == ["c", "e"])
        #expect(differences.map { $0.before?.coordinate.version } == ["1", nil])
        #expect(differences.map { $0.after?.coordinate.version } == ["2", "1"])
        #expect(differences[0].after?.lost.map(\.version) == ["1"])
    }

    @Test("a loser is told with its way and its reason")
    func losers() throws {
        var poms = try PackagedPOMs(Self.diamond)
        let near = try #require(try poms.mediate(["b:1", "a:1"]).chosen.first { $0.coordinate.module.artifact == "c" })
        #expect(near.lost.map(\.version) == ["2"])
        #expect(near.lost.map(\.reason) == [.farther])
        #expect(near.lost[0].path.map(\.description) == ["g:b:1", "g:d:1", "g:c:2"])
        let late = try #require(
            try poms.mediate(["b:1", "a:1"], kind: .latest).chosen.first { $0.coordinate.module.artifact == "c" })
        #expect(late.lost.map(\.version) == ["1"])
        #expect(late.lost.map(\.reason) == [.lower])
        let managed = try #require(
            try poms.mediate(["a:1"], managed: [entry("c:2")]).chosen.first { $0.coordinate.module.artifact == "c" })
        #expect(managed.lost.map(\.reason) == [.managed])
    }

    @Test("of equally near ones the first is chosen")
    func first() throws {
        var poms = try PackagedPOMs([project("a:1", "c:1"), project("b:1", "c:2"), project("c:1"), project("c:2")])
        #expect(try poms.resolve("a:1", "b:1") == ["a:1", "c:1", "b:1"])
        #expect(try poms.resolve("b:1", "a:1") == ["b:1", "c:2", "a:1"])
    }

    @Test("a range must hold, though a nearer version wants otherwise", arguments: MediationKind.allCases)
    func ranges(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            project("a:1", "b:1"), project("b:1", "c:[1,2)"), project("c:1.0"), project("c:1.5"), project("c:3"),
        ])
        #expect(try Set(poms.resolve("c:3", "a:1", kind: kind)) == ["a:1", "b:1", "c:1.5"])
    }

    @Test(
        "ranges that nothing meets, or that exclude each other, are errors that name everybody",
        arguments: MediationKind.allCases)
    func impossible(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            project("a:1", "c:[1]"), project("b:1", "c:[2]"), project("d:1", "c:[7,8]"), project("c:1"), project("c:2"),
        ])
        #expect { _ = try poms.resolve("a:1", "b:1", kind: kind) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .conflictingRanges && error?.message.contains("[2] by g:b:1") == true
        }
        #expect { _ = try poms.resolve("d:1", kind: kind) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .unmetRange && error?.message.contains("g:d:1") == true
        }
    }

    @Test(
        "an exclusion holds on its path alone",
        arguments: [
            ("<groupId>g</groupId><artifactId>c</artifactId>", true),
            ("<groupId>*</groupId><artifactId>*</artifactId>", true),
            ("<groupId>g</groupId><artifactId>*</artifactId>", true),
            ("<groupId>h</groupId><artifactId>c</artifactId>", false),
        ])
    func exclusions(_ exclusion: String, _ excludes: Bool) throws {
        let more = "<exclusions><exclusion>\(exclusion)</exclusion></exclusions>"
        var poms = try PackagedPOMs([
            "<groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>"
                + dependency("b:1", more: more) + "</dependencies>",
            project("b:1", "c:1"), project("c:1"), project("d:1", "c:1"),
        ])
        #expect(try poms.resolve("a:1") == (excludes ? ["a:1", "b:1"] : ["a:1", "b:1", "c:1"]))
        #expect(try Set(poms.resolve("a:1", "d:1")) == ["a:1", "b:1", "c:1", "d:1"])
        #expect(try Set(poms.resolve("a:1", "d:1", kind: .latest)) == ["a:1", "b:1", "c:1", "d:1"])
    }

    @Test(
        "test, provided and optional dependencies are not followed, and scopes go down",
        arguments: MediationKind.allCases)
    func scopes(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            "<groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>"
                + dependency("b:1:runtime") + dependency("c:1:test") + dependency("d:1:provided")
                + dependency("e:1", more: "<optional>true</optional>") + "</dependencies>",
            project("b:1", "f:1"), project("f:1"),
        ])
        let chosen = try poms.mediate(["a:1"], kind: kind).chosen
        #expect(
            chosen.map { "\($0.coordinate.module.artifact) \($0.scope)" } == ["a compile", "b runtime", "f runtime"])
    }

    @Test("circles of dependencies come to an end", arguments: MediationKind.allCases)
    func circles(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            project("a:1", "b:1"), project("b:1", "c:1"), project("c:1", "a:2", "b:2"), project("a:2"),
            project("b:2", "a:3"),
            project("a:3"),
        ])
        let chosen = try poms.resolve("a:1", kind: kind)
        #expect(Set(chosen.map { $0.prefix(1) }).count == chosen.count)
    }

    @Test("what is provided is left out, with what only it brings", arguments: MediationKind.allCases)
    func provided(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([
            project("a:1", "spark:1", "b:1"), project("spark:1", "netty:1"), project("netty:1"), project("b:1"),
        ])
        let spark = ProvidedModule(group: nil, artifact: "spark", version: "4")
        let mediation = try poms.mediate(["a:1"], kind: kind, provided: [spark])
        #expect(mediation.chosen.map(\.coordinate.module.artifact) == ["a", "b"])
        #expect(mediation.leftOut.map(\.coordinate.description) == ["g:spark:1"])
        #expect(mediation.leftOut.map(\.path).first?.map(\.description) == ["g:a:1"])
    }

    @Test("a version that only a loser asked for does not count for the latest")
    func latestForgets() throws {
        var poms = try PackagedPOMs([
            project("a:1", "c:1"), project("b:1", "a2:1"), project("a2:1", "c:2"), project("c:1", "d:9"),
            project("c:2", "d:1"),
            project("d:1"), project("d:9"),
        ])
        #expect(try poms.resolve("a:1", "b:1", kind: .latest).contains("d:1"))
    }

    @Test("a file's kind is part of its identity: one version of each")
    func identity() throws {
        let classified = dependency("c:1", more: "<classifier>x</classifier>")
        var poms = try PackagedPOMs([
            "<groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies>\(classified)</dependencies>",
            project("b:1", "c:2"), project("c:1"), project("c:2"),
        ])
        let chosen = try poms.mediate(["a:1", "b:1"]).chosen
        #expect(chosen.map(\.coordinate.filename) == ["a-1.jar", "c-1-x.jar", "b-1.jar", "c-2.jar"])
    }

    @Test("where exclusions make the paths too many, each artifact is followed once, and the same is chosen")
    func manyPaths() throws {
        // Each level has two ways on, each with an exclusion of its own: 2²⁰ paths that all differ.
        func excluding(_ artifact: String) -> String {
            "<exclusions><exclusion><groupId>g</groupId><artifactId>\(artifact)</artifactId></exclusion></exclusions>"
        }
        let projects = (0..<20).flatMap { level -> [String] in
            ["a", "b"].map { side in
                "<groupId>g</groupId><artifactId>\(side)\(level)</artifactId><version>1</version><dependencies>"
                    + dependency("a\(level + 1):1", more: excluding("x\(side)\(level)"))
                    + dependency("b\(level + 1):1", more: excluding("y\(side)\(level)")) + "</dependencies>"
            }
        }
        var poms = try PackagedPOMs(projects + [project("a20:1"), project("b20:1")])
        #expect(try poms.resolve("a0:1").count == 41)
    }

    @Test("chains that are too long are refused")
    func depth() throws {
        var poms = try PackagedPOMs((0..<1500).map { project("m\($0):1", "m\($0 + 1):1") })
        #expect { _ = try poms.resolve("m0:1") } throws: { ($0 as? MavenPackagingError)?.code == .tooManyDependencies }
    }
}
