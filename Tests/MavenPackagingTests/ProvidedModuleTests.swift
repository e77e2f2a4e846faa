import MavenPackaging
import TestSupport
import Testing

@Suite("What is provided")
struct ProvidedModuleTests {
    @Test(
        "a jar's name tells artifact and version",
        arguments: [
            ("kafka-clients-3.9.0.jar", "kafka-clients", "3.9.0"),
            ("scala-xml_2.13-2.3.0.jar", "scala-xml_2.13", "2.3.0"),
            ("ammonite_2.13.16-3.0.1.jar", "ammonite_2.13.16", "3.0.1"),
            ("log4j-1.2-api-2.24.3.jar", "log4j-1.2-api", "2.24.3"),
            ("hive-shims-0.23-2.3.10.jar", "hive-shims-0.23", "2.3.10"),
            ("hive-shims-2.3.10.jar", "hive-shims", "2.3.10"),
            ("spark-sql-kafka-0-10_2.13-4.0.1.jar", "spark-sql-kafka-0-10_2.13", "4.0.1"),
            ("zstd-jni-1.5.6-9.jar", "zstd-jni", "1.5.6-9"),
            ("json4s-ast_2.12-3.7.0-M11.jar", "json4s-ast_2.12", "3.7.0-M11"),
            ("guava-33.4.0-jre.jar", "guava", "33.4.0-jre"),
            ("antlr4-runtime-4.13.1.jar", "antlr4-runtime", "4.13.1"),
            ("json-20231013.jar", "json", "20231013"),
            (
                "listenablefuture-9999.0-empty-to-avoid-conflict-with-guava.jar", "listenablefuture",
                "9999.0-empty-to-avoid-conflict-with-guava"
            ),
        ])
    func names(_ file: String, _ artifact: String, _ version: String) throws {
        let module = try #require(ProvidedModule(jar: file))
        #expect(module == ProvidedModule(group: nil, artifact: artifact, version: version))
    }

    @Test("what Maven left in a jar tells group and classifier, and what is packed into it does not count")
    func built() throws {
        func built(_ file: String, _ projects: String...) throws -> ProvidedModule? {
            ProvidedModule(
                jar: file,
                builtFrom: projects.map { text in
                    let parts = text.split(separator: ":").map(String.init)
                    return ModuleVersion(group: parts[0], artifact: parts[1], version: parts[2])
                })
        }
        #expect(
            try built("jline-3.27.1-jdk8.jar", "org.jline:jline:3.27.1")
                == ProvidedModule(group: "org.jline", artifact: "jline", version: "3.27.1", classifier: "jdk8"))
        #expect(
            try built(
                "hive-exec-2.3.10-core.jar", "org.apache.hive:hive-exec:2.3.10", "org.apache.hive:hive:2.3.10")
                == ProvidedModule(
                    group: "org.apache.hive", artifact: "hive-exec", version: "2.3.10", classifier: "core"))
        #expect(
            try built("hive-shims-common-2.3.10.jar", "x:hive-shims:2.3.10", "x:hive-shims-common:2.3.10")?.artifact
                == "hive-shims-common")
        #expect(try built("shaded-1.0.jar", "other:guava:1.0")?.group == nil)
        #expect(ProvidedModule(jar: "README.txt") == nil)
    }

    @Test("every jar of a real PySpark has a version that begins with a digit", arguments: PySparkJars.versions)
    func real(_ version: String) throws {
        let modules = PySparkJars.names(of: version).compactMap { ProvidedModule(jar: $0) }
        #expect(modules.count > 250)
        for module in modules {
            #expect(module.version?.first?.isNumber == true, "\(module)")
            #expect(module.artifact.last?.isPunctuation == false, "\(module)")
        }
        let own = modules.filter { $0.artifact.hasPrefix("spark-") }
        #expect(own.count >= 20 && own.allSatisfy { $0.version == version }, "\(own)")
        // One name in two groups: which is which, only the jars themselves tell.
        #expect(modules.count { $0.artifact == "jline" } == (version == "3.5.7" ? 1 : 2))
    }

    @Test("of two groups with one name only the one that is there is left out", arguments: MediationKind.allCases)
    func groups(_ kind: MediationKind) throws {
        var poms = try PackagedPOMs([project("a:1", "json:1", "core:1"), project("json:1"), project("core:1")])
        let there = ProvidedModule(group: "com.tdunning", artifact: "json", version: "1.8")
        let core = ProvidedModule(group: "g", artifact: "core", version: "2", classifier: "linux-x86_64")
        let mediation = try poms.mediate(["a:1"], kind: kind, provided: [there, core])
        #expect(mediation.chosen.map(\.coordinate.module.artifact) == ["a", "json", "core"])
        #expect(mediation.leftOut.isEmpty)
        // A name that the jar gives itself rules other groups out.
        for (namespaces, isLeftOut) in [
            (["org.jetbrains.annotations"], false), (["g.json", "x"], false), (["g"], true), ([], true),
        ] {
            let named = ProvidedModule(group: nil, artifact: "json", version: "1", namespaces: namespaces)
            #expect(try poms.mediate(["a:1"], kind: kind, provided: [named]).leftOut.isEmpty != isLeftOut)
        }
    }
}
