import Foundation
import PythonPackaging
import SystemPackage
import TestSupport
import Testing

@testable import Publishing

/// Spark's home, with a PySpark that has scripts and jars of a line each, and a JVM that says what it was started with.
@Suite("Spark's home in an environment", .enabled(if: Peer.has("bash")))
struct SparkHomeTests {
    private let scratch: Scratch
    private let environment: FilePath

    init() throws {
        scratch = try Scratch("spark")
        environment = scratch.file("env")
        let package = "env/lib/python3.11/site-packages/pyspark"
        for jar in ["zulu-1.jar", "Alpha-1.jar", "slf4j-api-2.jar", "beta-1.jar"] {
            try scratch.write("\(package)/jars/\(jar)", jar)
        }
        try scratch.write(
            "\(package)/bin/load-spark-env.sh", "export SPARK_CONF_DIR=\"${SPARK_CONF_DIR:-${SPARK_HOME}/conf}\"\n")
        for name in ["two-1.jar", "One-1.jar"] { try scratch.write("env/jars/\(name)", name) }
        try scratch.write("env/bin/python", "")
        let spark = try #require(SparkHome(units: ["pyspark", "org.example:one"]))
        let glue = TreeGlue(interpreter: nil, python: PythonVersion(3, 11), manifest: [], spark: spark)
        let folder = try Folder(environment)
        try folder.makeFolders(SparkHome.folders)
        for entry in try glue.entries() where entry.path.hasPrefix("spark/") {
            switch entry.content {
            case .link(let target): try folder.link(entry.path, to: target)
            case .file(let bytes, let isExecutable):
                try folder.write(bytes, to: entry.path, isExecutable: isExecutable)
            }
        }
        // The launcher's command is what CLASS_PATH says; of any other class, the words are told, a line each.
        try scratch.write(
            "java/java",
            """
            #!/bin/sh
            for word; do [ "$word" != org.apache.spark.launcher.Main ] || launches=yes; done
            if [ -n "$launches" ]; then
                if [ -n "$FAILS" ]; then echo "no such option: $FAILS"; exit 3; fi
                printf 'a word to people\\n\\0\\n'
                printf '%s\\0' env HELD=fast java ${OPTIONS:--Xmx1g} -cp "$CLASS_PATH" org.example.Main 'two words' ''
            else
                printf '%s\\n' "held $HELD" "$@"
            fi

            """)
        chmod(scratch.file("java/java").string, 0o755)
    }

    private var home: String { environment.appending("spark").string }

    private func run(
        _ program: String, _ arguments: [String] = [], _ variables: [String: String?] = [:]
    ) async throws -> Command.Outcome {
        var all: [String: String?] = [
            "PATH": "\(scratch.file("java")):/usr/bin:/bin", "JAVA_HOME": nil, "SPARK_HOME": nil, "SPARK_CONF_DIR": nil,
            "SPARK_DIST_CLASSPATH": nil, "HADOOP_CONF_DIR": nil, "SPARK_CLASSPATH": nil,
        ]
        for (name, value) in variables { all[name] = value }
        return try await Command("\(home)/\(program)", arguments, in: scratch.path, environment: all).outcome()
    }

    private var sparkJars: String {
        ["slf4j-api-2", "Alpha-1", "beta-1", "zulu-1"].map { "\(home)/jars/\($0).jar" }.joined(separator: ":")
    }
    private var ownJars: String {
        ["One-1", "two-1"].map { "\(environment)/jars/\($0).jar" }.joined(separator: ":")
    }
    /// What Spark's launcher makes of an environment with jars of its own.
    private var usual: String {
        "hive-jackson/*:\(home)/conf:\(home)/jars/slf4j-api-2.jar:\(home)/jars/*:\(environment)/jars/*"
    }

    @Test(
        "the class path has jars by their names, behind the folder of the configuration, and everything else as it was")
    func order() async throws {
        let outcome = try await run("bin/spark-class", ["org.example.Main"], ["CLASS_PATH": usual])
        let lines = [
            "a word to people", "held fast", "-Xmx1g", "-cp", "\(home)/conf:\(sparkJars):\(ownJars)",
            "org.example.Main", "two words", "",
        ]
        #expect(outcome.text == lines.map { $0 + "\n" }.joined(), "\(outcome.errorText)")
    }

