import Foundation
import SystemPackage
import TestSupport
import Testing

/// Jars beside a PySpark: a wheel with the names of the real one's jars.
@Suite("Jars beside Spark")
struct SparkJarsTests {
    private let user: FreshUser
    private let folder: JarFolder
    private let version: String

    /// The jars that a real one knows to be of other groups than those that the tests ask for, and two whose own words count.
    private static func filled(_ spark: String) -> [String: [UInt8]] {
        func built(_ group: String, _ artifact: String, _ version: String) -> [UInt8] {
            // Names twice: real ones of Spark's have them, and the JVM does not mind.
            CraftedZip([
                .init("META-INF/LICENSE"),
                .init("META-INF/maven/\(group)/\(artifact)/pom.properties", "#made\nversion=\(version)\n"),
                .init("META-INF/LICENSE"),
            ]).bytes
        }
        var jars = ["json-1.8.jar": built("com.tdunning", "json", "1.8")]
        jars["annotations-17.0.0.jar"] =
            CraftedZip([
                .init(
                    "META-INF/MANIFEST.MF",
                    "Manifest-Version: 1.0\r\nAutomatic-Module-Name: org.jetbrains.an\r\n notations\r\n\r\n")
            ]).bytes
        if spark == "4.0.1" { jars["jline-3.27.1-jdk8.jar"] = built("org.jline", "jline", "3.27.1") }
        return jars
    }

    init() async throws {
        version = "4.0.1"
        user = try FreshUser([
            PySparkJars.wheel("4.0.1", filled: Self.filled("4.0.1")),
            PySparkJars.wheel("3.5.7", filled: Self.filled("3.5.7")),
        ])
        folder = try JarFolder(user: user)
        // As the real connector's POM: what Spark has, what Spark has in another version, and what it has not.
        for (spark, scala, kafka) in [
            ("4.0.1", "2.13", "3.9.1"), ("3.5.7", "2.12", "3.4.1"), ("4.0.1", "2.12", "3.9.1"),
        ] {
            try folder.publish(
                "org.apache.spark:spark-sql-kafka-0-10_\(scala):\(spark)",
                needs: [
                    "org.apache.spark:spark-token-provider-kafka-0-10_\(scala):\(spark)",
                    "org.apache.kafka:kafka-clients:\(kafka)", "com.google.code.findbugs:jsr305:3.0.0",
                    "org.apache.commons:commons-pool2:2.12.0", "org.scala-lang:scala-library:\(scala).99",
                ])
            try folder.publish(
                "org.apache.spark:spark-token-provider-kafka-0-10_\(scala):\(spark)",
                needs: ["org.apache.spark:spark-tags_\(scala):\(spark)"])
            try folder.publish(
                "org.apache.kafka:kafka-clients:\(kafka)",
                needs: ["org.slf4j:slf4j-api:1.7.36", "org.xerial.snappy:snappy-java:1.1.10.5"])
        }
        try folder.publish("org.apache.commons:commons-pool2:2.12.0")
        try folder.publish("org.json:json:20231013")
        try folder.publish("jline:jline:2.14.6")
        for group in ["software.amazon.awssdk", "org.jetbrains"] { try folder.publish("\(group):annotations:17.0.0") }
    }

    private func recipe(_ name: String, _ jars: [String], spark: String = "4.0.1") async throws -> String {
        try await folder.recipe(name, jars, packages: ["pyspark==\(spark)"])
    }

    private func jars(_ recipe: String) throws -> [String] {
        let lock = try String(contentsOfFile: recipe.replacing(".yaml", with: ".lock.toml"), encoding: .utf8)
        return lock.split(separator: "\n").filter { $0.hasPrefix("coordinate = ") }
            .map { String($0).replacing("coordinate = \"", with: "").replacing("\"", with: "") }
    }

