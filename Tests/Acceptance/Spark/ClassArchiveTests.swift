import Foundation
import SystemPackage
import TestSupport
import Testing

/// Class archives that a build has made, mapped by real starts of `spark-submit`.
@Suite(
    "Class archives", .serialized, .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct ClassArchiveTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("class-archive")
        try scratch.write("hosts", "127.0.0.1 localhost chidori\n")
        try scratch.write(
            "conf/spark.properties", "spark.master=local[2]\nspark.ui.enabled=false\nspark.app.id=spark-1\n")
        // Configuration that is a file of a folder on the class path, as Hadoop's is.
        try scratch.write(
            "conf/core-site.xml",
            "<configuration><property><name>chidori.test</name><value>seen</value></property></configuration>")
        try scratch.write(
            "job.py",
            """
            import sys
            from pyspark.sql import SparkSession
            spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
            print(spark.range(100).selectExpr("sum(id)").first()[0])
            print(spark.sparkContext._jsc.hadoopConfiguration().get("chidori.test"))
            spark.stop()
            """)
    }

    private func build(_ arguments: String...) async throws -> Command.Outcome {
        let environment = try await SparkEnvironment.shared
        let lock = Peer.repository.appending("recipes/spark-4.0.lock.toml").string
        let outcome = try await Command(
            Peer.chidori, ["env", "build", lock, "--class-archive", "--data", environment.data.string] + arguments
        ).outcome()
        #expect(outcome.succeeded && !outcome.errorText.contains("left out"), outcome.everything)
        return outcome
    }

    /// How many classes came from the archive, of those that `-Xlog:class+load` has told.
    private func mapped(_ log: String) -> Int {
        log.components(separatedBy: "source: shared objects file (top)").count - 1
    }

    /// To standard error: what the JVM logs may break off in the midst of a line that the job prints.
    private let options = "spark.driver.extraJavaOptions=-Xlog:class+load:stderr"

    @Test(
        "an image's is mapped by drivers as Kubernetes starts them, and left out, with a warning, where it would not map"
    )
    func image() async throws {
        let layout = scratch.file("images")
        _ = try await build("--image", "oci:\(layout):archive")
        // Made once: the same build again makes no layer.
        let again = try await build("--image", "oci:\(layout):again", "--json")
        #expect(again.text.contains("\"made\":0"), again.everything)
        let container = try await ContainerPeer(layout: layout, tag: "archive", bundle: scratch.file("bundle"))
        func run(_ more: [String]) async throws -> Command.Outcome {
            try await container.run(
                [
                    "/opt/chidori/env/spark/entrypoint", "driver", "--properties-file",
                    "/opt/spark/conf/spark.properties",
                ] + more + ["--class", "org.apache.spark.deploy.PythonRunner", "local:///work/job.py"],
                environment: ["SPARK_CONF_DIR": "/opt/spark/conf", "SPARK_DRIVER_BIND_ADDRESS": "127.0.0.1"],
                mounts: [
                    "/opt/spark/conf": scratch.file("conf"), "/work": scratch.path, "/etc/hosts": scratch.file("hosts"),
                ], readOnly: true)
        }
        let plain = try await run(["--conf", options])
        #expect(
            plain.succeeded && mapped(plain.errorText) > 8000,
            "\(mapped(plain.errorText))\n\(plain.errorText.suffix(3000))")
        #expect(plain.text.contains("4950\n") && plain.text.contains("seen\n"), "\(plain.text.suffix(3000))")
        #expect(!plain.errorText.contains("[warning]"), "\(plain.errorText.suffix(3000))")

        // Pointers of another size, another collector, and a jar before Spark's.
        let large = try await run(["--conf", options, "--driver-memory", "40g"])
        #expect(large.succeeded && mapped(large.errorText) == 0, large.everything)
        #expect(large.errorText.contains("classes.jsa is left out"), "\(large.errorText.prefix(3000))")
        let serial = try await run(["--conf", options + " -XX:+UseSerialGC"])
        #expect(serial.succeeded && serial.text.contains("4950\n"), "\(serial.errorText.suffix(3000))")
        let fronted = try await run(["--conf", options, "--driver-class-path", "/opt/mine.jar"])
        #expect(fronted.succeeded && mapped(fronted.errorText) == 0 && !fronted.errorText.contains("[warning]"))
    }

    @Test("a folder's is made for its own place, is mapped there, and belongs to what the folder should be")
    func folder() async throws {
        let environment = try await SparkEnvironment.shared
        let tree = scratch.file("tree")
        _ = try await build("--to", tree.string)
        let archive = tree.appending("spark/classes.jsa").string
        let place = try FileManager.default.destinationOfSymbolicLink(atPath: archive)
        let run = try await environment.run(
            ["spark-submit", "--conf", options, scratch.file("job.py").string], tree: tree)
        #expect(
            run.succeeded && mapped(run.errorText) > 8000, "\(mapped(run.errorText))\n\(run.errorText.suffix(3000))")
        let verified = try await Command(
            Peer.chidori, ["env", "verify", tree.string, "--data", environment.data.string]
        ).outcome()
        #expect(verified.succeeded, verified.everything)
        _ = try await build("--to", tree.string)
        #expect(try FileManager.default.destinationOfSymbolicLink(atPath: archive) == place)
    }
}