    @Test("with a class archive Spark's jars come first, and what the JVM says of it goes to standard error")
    func archive() async throws {
        try scratch.write("env/spark/classes.jsa", "")
        let outcome = try await run("bin/spark-class", [], ["CLASS_PATH": usual])
        let lines = [
            "-Xmx1g", "-XX:SharedArchiveFile=\(home)/classes.jsa", "-Xlog:cds*=off,class+path*=off",
            "-Xlog:cds*=warning,class+path*=warning:stderr", "-cp",
            "\(sparkJars):\(home)/conf:\(ownJars)", "org.example.Main",
        ]
        #expect(outcome.text.contains(lines.joined(separator: "\n")), "\(outcome.text)\(outcome.errorText)")
    }

    @Test(
        "an archive is left out where pointers are larger than its own, which is told",
        arguments: [
            ("40g", true), ("32768m", true), ("1t", true), ("34359738368", true), ("31g", false), ("512m", false),
        ])
    func heap(size: String, isLarge: Bool) async throws {
        try scratch.write("env/spark/classes.jsa", "")
        let driver = try await run("bin/spark-class", [], ["CLASS_PATH": usual, "OPTIONS": "-Xmx\(size)"])
        let other = try await run(
            "entrypoint", ["executor"], executor.merging(["SPARK_EXECUTOR_MEMORY": size]) { $1 }.mapValues { $0 })
        for outcome in [driver, other] {
            #expect(outcome.succeeded && outcome.text.contains("SharedArchiveFile") == !isLarge, "\(outcome.text)")
            #expect(outcome.errorText.contains("classes.jsa is left out") == isLarge, "\(outcome.errorText)")
        }
    }

    @Test("what somebody puts before Spark's jars stays before them, and an archive of one's own is the only one")
    func before() async throws {
        try scratch.write("env/spark/classes.jsa", "")
        let fronted = try await run("bin/spark-class", [], ["CLASS_PATH": "/opt/mine.jar:" + usual])
        #expect(fronted.text.contains("\n-cp\n/opt/mine.jar:\(home)/conf:\(sparkJars):\(ownJars)\n"))
        #expect(!fronted.text.contains("SharedArchiveFile"))
        let own = try await run(
            "bin/spark-class", [], ["CLASS_PATH": usual, "OPTIONS": "-XX:SharedArchiveFile=/mine.jsa"])
        #expect(own.text.components(separatedBy: "SharedArchiveFile").count == 2, "\(own.text)")
    }

    @Test("a launcher that fails, and a machine without Java, are told")
    func failures() async throws {
        let failed = try await run("bin/spark-class", [], ["FAILS": "--colour"])
        #expect(failed.status == 3 && failed.errorText == "no such option: --colour\n", "\(failed)")
        let without = try await run("bin/spark-class", [], ["PATH": try onlyBash().string])
        #expect(without.status == 127 && without.errorText.contains("needs Java"), "\(without.errorText)")
        #expect(without.errorText.contains("try: "))
    }

    /// A folder with what the scripts need, Java left out.
    private func onlyBash() throws -> FilePath {
        let folder = scratch.file("bare")
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        for name in ["bash", "env", "dirname", "cat"] {
            let program = try #require(Peer.find(name))
            try FileManager.default.createSymbolicLink(
                atPath: folder.appending(name).string, withDestinationPath: program.string)
        }
        return folder
    }

    private let executor = [
        "SPARK_DRIVER_URL": "spark://CoarseGrainedScheduler@driver:7078", "SPARK_EXECUTOR_ID": "7",
        "SPARK_EXECUTOR_CORES": "2", "SPARK_EXECUTOR_MEMORY": "1408m", "SPARK_APPLICATION_ID": "spark-1",
        "SPARK_EXECUTOR_POD_IP": "10.0.0.7", "SPARK_EXECUTOR_POD_NAME": "exec-7", "SPARK_RESOURCE_PROFILE_ID": "3",
    ]

