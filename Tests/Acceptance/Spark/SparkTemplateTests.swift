import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// The recipes without a lock, against a repository that the test writes with the POMs' graph of Maven's own.
@Suite(
    "Templates of Spark's recipes", .serialized, .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct SparkTemplateTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("templates")
    }

    /// Publishes a POM, and a jar that holds its name.
    ///
    /// - Parameter needs: `group:artifact:version`, with a scope behind it where it is not `compile`.
    private func publish(_ coordinate: String, needs: [String] = []) throws {
        let parts = coordinate.split(separator: ":").map(String.init)
        let dependencies = needs.map { need in
            let words = need.split(separator: ":").map(String.init)
            return """
                <dependency><groupId>\(words[0])</groupId><artifactId>\(words[1])</artifactId>\
                <version>\(words[2])</version><scope>\(words.count > 3 ? words[3] : "compile")</scope></dependency>
                """
        }
        let folder = parts[0].replacing(".", with: "/") + "/\(parts[1])/\(parts[2])/\(parts[1])-\(parts[2])"
        try scratch.write(
            "repository/\(folder).pom",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>\(parts[0])</groupId><artifactId>\(parts[1])</artifactId>\
            <version>\(parts[2])</version><dependencies>\(dependencies.joined())</dependencies></project>
            """)
        let bytes = CraftedZip([.init("\(parts[1]).txt", coordinate)]).bytes
        try scratch.write("repository/\(folder).jar", bytes)
        try scratch.write("repository/\(folder).jar.sha256", SHA256Digest(of: bytes).hex)
    }

    /// The jars of a template's environment, in the order of the class path.
    private func jars(_ name: String) async throws -> [String] {
        let text = try String(contentsOfFile: "\(Peer.repository)/recipes/\(name).yaml", encoding: .utf8)
        let recipe = try scratch.write(
            "\(name).yaml", text.replacing("jars:\n", with: "jars:\n  repositories: [./repository]\n"))
        // The ready recipe's own versions, and its build of PySpark.
        try FileManager.default.copyItem(
            atPath: Peer.repository.appending("recipes/spark-4.0.lock.toml").string,
            toPath: scratch.file("\(name).lock.toml").string)
        let data = try await SparkEnvironment.shared.data
        try await Command(Peer.chidori, ["env", "lock", recipe.string, "--data", data.string, "--quiet"]).run()
        let lock = try String(contentsOfFile: scratch.file("\(name).lock.toml").string, encoding: .utf8)
        let table = lock.components(separatedBy: "[[tool.chidori.jars]]").dropFirst()
        return table.compactMap { part in
            part.components(separatedBy: "coordinate = \"").dropFirst().first?.components(separatedBy: "\"").first
        }
    }

    @Test("Kafka's source brings its client, its pool and its tokens, and nothing that Spark has")
    func kafka() async throws {
        let spark = "org.apache.spark:spark"
        try publish(
            "\(spark)-sql-kafka-0-10_2.13:4.0.5",
            needs: [
                "\(spark)-token-provider-kafka-0-10_2.13:4.0.5", "\(spark)-sql_2.13:4.0.5:provided",
                "org.apache.kafka:kafka-clients:3.9.1", "org.apache.commons:commons-pool2:2.12.0",
                "com.google.code.findbugs:jsr305:3.0.0", "org.scala-lang:scala-library:2.13.16",
            ])
        try publish(
            "\(spark)-token-provider-kafka-0-10_2.13:4.0.5",
            needs: ["org.apache.kafka:kafka-clients:3.9.1", "\(spark)-core_2.13:4.0.5:provided"])
        try publish(
            "org.apache.kafka:kafka-clients:3.9.1",
            needs: ["org.lz4:lz4-java:1.8.0", "org.xerial.snappy:snappy-java:1.1.10.5", "org.slf4j:slf4j-api:1.7.36"])
        try publish("org.apache.commons:commons-pool2:2.12.0")
        for coordinate in [
            "com.google.code.findbugs:jsr305:3.0.0", "org.scala-lang:scala-library:2.13.16", "org.lz4:lz4-java:1.8.0",
            "org.xerial.snappy:snappy-java:1.1.10.5", "org.slf4j:slf4j-api:1.7.36",
        ] {
            try publish(coordinate)
        }
        #expect(
            try await Set(jars("spark-kafka")) == [
                "\(spark)-sql-kafka-0-10_2.13:4.0.5", "\(spark)-token-provider-kafka-0-10_2.13:4.0.5",
                "org.apache.kafka:kafka-clients:3.9.1", "org.apache.commons:commons-pool2:2.12.0",
            ])
    }

    @Test("Delta's tables bring their storage, and not the parser that Spark has")
    func delta() async throws {
        try publish(
            "io.delta:delta-spark_2.13:4.0.0",
            needs: [
                "io.delta:delta-storage:4.0.0", "org.antlr:antlr4-runtime:4.13.1",
                "org.apache.spark:spark-sql_2.13:4.0.0:provided",
            ])
        try publish("io.delta:delta-storage:4.0.0")
        try publish("org.antlr:antlr4-runtime:4.13.1")
        #expect(try await jars("spark-delta") == ["io.delta:delta-spark_2.13:4.0.0", "io.delta:delta-storage:4.0.0"])
    }
}
