import MavenPackaging
import Testing

@Suite("What POMs mean")
struct ModelTests {
    private func code(_ body: () throws -> Void) -> MavenPackagingErrorCode? {
        do {
            try body()
            return nil
        } catch {
            return (error as? MavenPackagingError)?.code
        }
    }

    @Test("interpolation comes after inheritance: a parent's ${project.version} is the child's")
    func interpolationAfterInheritance() throws {
        var poms = try PackagedPOMs([
            project("p:9", "b:${project.version}", "c:${v}", more: "<properties><v>1</v></properties>"),
            parent("p:9") + "<artifactId>a</artifactId><version>2</version><properties><v>3</v></properties>",
            project("b:2"), project("c:3"),
        ])
        #expect(try poms.resolve("a:2") == ["a:2", "b:2", "c:3"])
    }

    @Test("a JDK's class version and vendor are known", arguments: [("17.0.1", "61.0"), ("1.8.0_392", "52.0")])
    func javaProperties(_ java: String, _ expected: String) {
        let target = MavenTarget(javaVersion: java)
        #expect(target.property("java.class.version") == expected)
        #expect(target.property("java.vendor")?.isEmpty == false)
    }

    @Test(
        "every name of a project's elements is known",
        arguments: [
            "${project.version}", "${pom.version}", "${version}", "${project.parent.version}", "${x.y}", "${indirect}",
            "${revision}",
        ])
    func names(_ name: String) throws {
        var poms = try PackagedPOMs([
            project("p:1", more: "<properties><revision>1</revision></properties>"),
            parent("p:1")
                + project(
                    "a:1", "b:\(name)", more: "<properties><x.y>1</x.y><indirect>${x.y}</indirect></properties>"),
            project("b:1"),
        ])
        #expect(try poms.resolve("a:1") == ["a:1", "b:1"])
    }