    @Test("an executor starts with the variables that Spark's driver gives its container")
    func executorCommand() async throws {
        let given = [
            "SPARK_JAVA_OPT_0": "-Da=zero", "SPARK_JAVA_OPT_10": "-Da=ten", "SPARK_JAVA_OPT_2": "-Da=two words",
            "SPARK_CONF_DIR": "/opt/spark/conf", "HADOOP_CONF_DIR": "/opt/hadoop/conf",
            "SPARK_CLASSPATH": "/x/front.jar",
            "SPARK_EXTRA_CLASSPATH": "/x/more.jar", "SPARK_DIST_CLASSPATH": "/x/dist.jar",
        ]
        let outcome = try await run("entrypoint", ["executor"], executor.merging(given) { $1 }.mapValues { $0 })
        let path =
            "/opt/spark/conf:/opt/hadoop/conf:/x/front.jar:\(sparkJars):/x/more.jar:\(scratch.path):\(ownJars):/x/dist.jar"
        let words = [
            "-Da=zero", "-Da=two words", "-Da=ten", "-Xms1408m", "-Xmx1408m", "-cp", path,
            "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend", "--driver-url",
            "spark://CoarseGrainedScheduler@driver:7078", "--executor-id", "7", "--cores", "2", "--app-id", "spark-1",
            "--hostname", "10.0.0.7", "--resourceProfileId", "3", "--podName", "exec-7",
        ]
        #expect(outcome.text == "held \n" + words.map { $0 + "\n" }.joined(), "\(outcome.errorText)")
    }

    @Test("an executor maps the class archive too, unless something stands before Spark's jars")
    func executorArchive() async throws {
        try scratch.write("env/spark/classes.jsa", "")
        let plain = try await run("entrypoint", ["executor"], executor.mapValues { $0 })
        #expect(plain.text.contains("-XX:SharedArchiveFile=\(home)/classes.jsa\n"))
        #expect(plain.text.contains("\n-cp\n\(sparkJars):\(home)/conf:"))
        let fronted = try await run(
            "entrypoint", ["executor"], executor.merging(["SPARK_CLASSPATH": "/x.jar"]) { $1 }.mapValues { $0 })
        #expect(fronted.text.contains("\n-cp\n\(home)/conf:/x.jar:\(sparkJars):"))
        #expect(!fronted.text.contains("SharedArchiveFile"))
    }

    @Test(
        "an executor without a variable that it needs says which", arguments: ["SPARK_DRIVER_URL", "SPARK_EXECUTOR_ID"])
    func missing(_ name: String) async throws {
        var variables: [String: String?] = executor.mapValues { $0 }
        variables[name] = .some(nil)
        let outcome = try await run("entrypoint", ["executor"], variables)
        #expect(outcome.status == 64 && outcome.errorText.contains(name), "\(outcome.errorText)")
    }

