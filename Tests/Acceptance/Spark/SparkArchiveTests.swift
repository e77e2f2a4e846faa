import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a real `spark-submit --archives` makes of an archive on a cluster of processes of its own.
@Suite(
    "Archives on Spark's executors", .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct SparkArchiveTests {
    @Test("executors run the environment that they have unpacked", arguments: ["demo.tar.gz", "demo.zip"])
    func executors(_ name: String) async throws {
        let user = try FreshUser()
        let spark = try await SparkEnvironment.shared
        let recipe = try await user.recipe("demo", ["good"])
        try await user.succeed("env", "build", recipe, "--archive", name, "--python", "/usr/bin/python3.11", "--quiet")
        let job = try user.scratch.write(
            "job.py",
            """
            from pyspark.sql import SparkSession
            session = SparkSession.builder.getOrCreate()
            def where(_):
                import good, os, sys
                return os.path.relpath(good.__file__), os.path.relpath(sys.prefix), os.path.exists(good.__cached__)
            print(session.sparkContext.parallelize(range(2), 2).map(where).collect())
            session.stop()
            """)
        // A home of the cluster's own: its workers make their folders in there.
        let home = user.scratch.file("spark")
        try FileManager.default.createDirectory(atPath: home.string, withIntermediateDirectories: true)
        let original = spark.tree.appending("spark")
        for entry in try FileManager.default.contentsOfDirectory(atPath: original.string) {
            try FileManager.default.createSymbolicLink(
                atPath: home.appending(entry).string, withDestinationPath: original.appending(entry).string)
        }
        let modules = spark.tree.appending("lib/python3.11/site-packages/pyspark/python/lib")
        let zips = try FileManager.default.contentsOfDirectory(atPath: modules.string).filter { $0.hasSuffix(".zip") }
        let run = try await Command(
            home.appending("bin/spark-submit").string,
            [
                "--master", "local-cluster[1,1,1024]", "--archives", "\(user.scratch.file(name))#environment",
                "--conf", "spark.executorEnv.PYTHONPATH=" + zips.map { "\(modules)/\($0)" }.joined(separator: ":"),
                job.string,
            ], in: user.scratch.path,
            environment: [
                "SPARK_HOME": home.string, "PYSPARK_DRIVER_PYTHON": spark.tree.appending("bin/python").string,
                "PYSPARK_PYTHON": "./environment/bin/python", "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_CONF_DIR": nil,
            ]
        ).outcome()
        let place = "('environment/lib/python3.11/site-packages/good/__init__.py', 'environment', True)"
        #expect(run.succeeded && run.text.contains("[\(place), \(place)]"), run.everything)
    }
}
