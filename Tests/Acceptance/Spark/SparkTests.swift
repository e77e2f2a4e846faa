import Foundation
import SystemPackage
import TestSupport
import Testing

/// Real Spark from PyPI's source distribution, in both deliveries.
@Suite(
    "Spark runs", .serialized, .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"))
struct SparkTests {
    private func expect(pi: Command.Outcome) {
        let found = pi.text.split(separator: "\n").first { $0.hasPrefix("Pi is roughly ") }
        let value = found.flatMap { Double($0.dropFirst("Pi is roughly ".count)) } ?? 0
        #expect(pi.succeeded && abs(value - 3.14) < 0.1, pi.everything)
    }

    private func expect(words: Command.Outcome) {
        let lines = words.text.split(separator: "\n").map(String.init).filter { $0.contains(": ") }
        #expect(words.succeeded && lines.sorted() == ["one: 1", "three: 3", "two: 2"], words.everything)
    }

    private func expect(sql: Command.Outcome) {
        for line in ["|  19| Justin|", "Name: Justin", "|   Andy|"] {
            #expect(sql.succeeded && sql.text.contains(line), sql.everything)
        }
    }

    @Test("PySpark's own examples, from the folder, where another Python and another Spark are first on the path")
    func folder() async throws {
        let environment = try await SparkEnvironment.shared
        let work = try SparkEnvironment.resources()
        let examples = environment.tree.appending(SparkEnvironment.examples)
        expect(pi: try await environment.run(["spark-submit", "\(examples)/pi.py", "2"]))
        expect(words: try await environment.run(["python", "\(examples)/wordcount.py", work.file("words.txt").string]))
        expect(sql: try await environment.run(["spark-submit", "\(examples)/sql/basic.py"], in: work.path))
    }

    @Test("no jar of Spark's has a file of configuration, which a class path with the jars first would prefer")
    func jars() async throws {
        let environment = try await SparkEnvironment.shared
        let script = """
            import glob, re, sys, zipfile
            jars = glob.glob(sys.argv[1] + "/*.jar")
            names = {name for jar in jars for name in zipfile.ZipFile(jar).namelist()}
            form = r"(log4j2?(-test)?|metrics|spark-env|logback)\\.[a-z]+|.*-site\\.xml|spark-defaults\\.conf|fairscheduler\\.xml"
            print(len(jars) > 200, sorted(name for name in names if re.fullmatch(form, name)))
            """
        let said = try await Command("python3", ["-c", script, "\(environment.tree)/spark/jars"]).run()
        #expect(said == "True []\n")
    }

    @Test("PySpark comes from the environment's modules, with their bytecode, and so it does in workers")
    func modules() async throws {
        let environment = try await SparkEnvironment.shared
        let work = try Scratch("modules")
        let program = try work.write(
            "where.py",
            """
            import os, pyspark
            from pyspark.sql import SparkSession
            def where(_):
                import pyspark, sys
                return pyspark.__file__, os.path.exists(pyspark.__cached__), sys.executable
            spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
            print(where(0) == spark.sparkContext.parallelize([0], 1).map(where).first(), *where(0))
            print(os.environ["SPARK_HOME"])
            spark.stop()
            """)
        let outcome = try await environment.run(["spark-submit", program.string])
        let tree = environment.tree
        #expect(
            outcome.text == """
                True \(tree)/lib/python3.11/site-packages/pyspark/__init__.py True \(tree)/bin/python
                \(tree)/spark

                """, outcome.everything)
    }

    /// Files of a submission, as Spark mounts them into a driver, and of a pod, which knows its own name.
    private func submission(_ work: Scratch, _ lines: [String] = []) throws {
        let properties = ["spark.master=local[2]", "spark.ui.enabled=false", "spark.app.id=spark-1"] + lines
        try work.write("hosts", "127.0.0.1 localhost chidori\n")
        try work.write("conf/spark.properties", properties.joined(separator: "\n") + "\n")
    }

    private func driver(_ resource: String, _ arguments: [String], _ work: Scratch) -> [String] {
        [
            "/opt/chidori/env/spark/entrypoint", "driver", "--properties-file", "/opt/spark/conf/spark.properties",
            "--class", "org.apache.spark.deploy.PythonRunner", "local://\(resource)",
        ] + arguments
    }

    private let pod = [
        "SPARK_CONF_DIR": "/opt/spark/conf", "SPARK_DRIVER_BIND_ADDRESS": "127.0.0.1", "SPARK_LOCAL_DIRS": "/tmp/local",
        "SPARK_USER": "somebody", "SPARK_APPLICATION_ID": "spark-1",
    ]

    @Test(
        "PySpark's own examples, from the image, started as Kubernetes starts a driver, on a root that cannot be written"
    )
    func container() async throws {
        let environment = try await SparkEnvironment.shared
        let work = try SparkEnvironment.resources()
        try submission(work)
        let examples = "/opt/chidori/env/\(SparkEnvironment.examples)"
        func run(_ example: String, _ arguments: String...) async throws -> Command.Outcome {
            // The examples name their files from the folder that they run in, as a pod's `workingDir` may be.
            try await environment.container.run(
                ["sh", "-c", "cd /work && exec \"$@\"", "sh"] + driver("\(examples)/\(example)", arguments, work),
                environment: pod,
                mounts: [
                    "/opt/spark/conf": work.file("conf"), "/work": work.path, "/etc/hosts": work.file("hosts"),
                ], readOnly: true)
        }
        expect(pi: try await run("pi.py", "2"))
        expect(words: try await run("wordcount.py", "file:///work/words.txt"))
        expect(sql: try await run("sql/basic.py"))
    }

    @Test("an image starts with the environment's entry point, and says where Spark is")
    func configuration() async throws {
        let environment = try await SparkEnvironment.shared
        let text = try await Command("skopeo", ["inspect", "--config", "oci:\(environment.layout):spark"]).run()
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let configuration = try #require(document?["config"] as? [String: Any])
        #expect(configuration["Entrypoint"] as? [String] == ["/opt/chidori/env/spark/entrypoint"])
        let variables = try #require(configuration["Env"] as? [String])
        for variable in [
            "SPARK_HOME=/opt/chidori/env/spark", "PYSPARK_PYTHON=/opt/chidori/env/bin/python",
            "JAVA_HOME=/usr/lib/jvm/default-java",
        ] {
            #expect(variables.contains(variable), "\(variables)")
        }
        #expect(variables.contains { $0.hasPrefix("PATH=/opt/chidori/env/bin:") })
    }

    @Test("a driver and an executor, each started by the entry point, under a user id that nobody knows")
    func executor() async throws {
        let environment = try await SparkEnvironment.shared
        let work = try Scratch("executor")
        try submission(work, ["spark.executor.memory=512m", "spark.decommission.enabled=true"])
        try work.write("words.txt", "a file of the job")
        // A cluster without workers: its driver waits for whatever executor registers, as on Kubernetes.
        try work.write(
            "job.py",
            """
            import os, signal, subprocess, time
            # A test's threads hold signals back, and so does what they start.
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            from pyspark.sql import SparkSession
            spark = (
                SparkSession.builder.master("local-cluster[0,1,512]").config("spark.ui.enabled", "false")
                .config("spark.driver.port", "7078").config("spark.driver.host", "127.0.0.1").getOrCreate()
            )
            variables = dict(
                os.environ, SPARK_DRIVER_URL="spark://CoarseGrainedScheduler@127.0.0.1:7078", SPARK_EXECUTOR_ID="5",
                SPARK_EXECUTOR_CORES="2", SPARK_EXECUTOR_MEMORY="512m", SPARK_EXECUTOR_POD_IP="127.0.0.1",
                SPARK_APPLICATION_ID=spark.sparkContext.applicationId, SPARK_EXECUTOR_POD_NAME="exec-5",
                SPARK_RESOURCE_PROFILE_ID="0", SPARK_JAVA_OPT_0="-Dchidori.test=two words",
            )
            for name in ("PYTHONPATH", "PYSPARK_GATEWAY_PORT", "PYSPARK_GATEWAY_SECRET"):
                variables.pop(name, None)
            executor = subprocess.Popen(["/opt/chidori/env/spark/entrypoint", "executor"], env=variables)
            def where(_):
                import getpass, pandas, sys
                # A worker's parent is the daemon, whose parent is the executor.
                with open(f"/proc/{os.getppid()}/stat") as file:
                    executor = file.read().rsplit(")", 1)[1].split()[1]
                with open(f"/proc/{executor}/cmdline") as file:
                    command = file.read().split("\\0")
                backend = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
                return getpass.getuser(), sys.executable, backend in command, "-Dchidori.test=two words" in command
            print("said", *spark.sparkContext.parallelize(range(2), 2).map(where).first())
            def file(_):
                from pyspark import SparkFiles
                with open(SparkFiles.get("words.txt")) as file:
                    return file.read()
            spark.sparkContext.addFile("/work/words.txt")
            print("said", spark.sparkContext.parallelize([1], 1).map(file).first())
            print("said", spark.range(100).selectExpr("sum(id)").first()[0])
            # As Kubernetes does before it takes a pod away.
            print("said", subprocess.run(["/opt/decom.sh"], timeout=60).returncode)
            print("said", executor.wait(60))
            spark.stop()
            """)
        let outcome = try await environment.container.run(
            driver("/work/job.py", [], work), environment: pod,
            mounts: [
                "/opt/spark/conf": work.file("conf"), "/work": work.path, "/etc/hosts": work.file("hosts"),
            ], readOnly: true, user: (12345, 0))
        // The executor's log is among it.
        let said = outcome.text.split(separator: "\n").filter { $0.hasPrefix("said ") }
        #expect(
            said == [
                "said spark /opt/chidori/env/bin/python True True", "said a file of the job", "said 4950", "said 0",
                "said 0",
            ], outcome.everything)
    }
}