    @Test(
        "a connector brings what Spark has not, for Spark's own Scala",
        arguments: [("4.0.1", "2.13", "3.9.1"), ("3.5.7", "2.12", "3.4.1")])
    func connector(_ spark: String, _ scala: String, _ kafka: String) async throws {
        let recipe = try await recipe("kafka", ["org.apache.spark::spark-sql-kafka-0-10:\(spark)"], spark: spark)
        let outcome = try await user.chidori("env", "lock", recipe)
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(
            try jars(recipe) == [
                "org.apache.spark:spark-sql-kafka-0-10_\(scala):\(spark)",
                "org.apache.spark:spark-token-provider-kafka-0-10_\(scala):\(spark)",
                "org.apache.kafka:kafka-clients:\(kafka)", "org.apache.commons:commons-pool2:2.12.0",
            ])
        // What Spark has in another version is told; what it has in the same is not.
        let told = outcome.errorText
        #expect(told.contains("Spark \(spark) has jars of its own in other versions than are asked for"), "\(told)")
        #expect(
            told.contains("    org.slf4j:slf4j-api: \(spark == "4.0.1" ? "2.0.16" : "2.0.7"), not 1.7.36"), "\(told)")
        #expect(told.contains("snappy-java") == (spark == "4.0.1"), "\(told)")
        #expect(!told.contains("jsr305") && !told.contains("spark-tags"), "\(told)")
        #expect(told.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(told)")
    }

    @Test("explain tells what is Spark's own, who asks for it and in which version")
    func explained() async throws {
        let recipe = try await recipe("kafka", ["org.apache.spark::spark-sql-kafka-0-10:4.0.1"])
        try await user.succeed("env", "lock", recipe, "--quiet")
        let result = try await user.result("env", "explain", "org.slf4j:slf4j-api", "--in", recipe)
        let jar = try #require((result.document["jars"] as? [[String: Any]])?.first)
        #expect(jar["provided"] as? Bool == true && jar["version"] as? String == "2.0.16")
        #expect(jar["reasons"] as? [String] == ["org.apache.kafka:kafka-clients:3.9.1 wants 1.7.36"])
        #expect(jar["file"] is NSNull)
        let text = try await user.succeed("env", "explain", "slf4j-api", "--in", recipe)
        #expect(text.hasPrefix("org.slf4j:slf4j-api 2.0.16, which Spark has itself\n  asked for by\n"), "\(text)")
    }

    @Test(
        "what is made for another Scala or Spark is refused with the coordinate that would do",
        arguments: [
            (
                "org.apache.spark:spark-sql-kafka-0-10_2.12:4.0.1", "4.0.1",
                "use org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1"
            ),
            (
                "org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7", "4.0.1",
                "use org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1"
            ),
            (
                "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1", "3.5.7",
                "use org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7"
            ),
            ("org.apache.spark:spark-sql_2.13:3.5.7", "4.0.1", "leave it out: the environment has it already"),
        ])
    func refused(_ jar: String, _ spark: String, _ advice: String) async throws {
        let recipe = try await recipe("wrong", [jar], spark: spark)
        try await user.refuse(["env", "lock", recipe], status: 4, naming: [jar, "the environment has", advice])
    }

    @Test("of two groups with one name only Spark's own is left out, where its jar tells the group")
    func groups() async throws {
        let recipe = try await recipe(
            "groups",
            [
                "org.json:json:20231013", "jline:jline:2.14.6", "software.amazon.awssdk:annotations:17.0.0",
                "org.jetbrains:annotations:17.0.0",
            ])
        let outcome = try await user.chidori("env", "lock", recipe, "--verbose")
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(try jars(recipe) == ["org.json:json:20231013", "software.amazon.awssdk:annotations:17.0.0"])
        #expect(outcome.errorText.contains("jline:jline:2.14.6 is Spark's own"), "\(outcome.errorText)")
    }

    @Test("a later Spark than the environment's is nothing to move to")
    func outdated() async throws {
        let connector = "org.apache.spark:spark-sql-kafka-0-10_2.13"
        try folder.list(connector, "4.0.1", "4.0.2", "4.1.0")
        let recipe = try await recipe("kafka", ["\(connector):4.0.1"])
        try await user.succeed("env", "lock", recipe, "--quiet")
        let found = try await user.result("env", "outdated", recipe).document["jars"] as? [[String: Any]]
        #expect(found?.map { $0["newest"] as? String } == ["4.0.2"])
    }

    @Test(
        "a real PySpark's jars tell what they are, once",
        .enabled(
            if: Peer.deep && Peer.has("bwrap") && FileManager.default.fileExists(atPath: realSource.string),
            "a long one, for scripts/deep, where PySpark's sources are at hand"))
    func real() async throws {
        let wheels = try await PeersWheels.fetched("setuptools", ["setuptools==80.9.0"])
        let places = ["--find-links", wheels.folder.string]
        let source = "pyspark @ file://\(Self.realSource)"
        user.index.add(WheelFixture("py4j", "0.10.9.9"))
        // Two jars that a name alone would take for Spark's, and two that are.
        try folder.publish("com.yammer.metrics:metrics-core:2.2.0")
        try folder.publish("io.dropwizard.metrics:metrics-core:4.2.0")
        try folder.publish("log4j:log4j:1.2.17")
        try folder.publish("org.apache.logging.log4j:log4j-1.2-api:2.24.3")
        let recipe = try await folder.recipe(
            "real",
            [
                "org.apache.spark::spark-sql-kafka-0-10:4.0.1", "org.json:json:20231013", "jline:jline:2.14.6",
                "com.yammer.metrics:metrics-core:2.2.0", "io.dropwizard.metrics:metrics-core:4.2.0",
                "log4j:log4j:1.2.17", "org.apache.logging.log4j:log4j-1.2-api:2.24.3",
                "software.amazon.awssdk:annotations:17.0.0",
            ], packages: [source])
        let outcome = try await user.command(["env", "lock", recipe, "--verbose"] + places).outcome()
        #expect(outcome.status == 0, "\(outcome.errorText)")
        #expect(
            try jars(recipe) == [
                "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1",
                "org.apache.spark:spark-token-provider-kafka-0-10_2.13:4.0.1", "org.apache.kafka:kafka-clients:3.9.1",
                "org.apache.commons:commons-pool2:2.12.0", "org.json:json:20231013",
                "com.yammer.metrics:metrics-core:2.2.0", "log4j:log4j:1.2.17",
                "software.amazon.awssdk:annotations:17.0.0",
            ])
        #expect(outcome.errorText.contains("io.dropwizard.metrics:metrics-core: 4.2.30, not 4.2.0"))
        #expect(outcome.errorText.contains("org.apache.logging.log4j:log4j-1.2-api:2.24.3 is Spark's own"))
        let wrong = try await folder.recipe(
            "wrong", ["org.apache.spark:spark-sql-kafka-0-10_2.12:3.5.7"], packages: [source])
        try await user.refuse(
            ["env", "lock", wrong] + places, status: 4,
            naming: ["use org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1"])
    }

    private static var realSource: FilePath { Peer.cache.appending("pyspark/pyspark-4.0.1.tar.gz") }
}
