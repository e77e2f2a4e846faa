import DriverProvider
import FileSystem
import Foundation
import JobModel
import SystemPackage
import TestSupport
import Testing

@testable import LocalProvider

@Suite("what a driver's process is")
struct CommandTests {
    private let scratch: Scratch
    private let place = DriverCommand.Place(work: "/logs/job/work", home: "/home/ann", user: "ann", port: 24_100)

    init() throws {
        scratch = try Scratch("command")
    }

    /// An environment with these programs, as far as a command needs one.
    private func environment(_ programs: String...) throws -> DeliveredEnvironment {
        for name in programs {
            let file = try scratch.write("env/bin/\(name)", "#!/bin/sh\n")
            chmod(file.string, 0o755)
        }
        try scratch.file("env/spark/jars").makeFolders()
        try scratch.file("env/jars").makeFolders()
        return DeliveredEnvironment(
            id: String(repeating: "ab", count: 32), tree: scratch.file("env").string, variables: ["GREETING": "hello"])
    }

    private func launch(_ change: (inout DriverLaunch) throws -> Void) rethrows -> DriverLaunch {
        var launch = DriverLaunch(
            attempt: LocalStage.attempt(), token: FencingToken(1), tenant: "acme", user: "ann", title: "daily",
            task: TaskTemplate(), driver: Resources(cpu: 1500, memory: 2 << 30))
        try change(&launch)
        return launch
    }

    private func command(_ launch: DriverLaunch, base: [String: String] = ["PATH": "/usr/bin:/bin"]) throws
        -> DriverCommand
    {
        try DriverCommand(launch, at: place, base: base)
    }

    @Test("a Python program runs in its environment's Python, and finds nothing of another")
    func python() throws {
        let file = try scratch.write("train.py", "import json\n")
        let found = try command(
            launch {
                $0.environment = try environment("python")
                $0.task.file = file.string
                $0.task.arguments = ["--epochs", "2"]
                $0.task.variables = ["A": "task", "B": "task"]
                $0.variables = ["B": "launch", "CHIDORI_TASK_INDEX": "0"]
            }, base: ["PATH": "/usr/bin", "PYTHONPATH": "/elsewhere", "SPARK_HOME": "/elsewhere"])
        let tree = scratch.file("env").string
        #expect(found.words == ["\(tree)/bin/python", file.string, "--epochs", "2"])
        #expect(found.variables["PATH"] == "\(tree)/bin:/usr/bin")
        #expect(found.variables["PYTHONPATH"] == nil)
        #expect(found.variables["SPARK_HOME"] == "\(tree)/spark")
        #expect(found.variables["SPARK_DIST_CLASSPATH"] == "\(tree)/jars/*")
        #expect(found.variables["GREETING"] == "hello")
        #expect(found.variables["A"] == "task" && found.variables["B"] == "launch")
        #expect(found.variables["HOME"] == "/home/ann" && found.variables["USER"] == "ann")
        #expect(found.variables["TMPDIR"] == "/logs/job/work/tmp")
        #expect(found.port == nil && found.files.isEmpty)
    }

