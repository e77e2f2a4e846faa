import MavenPackaging
import Testing

@Suite("Coordinates")
struct CoordinateTests {
    @Test(
        "coordinates are read as users of Maven, spark-submit and Gradle write them",
        arguments: [
            ("org.example:lib:1.2", "org.example:lib:jar", "1.2", "lib-1.2.jar"),
            ("org.example:lib:war:1.2", "org.example:lib:war", "1.2", "lib-1.2.war"),
            ("org.example:lib:jar:sources:1.2", "org.example:lib:jar:sources", "1.2", "lib-1.2-sources.jar"),
            ("org.example:lib:1.2:linux-x86_64", "org.example:lib:jar:linux-x86_64", "1.2", "lib-1.2-linux-x86_64.jar"),
            ("org.example:lib:1.2:natives@zip", "org.example:lib:zip:natives", "1.2", "lib-1.2-natives.zip"),
            ("org.example:lib:1.2@aar", "org.example:lib:aar", "1.2", "lib-1.2.aar"),
            ("org.example/lib:1.2", "org.example:lib:jar", "1.2", "lib-1.2.jar"),
            ("org.example:lib:test-jar:1.2", "org.example:lib:jar:tests", "1.2", "lib-1.2-tests.jar"),
            ("org.example:lib:bundle:1.2", "org.example:lib:jar", "1.2", "lib-1.2.jar"),
            ("org.example:lib:jar:1.2:compile", "org.example:lib:jar", "1.2", "lib-1.2.jar"),
            (" org.example:lib:[1.0,2.0) ", "org.example:lib:jar", "[1.0,2.0)", "lib-[1.0,2.0).jar"),
        ])
    func reading(_ text: String, _ key: String, _ version: String, _ filename: String) throws {
        let requirement = try JarRequirement(text)
        #expect(requirement.key.description == key)
        #expect(requirement.version == version)
        #expect(ArtifactCoordinate(requirement.key, version).filename == filename)
    }

    @Test("a doubled colon asks for the environment's Scala, a missing version for the managed one")
    func shorthand() throws {
        let requirement = try JarRequirement("io.delta::delta-spark:4.0.0")
        #expect(requirement.takesScalaSuffix)
        #expect(requirement.artifact == "delta-spark")
        #expect(try JarRequirement("org.example:lib").version == nil)
    }

    @Test(
        "what is no coordinate, or would name a file elsewhere, is refused",
        arguments: [
            "lib", "", "a:b:c:d:e:f", "a:b:", ":b:1", "../x:b:1", "a:..:1", "a:b:../../etc", "a/b/c:d:1",
            "a:b:1/2",
            "a b:c:1", "a:b:1:x/y", "a:b:[1,2", "a:b:${v}", "a..b:c:1",
        ])
    func refused(_ text: String) {
        #expect { try JarRequirement(text) } throws: { error in
            let code = (error as? MavenPackagingError)?.code
            return code == .badCoordinate || code == .badRange
        }
    }

    @Test(
        "the Scala of an artifact's name is found",
        arguments: [
            ("delta-spark_2.13", "delta-spark", "2.13"), ("cats_3", "cats", "3"), ("kafka_2.12.15", "kafka", "2.12"),
        ])
    func scala(_ artifact: String, _ base: String, _ scala: String) throws {
        let found = try #require(ScalaSuffix.split(artifact))
        #expect(found.base == base)
        #expect(found.scala == scala)
    }

    @Test("names that only look like it have no Scala", arguments: ["jersey_2", "x_1.0", "a_b", "_2.13", "log4j"])
    func noScala(_ artifact: String) { #expect(ScalaSuffix.split(artifact) == nil) }
}