    @Test("a driver is submitted in client mode, bound to its pod, with what Spark has asked for")
    func driver() async throws {
        try scratch.write(
            "env/lib/python3.11/site-packages/pyspark/bin/spark-submit", "#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
        chmod(scratch.file("env/lib/python3.11/site-packages/pyspark/bin/spark-submit").string, 0o755)
        let arguments = [
            "--properties-file", "/opt/spark/conf/spark.properties", "--class", "X", "local:///a.py", "b c",
        ]
        let outcome = try await run("entrypoint", ["driver"] + arguments, ["SPARK_DRIVER_BIND_ADDRESS": "10.0.0.2"])
        let words = [
            "--conf", "spark.driver.bindAddress=10.0.0.2", "--conf",
            "spark.executorEnv.SPARK_DRIVER_POD_IP=10.0.0.2", "--deploy-mode", "client",
        ]
        #expect(outcome.text == (words + arguments).map { $0 + "\n" }.joined(), "\(outcome.errorText)")
    }

    @Test("a container that starts in the root works in a folder of its own, where a job's files can be")
    func workFolder() async throws {
        try scratch.write("local/x", "")
        let submit = "env/lib/python3.11/site-packages/pyspark/bin/spark-submit"
        try scratch.write(submit, "#!/bin/sh\npwd\n")
        chmod(scratch.file(submit).string, 0o755)
        func place(_ start: String) async throws -> String {
            try await Command(
                "sh", ["-c", "cd \"$1\" && exec \"$2/entrypoint\" driver", "sh", start, home],
                environment: ["SPARK_LOCAL_DIRS": "\(scratch.file("local")),/nowhere"]
            ).run()
        }
        #expect(try await place(scratch.path.string) == "\(scratch.path)\n")
        #expect(try await place("/").hasPrefix("\(scratch.file("local"))/work-"))
    }

    @Test("what takes an executor away tells the JVM alone, and waits until it has gone")
    func decommission() async throws {
        let backend = "org.apache.spark.scheduler.cluster.k8s.KubernetesExecutorBackend"
        // The launcher above it has the same words, and would end at once.
        try scratch.write(
            "executor/java",
            """
            #!/bin/bash
            trap 'sleep 1; echo handed over; exit 0' PWR
            echo started
            while :; do sleep 0.1; done

            """)
        let java = scratch.file("executor/java").string
        chmod(java, 0o755)
        let script = """
            # A test's threads hold signals back, and so would what they start.
            start='import os, signal, sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execv("/bin/bash", sys.argv[1:])'
            exec 3< <(exec python3 -c "$start" java "$1" \(backend))
            read -r said <&3 && echo "$said"
            timeout 30 "$2/decommission" && echo gone
            cat <&3
            "$2/decommission" || echo "status $?"
            """
        let outcome = try await Command("bash", ["-c", script, "bash", java, home]).outcome()
        #expect(outcome.text == "started\ngone\nhanded over\nstatus 1\n", "\(outcome.errorText)")
        #expect(outcome.errorText.contains("no executor"))
    }

    @Test("activate puts the environment's jars before what stands on the class path, and deactivate takes them away")
    func activation() async throws {
        try scratch.write("env/bin/activate", Activation.script)
        let script = """
            . "$1/bin/activate"; echo "$SPARK_DIST_CLASSPATH $SPARK_HOME"; deactivate; echo "${SPARK_DIST_CLASSPATH-none}"
            """
        for (before, inside, after) in [(nil, "", "none"), ("/x/*:/y", ":/x/*:/y", "/x/*:/y")]
            as [(String?, String, String)]
        {
            let outcome = try await Command(
                "bash", ["-c", script, "bash", environment.string],
                environment: ["SPARK_DIST_CLASSPATH": before]
            ).outcome()
            #expect(outcome.text == "\(environment)/jars/*\(inside) \(home)\n\(after)\n", "\(outcome.errorText)")
        }
    }

    @Test("any other program runs with the environment's programs first, its Spark, and its jars")
    func other() async throws {
        let outcome = try await run(
            "entrypoint", ["sh", "-c", "echo \"$PATH|$SPARK_HOME|$PYSPARK_PYTHON|$SPARK_DIST_CLASSPATH\"; exit 5"],
            ["SPARK_HOME": "/opt/other"])
        #expect(outcome.status == 5)
        let bin = environment.appending("bin")
        #expect(outcome.text.hasPrefix("\(bin):\(scratch.file("java")):/usr/bin"))
        #expect(outcome.text.hasSuffix("|\(home)|\(bin)/python|\(environment)/jars/*\n"), "\(outcome.text)")
    }

    @Test("only an environment with PySpark has a Spark, and its variables keep what stands there already")
    func variables() throws {
        #expect(SparkHome(units: ["pandas", "org.example:one", "pyspark-client"]) == nil)
        let plain = try #require(SparkHome(units: ["pyspark"]))
        #expect(plain.variables(at: "/e", beside: "/x").map(\.name) == ["SPARK_HOME"])
        let withJars = try #require(SparkHome(units: ["org.example:one", "pyspark"]))
        #expect(
            withJars.variables(at: "/e", beside: "/x:/e/jars/*").map { "\($0.name)=\($0.value)" }
                == ["SPARK_HOME=/e/spark", "SPARK_DIST_CLASSPATH=/e/jars/*:/x"])
    }
}
