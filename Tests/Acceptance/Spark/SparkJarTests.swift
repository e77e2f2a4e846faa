import Cryptography
import Foundation
import SystemPackage
import TestSupport
import Testing

/// Jars of a lock beside a real Spark, from a repository that the test writes.
@Suite(
    "Spark has an environment's jars", .serialized, .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct SparkJarTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("spark-jars")
    }

    /// Compiles a class and publishes it as a jar.
    private func publish(_ name: String, className: String, _ source: String, needs: [String] = []) async throws {
        let environment = try await SparkEnvironment.shared
        let folder = "repository/org/example/\(name)/1.0"
        let file = try scratch.write("sources/\(name)/\(className).java", source)
        let classes = scratch.file("classes/\(name)")
        let jar = scratch.file("\(folder)/\(name)-1.0.jar")
        let dependencies = needs.map {
            "<dependency><groupId>org.example</groupId><artifactId>\($0)</artifactId><version>1.0</version></dependency>"
        }
        try scratch.write(
            "\(folder)/\(name)-1.0.pom",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>\(name)</artifactId>\
            <version>1.0</version><dependencies>\(dependencies.joined())</dependencies></project>
            """)
        let path =
            ["\(environment.tree)/spark/jars/*", scratch.file("classes").string]
            + needs.map {
                scratch.file("classes/\($0)").string
            }
        try await Command(
            "javac", ["--release", "17", "-d", classes.string, "-cp", path.joined(separator: ":"), file.string]
        ).run()
        try await Command("jar", ["--create", "--file", jar.string, "-C", classes.string, "."]).run()
    }

    /// An environment like the shared one with a jar that needs another, as a folder and an image.
    private func environment() async throws -> (tree: FilePath, layout: FilePath) {
        let shared = try await SparkEnvironment.shared
        try await publish(
            "letters", className: "Letters",
            "package org.example; public class Letters { public static String loud(String s) { return s.toUpperCase() + \"!\"; } }"
        )
        try await publish(
            "shout", className: "Shout",
            """
            package org.example;
            public class Shout implements org.apache.spark.sql.api.java.UDF1<String, String> {
                public String call(String text) { return Letters.loud(text); }
            }
            """, needs: ["letters"])
        let recipe = try scratch.write(
            "shout.yaml",
            """
            name: shout
            python: {version: "3.11", packages: ["pyspark[sql,ml] ~= 4.0.1"], constraints: [pandas < 3]}
            jars: {repositories: [./repository], packages: ["org.example:shout:1.0"]}
            platform: linux-x86_64-glibc2.36
            base: \(Peer.repository)/base-images/debian12-python3.11-java17.lock.toml
            """)
        // The ready recipe's own versions, and its build of PySpark.
        try FileManager.default.copyItem(
            atPath: Peer.repository.appending("recipes/spark-4.0.lock.toml").string,
            toPath: scratch.file("shout.lock.toml").string)
        let (tree, layout) = (scratch.file("tree"), scratch.file("images"))
        try await Command(
            Peer.chidori,
            [
                "env", "build", recipe.string, "--to", tree.string, "--image", "oci:\(layout):shout", "--data",
                shared.data.string, "--quiet",
            ]
        ).run()
        return (tree, layout)
    }

    private static let job = """
        import os
        from pyspark.sql import SparkSession
        from pyspark.sql.types import StringType
        spark = SparkSession.builder.master(os.environ["MASTER_OF_JOB"]).config("spark.ui.enabled", "false").getOrCreate()
        spark.udf.registerJavaFunction("shout", "org.example.Shout", StringType())
        print(spark.range(3).repartition(2).selectExpr("shout(concat('a', id)) AS word").orderBy("word").toPandas().word.tolist())
        spark.stop()
        """

    @Test(
        "a job uses a jar of the lock and what that needs, in driver and executors, from the folder and from the image")
    func jobs() async throws {
        let shared = try await SparkEnvironment.shared
        let (tree, layout) = try await environment()
        let job = try scratch.write("job/job.py", Self.job)
        let said = "['A0!', 'A1!', 'A2!']\n"
        // Executors that are processes of their own find the jars too.
        for master in ["local[2]", "local-cluster[2,1,1024]"] {
            let outcome = try await shared.run(
                ["spark-submit", job.string], environment: ["MASTER_OF_JOB": master], tree: tree)
            #expect(outcome.text == said, outcome.everything)
        }
        let plain = try await shared.run(
            ["python", job.string], environment: ["MASTER_OF_JOB": "local[1]"], tree: tree)
        #expect(plain.text == said, plain.everything)
        let container = try await ContainerPeer(layout: layout, tag: "shout", bundle: scratch.file("bundle"))
        let inside = try await container.run(
            ["/opt/chidori/env/spark/entrypoint", "driver", "/job/job.py"], environment: ["MASTER_OF_JOB": "local[2]"],
            mounts: [
                "/job": scratch.file("job"), "/etc/hosts": try scratch.write("hosts", "127.0.0.1 localhost chidori\n"),
            ],
            readOnly: true)
        #expect(inside.text == said, inside.everything)
        try await shares(tree, layout)
    }

    /// Two environments with one PySpark have its files once: one folder on the volume, one blob, one layer.
    private func shares(_ tree: FilePath, _ layout: FilePath) async throws {
        let shared = try await SparkEnvironment.shared
        func package(_ tree: FilePath) async throws -> String {
            try await Command("realpath", [tree.appending("lib/python3.11/site-packages/pyspark").string]).run()
        }
        let folder = try await package(tree)
        #expect(try await package(shared.tree) == folder)
        #expect(folder.contains("/volume/packages/"))

        func layers(_ layout: FilePath, _ tag: String) async throws -> [(title: String, digest: String)] {
            let texts = try await [
                Command("skopeo", ["inspect", "--raw", "oci:\(layout):\(tag)"]).run(),
                Command("skopeo", ["inspect", "--config", "oci:\(layout):\(tag)"]).run(),
            ]
            let documents = try texts.map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
            let layers = try #require(documents[0]?["layers"] as? [[String: Any]]).compactMap {
                $0["digest"] as? String
            }
            let history = try #require(documents[1]?["history"] as? [[String: Any]])
            return zip(history.map { $0["created_by"] as? String ?? "" }, layers).map { ($0, $1) }
        }
        let (ours, theirs) = (try await layers(layout, "shout"), try await layers(shared.layout, "spark"))
        for title in ["chidori: pyspark 4.0.", "chidori: bytecode of pyspark 4.0."] {
            let digest = ours.first { $0.title.hasPrefix(title) }?.digest
            #expect(digest != nil && digest == theirs.first { $0.title.hasPrefix(title) }?.digest, "\(title)")
        }
        // Everything but the jars and what describes the environment is the same layer.
        let own = Set(ours.map(\.digest)).subtracting(theirs.map(\.digest))
        #expect(own.count <= 3, "\(ours.filter { own.contains($0.digest) })")
    }
}