    @Test("environment variables have no values, and what nobody defines is an error with the way to it")
    func undefined() throws {
        var poms = try PackagedPOMs([project("a:1", "b:1"), project("b:1", "c:${env.HOME}")])
        #expect { _ = try poms.resolve("a:1") } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .badProperty && error?.message.contains("g:a:1 → g:b:1") == true
        }
    }

    @Test("a property that is defined by itself is an error")
    func circularProperty() throws {
        var poms = try PackagedPOMs([
            project("a:1", "b:${x}", more: "<properties><x>${y}</x><y>${x}</y></properties>")
        ])
        #expect(code { _ = try poms.resolve("a:1") } == .badProperty)
    }

    @Test("properties that double each other come to an end, in one text or in many", .timeLimit(.minutes(1)))
    func laughs() throws {
        let doubling = (1...40).map { "<l\($0)>${l\($0 - 1)}${l\($0 - 1)}</l\($0)>" }.joined()
        var poms = try PackagedPOMs([
            project("a:1", "b:${l40}", more: "<properties><l0>x</l0>\(doubling)</properties>"),
            project("e:1", "b:${l40}", more: "<properties><l0></l0>\(doubling)</properties>"),
        ])
        #expect(code { _ = try poms.resolve("a:1") } == .badProperty)
        #expect(code { _ = try poms.resolve("e:1") } == .badPOM)
        let nested = (1...5000).map { "<l\($0)>${l\($0 - 1)}</l\($0)>" }.joined()
        var deep = try PackagedPOMs([
            project("a:1", "b:${l5000}", more: "<properties><l0>x</l0>\(nested)</properties>")
        ])
        #expect(code { _ = try deep.resolve("a:1") } == .badProperty)
        let some = (0..<3000).map { "b\($0):${l16}" }.map { dependency($0) }.joined()
        let wide = "<properties><l0>x</l0>\(doubling)</properties><dependencies>\(some)</dependencies>"
        var many = try PackagedPOMs(["<groupId>g</groupId><artifactId>a</artifactId><version>1</version>" + wide])
        #expect(code { _ = try many.resolve("a:1") } == .badProperty)
    }

    @Test("what properties come to is bounded for all POMs together, whatever stands between them")
    func expansionOfAll() throws {
        let managed = (0..<10).map { dependency("b\($0):${x}") }.joined()
        let letters = String(repeating: "x", count: 50_000)
        for (x, version) in [(letters, "${x}"), ("y", letters + "${x}")] {
            let texts = managed.replacing("${x}", with: version)
            let parents = "<properties><x>\(x)</x></properties>" + managing(texts)
            func code(_ count: Int, _ limits: POMLimits) throws -> MavenPackagingErrorCode? {
                var poms = try PackagedPOMs(
                    [project("p:1", more: parents)]
                        + (1...count).map { parent("p:1") + project("c\($0):1", "c\($0 + 1):1") }
                        + [project("c\(count + 1):1")],
                    limits: limits)
                return self.code { _ = try poms.resolve("c1:1") }
            }
            var few = POMLimits()
            few.expandedInRun = 2 << 20
            #expect(try code(4, few) == nil)
            #expect(try code(5, few) == .badProperty)
            #expect(try code(5, POMLimits()) == nil)
        }
    }

    @Test("a BOM of many BOMs takes no longer than they do one by one", .timeLimit(.minutes(1)))
    func manyImports() throws {
        let count = 10_000
        let imports = (0..<count).map { importing("b\($0):1") }.joined()
        let boms = (0..<count).map { project("b\($0):1", more: managing(dependency("m\($0):1"))) }
        var poms = try PackagedPOMs(
            [project("a:1", "m\(count - 1)", more: managing(imports)), project("m9999:1")] + boms)
        #expect(try poms.resolve("a:1") == ["a:1", "m9999:1"])
        #expect(poms.sources(of: "a:1").count == count + 1)
    }

    @Test("a BOM that cannot be used is not worked out anew for everybody who imports it")
    func failsOnce() throws {
        let bom = project("bom:1", more: managing(importing("none:1")))
        var poms = try PackagedPOMs(
            [bom] + (1...9).map { project("a\($0):1", more: managing(importing("bom:1"))) })
        for number in 1...9 { #expect(code { _ = try poms.resolve("a\(number):1") } == .missingImport) }
        #expect(poms.reads[ModuleVersion(group: "g", artifact: "none", version: "1")] == 1)
    }

    @Test("imports above each other are as many as parents may be", arguments: [100, 101, 4000])
    func importChain(_ length: Int) throws {
        var poms = try PackagedPOMs(
            (0..<length).map { project("a\($0):1", more: managing(importing("a\($0 + 1):1"))) }
                + [project("a\(length):1")])
        #expect(code { _ = try poms.resolve("a0:1") } == (length > 100 ? .tooManyPOMs : nil))
    }

    @Test("management: own before parent's before imported, the first import before the second")
    func managementOrder() throws {
        let boms = [
            project("bom1:1", more: managing(dependency("x:1"), dependency("y:1"), dependency("z:1"))),
            project("bom2:1", more: managing(dependency("x:2"), dependency("w:2"))),
            project("p:1", more: managing(dependency("y:5"), importing("bom2:1"))),
        ]
        var poms = try PackagedPOMs(
            boms + ["x:1", "x:2", "y:1", "y:5", "z:1", "z:7", "w:2"].map { project($0) } + [
                parent("p:1")
                    + project("a:1", "x", "y", "z", "w", more: managing(dependency("z:7"), importing("bom1:1")))
            ])
        // The child's import stands before its parent's in the merged list.
        #expect(try poms.resolve("a:1") == ["a:1", "x:1", "y:5", "z:7", "w:2"])
    }

    @Test("the request's management overrides what POMs below say, never the request's own versions")
    func rootManagement() throws {
        var poms = try PackagedPOMs([project("a:1", "b:1"), project("b:1"), project("b:2"), project("b:3")])
        #expect(try poms.resolve("a:1", managed: [entry("b:2")]) == ["a:1", "b:2"])
        #expect(try poms.resolve("a:1", "b:3", managed: [entry("b:2")]) == ["a:1", "b:3"])
        #expect(try poms.resolve("a:1", "b", managed: [entry("b:2")]) == ["a:1", "b:2"])
    }

    @Test("a BOM gives versions to the request, after the request's own")
    func requestImports() throws {
        var poms = try PackagedPOMs([
            project("bom:1", more: managing(dependency("b:2"))), project("a:1", "b:1"), project("b:1"), project("b:2"),
            project("b:3"),
        ])
        let bom = ModuleVersion(group: "g", artifact: "bom", version: "1")
        #expect(try poms.resolve("a:1", imports: [bom]) == ["a:1", "b:2"])
        #expect(try poms.resolve("b", imports: [bom]) == ["b:2"])
        #expect(try poms.resolve("a:1", managed: [entry("b:3")], imports: [bom]) == ["a:1", "b:3"])
    }

    @Test(
        "profiles count by default, by JDK, by system and by property",
        arguments: [
            ("<activeByDefault>true</activeByDefault>", true), ("<jdk>17</jdk>", true), ("<jdk>1.8</jdk>", false),
            ("<jdk>[11,)</jdk>", true), ("<jdk>[1.8,17]</jdk>", false), ("<jdk>(,11]</jdk>", false),
            ("<jdk>!11</jdk>", true),
            ("<os><family>unix</family></os>", true), ("<os><family>windows</family></os>", false),
            ("<os><name>Linux</name><arch>amd64</arch></os>", true), ("<os><arch>!amd64</arch></os>", false),
            ("<property><name>!x</name></property>", true), ("<property><name>x</name></property>", false),
            ("<property><name>set</name><value>yes</value></property>", true),
            ("<property><name>set</name><value>!yes</value></property>", false),
            ("<file><exists>/etc/passwd</exists></file>", false),
            ("<file><missing>${basedir}/x</missing></file>", false),
            ("<jdk>17</jdk><os><family>windows</family></os>", false),
        ])
    func profiles(_ activation: String, _ counts: Bool) throws {
        let profile =
            "<profiles><profile><id>x</id><activation>\(activation)</activation><dependencies>"
            + dependency("b:1") + "</dependencies></profile></profiles>"
        var poms = try PackagedPOMs(
            [project("a:1", more: profile), project("b:1")], target: MavenTarget(properties: ["set": "yes"]))
        #expect(try poms.resolve("a:1") == (counts ? ["a:1", "b:1"] : ["a:1"]))
    }

    @Test("what is active by default gives way to what is active for a reason")
    func defaultGivesWay() throws {
        func profile(_ activation: String, _ artifact: String) -> String {
            "<profile><id>\(artifact)</id><activation>\(activation)</activation><dependencies>\(dependency(artifact))</dependencies></profile>"
        }
        let both = profile("<activeByDefault>true</activeByDefault>", "b:1") + profile("<jdk>17</jdk>", "c:1")
        var poms = try PackagedPOMs([
            project("a:1", more: "<profiles>\(both)</profiles>"), project("b:1"), project("c:1"),
        ])
        #expect(try poms.resolve("a:1") == ["a:1", "c:1"])
    }

    @Test("parents that lead back, parents that are missing, imports that lead back or are missing are errors")
    func badFamilies() throws {
        var poms = try PackagedPOMs([
            parent("q:1") + project("p:1"), parent("p:1") + project("q:1"), parent("p:1") + project("a:1"),
            parent("none:1") + project("b:1"), project("c:1", more: managing(importing("d:1"))),
            project("d:1", more: managing(importing("c:1"))), project("e:1", more: managing(importing("none:1"))),
            parent("self:1") + project("self:1"), parent("p:[7,8]") + project("f:1"),
        ])
        #expect(code { _ = try poms.resolve("a:1") } == .parentCycle)
        #expect(code { _ = try poms.resolve("self:1") } == .parentCycle)
        #expect(code { _ = try poms.resolve("b:1") } == .missingParent)
        #expect(code { _ = try poms.resolve("c:1") } == .importCycle)
        #expect(code { _ = try poms.resolve("e:1") } == .missingImport)
        #expect(code { _ = try poms.resolve("f:1") } == .unmetRange)
    }

    @Test("a POM that cannot be read does no harm where nothing that it brings is wanted")
    func unreadable() throws {
        var poms = try PackagedPOMs([parent("none:1") + project("b:1")])
        var alone = entry("b:1")
        alone.exclusions = [.everything]
        var own = ProjectDescriptions(target: MavenTarget())
        let mediation = try DependencyMediator(DependencyRequest(roots: [alone])).mediate(&own, &poms)
        #expect(mediation?.chosen.map(\.coordinate.version) == ["1"])
        #expect(mediation?.withoutPOM.isEmpty == true && mediation?.unreadPOMs.count == 1)
    }

    @Test("a relocation is followed, and one that leads back is an error")
    func relocations() throws {
        func relocated(_ to: String) -> String {
            "<distributionManagement><relocation><artifactId>\(to)</artifactId></relocation></distributionManagement>"
        }
        var poms = try PackagedPOMs([
            project("old:1", more: relocated("new")), project("new:1", "b:1"), project("b:1"),
            project("x:1", more: relocated("y")), project("y:1", more: relocated("x")),
        ])
        let mediation = try poms.mediate(["old:1"])
        #expect(mediation.chosen.map(\.coordinate.module.artifact) == ["new", "b"])
        #expect(mediation.chosen[0].relocatedFrom.map(\.module.artifact) == ["old"])
        #expect(code { _ = try poms.resolve("x:1") } == .relocationCycle)
    }

    @Test(
        "an element that is there twice, or missing, is told with its place",
        arguments: [
            "<artifactId>a</artifactId><version>1</version><version>2</version>", "<version>1</version>",
            "<artifactId>a</artifactId><dependencies><dependency><groupId>g</groupId></dependency></dependencies>",
            "<artifactId>a</artifactId><properties><x><y/></x></properties>",
        ])
    func badPOM(_ text: String) {
        #expect { try POM(Array("<project>\n\(text)</project>".utf8), subject: "x") } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .badPOM && error?.message.contains("line ") == true
        }
    }

    @Test(
        "what a POM asks for cannot name a file elsewhere",
        arguments: [
            "<groupId>../..</groupId><artifactId>b</artifactId><version>1</version>",
            "<groupId>g</groupId><artifactId>../b</artifactId><version>1</version>",
            "<groupId>g</groupId><artifactId>b</artifactId><version>../../1</version>",
            "<groupId>g</groupId><artifactId>b</artifactId><version>1</version><classifier>/../../x</classifier>",
            "<groupId>g</groupId><artifactId>b</artifactId><version>1</version><type>/../x</type>",
        ])
    func escapes(_ dependency: String) throws {
        var poms = try PackagedPOMs([
            "<groupId>g</groupId><artifactId>a</artifactId><version>1</version><dependencies><dependency>\(dependency)</dependency></dependencies>",
            project("b:1"),
        ])
        #expect(code { _ = try poms.resolve("a:1") } == .badCoordinate)
        #expect(code { _ = try poms.resolve("a:1", kind: .latest) } == .badCoordinate)
    }
}