    @Test("a plain command is looked for in the environment first, then on the machine")
    func plain() throws {
        let environment = try environment("sh")
        let own = try command(
            launch {
                $0.environment = environment
                $0.task.command = ["sh", "-c", "true"]
                $0.task.arguments = ["x"]
            })
        #expect(own.words == [scratch.file("env/bin/sh").string, "-c", "true", "x"])
        #expect(try command(launch { $0.task.command = ["sh"] }).words == ["/usr/bin/sh"])
        #expect(try command(launch { $0.task.command = ["/any/where"] }).words == ["/any/where"])
        #expect { try command(launch { $0.task.command = ["no-such-program"] }) } throws: {
            ($0 as? DriverProviderError)?.code == .badLaunch && "\($0)".contains("no-such-program")
        }
    }

    @Test(
        "spark-submit runs a Python program that is one of Spark's, unless the job says otherwise",
        arguments: [
            ("from pyspark.sql import SparkSession", nil, true), ("    import pyspark", nil, true),
            ("import json", nil, false), ("# import pyspark", nil, false), ("import json", true, true),
            ("import pyspark", false, false),
        ] as [(String, Bool?, Bool)])
    func spark(text: String, said: Bool?, isSpark: Bool) throws {
        let file = try scratch.write("job.py", text + "\n")
        let found = try command(
            launch {
                $0.environment = try environment("python", "spark-submit")
                $0.task.file = file.string
                $0.task.spark = said
            })
        #expect(found.words[0].hasSuffix(isSpark ? "/bin/spark-submit" : "/bin/python"))
        #expect(found.words[1] == file.string)
    }

    @Test("what a job asks of Spark reaches spark-submit, and what the server sets up gives way to it")
    func submit() throws {
        let file = try scratch.write("job.py", "")
        let found = try command(
            launch {
                $0.environment = try environment("python", "spark-submit")
                $0.task.file = file.string
                $0.task.arguments = ["--conf", "mine"]
                $0.task.conf = ["spark.sql.shuffle.partitions": "7", "spark.app.name": "its own = name"]
                $0.task.pyFiles = ["/a.py", "/b.zip"]
                $0.task.jars = ["/c.jar"]
            })
        #expect(
            found.words.dropFirst() == [
                "--conf", "spark.app.name=its own = name", "--conf", "spark.sql.shuffle.partitions=7", "--py-files",
                "/a.py,/b.zip", "--jars", "/c.jar", file.string, "--conf", "mine",
            ])
        let defaults = try #require(found.files["conf/spark-defaults.conf"])
        let lines = defaults.split(separator: "\n")
        #expect(lines.contains("spark.master local[2]"))
        #expect(lines.contains("spark.ui.port 24100"))
        #expect(lines.contains("spark.eventLog.dir file:/logs/job/work/events"))
        // 2 GiB hold a heap and an overhead of 384 MiB.
        #expect(lines.contains("spark.driver.memory 1664m"))
        #expect(found.variables["SPARK_CONF_DIR"] == "/logs/job/work/conf")
        #expect(found.variables["SPARK_LOCAL_IP"] == "127.0.0.1")
        #expect(found.port == 24_100)
        #expect(found.links.isEmpty)
    }

    @Test("executors that were asked for are processes of their own beside the driver")
    func executors() throws {
        let found = try command(
            launch {
                $0.environment = try environment("python", "spark-submit")
                $0.task.mainClass = "org.example.Job"
                $0.executors = 2
                $0.executor = Resources(cpu: 1000, memory: 1408 << 20)
                $0.task.driver.memory = 1 << 30
            })
        #expect(found.words.dropFirst() == ["--class", "org.example.Job", "spark-internal"])
        let lines = try #require(found.files["conf/spark-defaults.conf"]).split(separator: "\n")
        #expect(lines.contains("spark.master local-cluster[2,1,1024]"))
        #expect(lines.contains("spark.executor.memory 1024m"))
        #expect(lines.contains("spark.driver.memory 1024m"))
        // Workers write where their home is, and the environment is not for writing.
        #expect(found.variables["SPARK_HOME"] == "/logs/job/work/spark")
        #expect(found.links["spark"] == [scratch.file("env/spark/jars")])
    }

    @Test("an order that cannot be carried out is refused by name, with what to do")
    func refused() throws {
        let environment = try environment("python", "spark-submit")
        let file = try scratch.write("job.py", "").string
        func refusal(_ change: (inout DriverLaunch) -> Void) -> String {
            do {
                _ = try command(launch(change))
                return ""
            } catch {
                return "\((error as? DriverProviderError)?.code == .badLaunch) \(error)"
            }
        }
        #expect(refusal { _ in }.hasPrefix("true daily: names neither a file nor a class nor a command"))
        #expect(refusal { $0.task.file = "job.py" }.contains("job.py: is no absolute path"))
        #expect(refusal { $0.task.file = "/no/such/job.py" }.contains("/no/such/job.py: is not there"))
        #expect(refusal { $0.task.file = "/no/job.jar" }.contains("its environment has none"))
        #expect(
            refusal {
                $0.environment = environment
                $0.task.file = file
                $0.task.conf = ["spark.submit.deployMode": "cluster"]
            }.contains("spark.submit.deployMode: cannot be `cluster`"))
    }
}
