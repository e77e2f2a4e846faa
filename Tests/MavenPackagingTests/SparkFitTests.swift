import Testing

@testable import MavenPackaging

@Suite("Jars for another Scala or Spark")
struct SparkFitTests {
    /// What is said of a jar that is asked for.
    private func refusal(
        _ coordinate: String, scala: String? = "2.13", spark: String? = "4.0.1"
    ) throws -> MavenPackagingError? {
        let requirement = try JarRequirement(coordinate)
        let artifact = ArtifactCoordinate(requirement.key, requirement.version ?? "")
        var mediation = Mediation()
        mediation.chosen = [
            ChosenArtifact(
                coordinate: artifact, scope: "compile", isOptional: false, isAtPath: false, path: [artifact],
                askers: [], lost: [], relocatedFrom: [])
        ]
        do {
            try SparkFit(scala: scala, spark: spark).check(mediation)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "what is made for another one is refused with the coordinate that would do",
        arguments: [
            ("org.apache.spark:spark-sql-kafka-0-10_2.12:4.0.1", "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1"),
            ("org.apache.spark:spark-sql-kafka-0-10_2.13:3.5.7", "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.1"),
            ("org.apache.spark:spark-avro_2.12:3.5.1", "org.apache.spark:spark-avro_2.13:4.0.1"),
            ("io.delta:delta-spark_2.12:4.0.0", "io.delta:delta-spark_2.13:4.0.0"),
            (
                "org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.9.0",
                "org.apache.iceberg:iceberg-spark-runtime-4.0_2.13:1.9.0"
            ),
            ("org.apache.hudi:hudi-spark3.5-bundle_2.13:1.0.2", "org.apache.hudi:hudi-spark4.0-bundle_2.13:1.0.2"),
            ("com.google.cloud.spark:spark-3.5-bigquery:0.42.0", "com.google.cloud.spark:spark-4.0-bigquery:0.42.0"),
            ("graphframes:graphframes:0.8.4-spark3.5-s_2.12", "graphframes:graphframes:0.8.4-spark4.0-s_2.13"),
            (
                "net.snowflake:spark-snowflake_2.13:2.12.0-spark_3.4",
                "net.snowflake:spark-snowflake_2.13:2.12.0-spark_4.0"
            ),
        ])
    func refused(_ coordinate: String, _ right: String) throws {
        let error = try #require(try refusal(coordinate))
        #expect(error.code == (error.message.contains("Scala") ? .wrongScala : .wrongSpark))
        #expect(error.subject == coordinate)
        #expect(error.advice == "use \(right)")
        #expect(try refusal(right) == nil)
    }

    @Test(
        "what is made for this one, or for none, is taken",
        arguments: [
            "org.apache.spark:spark-sql-kafka-0-10_2.13:4.0.0", "org.apache.kafka:kafka-clients:3.9.0",
            "com.datastax.spark:spark-cassandra-connector_2.13:3.5.1", "io.delta:delta-spark_4.0_2.13:4.1.0",
            "org.elasticsearch:elasticsearch-spark-30_2.13:8.15.0",
            "com.holdenkarau:spark-testing-base_2.13:4.0.0_2.0.1",
            "com.johnsnowlabs.nlp:spark-nlp_2.13:5.5.0", "org.mongodb.spark:mongo-spark-connector_2.13:10.5.0",
            "org.apache.spark:spark-network-common_2.13.16:4.0.1",
        ])
    func taken(_ coordinate: String) throws {
        #expect(try refusal(coordinate) == nil)
        #expect(try refusal(coordinate, scala: nil, spark: nil) == nil)
    }

    @Test("both are told at once, and without a Spark only the Scala counts")
    func both() throws {
        let error = try refusal("org.apache.spark:spark-avro_2.12:3.5.1")
        #expect(
            error?.message
                == "is made for Scala 2.12 and Spark 3.5.1, and the environment has Scala 2.13 and Spark 4.0.1")
        #expect(
            try refusal("org.apache.spark:spark-avro_2.12:3.5.1", spark: nil)?.advice
                == "use org.apache.spark:spark-avro_2.13:3.5.1")
    }

    @Test("who brings it is named, and what to do about that")
    func through() throws {
        var poms = try PackagedPOMs([project("connector_2.12:1"), project("app:1", "connector_2.12:1")])
        let mediation = try poms.mediate(["app:1"])
        #expect { try SparkFit(scala: "2.13").check(mediation) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .wrongScala && error?.message.contains("through g:app:1") == true
                && error?.advice == "use a g:app for Scala 2.13, or exclude g:connector_2.12"
        }
        try SparkFit(scala: "2.12").check(mediation)
    }

    @Test("a part of Spark itself that a recipe asks for in another version is refused, not passed over")
    func ownPart() throws {
        var mediation = Mediation()
        let own = ProvidedModule(group: nil, artifact: "spark-sql_2.13", version: "4.0.1")
        func asked(_ version: String, _ path: [ArtifactCoordinate]) -> LeftOut {
            let coordinate = ArtifactCoordinate(
                group: "org.apache.spark", artifact: "spark-sql_2.13", version: version)
            return LeftOut(coordinate: coordinate, provided: own, path: path)
        }
        let fit = SparkFit(scala: "2.13", spark: "4.0.1")
        mediation.leftOut = [asked("4.0.0", [])]
        try fit.check(mediation)
        mediation.leftOut = [asked("3.5.7", [ArtifactCoordinate(group: "g", artifact: "a", version: "1")])]
        try fit.check(mediation)
        mediation.leftOut = [asked("3.5.7", [])]
        #expect { try fit.check(mediation) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .wrongSpark && error?.advice?.contains("leave it out") == true
        }
    }

    @Test("the latest version that is no pre-release is the one that there is to move to")
    func newest() {
        let listing = ModuleListing(
            versions: ["3.9.0", "4.0.0", "4.1.0-rc1", "4.0.0-preview1", "20030203.000550", "5-SNAPSHOT", "2.0"])
        #expect(listing.newest(after: "3.9.0") == "4.0.0")
        #expect(listing.newest(after: "4.0.0") == nil)
        #expect(listing.newest(after: "4.0.0-rc1") == "4.1.0-rc1")
        #expect(listing.newest(after: "3.9.0") { !$0.hasPrefix("4") } == nil)
        let guava = ModuleListing(versions: ["33.4.0-jre", "33.4.8-jre", "33.4.8-android"])
        #expect(guava.newest(after: "33.4.0-jre") == "33.4.8-jre")
        let netty = ModuleListing(versions: ["4.1.118.Final", "4.1.119.Final", "5.0.0.Alpha2"])
        #expect(netty.newest(after: "4.1.118.Final") == "4.1.119.Final")
    }
}
