internal import DriverProvider
internal import JobModel
internal import SystemPackage

/// How Spark runs here, for whatever starts it in a driver: as `spark-defaults.conf`, which a program's own words win over.
struct SparkSettings {
    private let launch: DriverLaunch
    private let place: DriverCommand.Place

    init(_ launch: DriverLaunch, at place: DriverCommand.Place) {
        self.launch = launch
        self.place = place
    }

    /// Where the driver's tasks run: in its own JVM, on as many threads as it has cores; where executors were asked for, in
    /// processes of their own beside it.
    var master: String {
        if let given = launch.task.conf["spark.master"] { return given }
        guard launch.executors > 0 else { return "local[\(Self.cores(launch.driver.cpu))]" }
        let cores = launch.task.executors.cores.map(Int64.init) ?? Self.cores(launch.executor.cpu)
        return "local-cluster[\(launch.executors),\(cores),\(max(1, executorHeap >> 20))]"
    }

    /// Whether executors are processes of their own here, which Spark's own workers start.
    var hasWorkers: Bool { master.hasPrefix("local-cluster") }

    static func cores(_ cpu: Int64) -> Int64 { max(1, (cpu + 999) / 1000) }

    /// The JVM's heap, in bytes: what was asked for, or what is left of the driver's memory beside Spark's overhead of a
    /// tenth, at least 384 MiB.
    var driverHeap: Int64? {
        if let memory = launch.task.driver.memory { return memory }
        return launch.driver.memory > 0 ? Self.heap(of: launch.driver.memory) : nil
    }

    private var executorHeap: Int64 {
        launch.task.executors.memory ?? (launch.executor.memory > 0 ? Self.heap(of: launch.executor.memory) : 1 << 30)
    }

    private static func heap(of total: Int64) -> Int64 {
        max(256 << 20, min(total - 384 << 20, total * 10 / 11))
    }

    /// The text of the file: a name, a blank and a value a line.
    var defaults: String {
        var settings = [
            "spark.master": master,
            "spark.app.name": launch.title,
            "spark.driver.defaultJavaOptions":
                "-Djava.io.tmpdir=\(place.temporary) -XX:+ExitOnOutOfMemoryError",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": "file:\(place.events)",
            "spark.ui.killEnabled": "false",
            "spark.ui.showConsoleProgress": "false",
        ]
        if let port = place.port { settings["spark.ui.port"] = "\(port)" }
        if let driverHeap { settings["spark.driver.memory"] = "\(driverHeap >> 20)m" }
        if launch.executors > 0 {
            settings["spark.executor.instances"] = "\(launch.executors)"
            settings["spark.executor.memory"] = "\(executorHeap >> 20)m"
            settings["spark.executor.cores"] =
                "\(launch.task.executors.cores.map(Int64.init) ?? Self.cores(launch.executor.cpu))"
        }
        return settings.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.escaped($0.value))\n" }.joined()
    }

    /// A value of `java.util.Properties`: one line, backslashes doubled.
    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value.unicodeScalars {
            switch character {
            case "\\": text += "\\\\"
            case "\n", "\r", "\t": text += " "
            default: text.unicodeScalars.append(character)
            }
        }
        return text
    }

    var variables: [String: String] {
        var variables = [
            "SPARK_CONF_DIR": place.configuration.string, "SPARK_LOCAL_DIRS": place.temporary.string,
        ]
        // What runs on this machine alone is reached on it alone.
        if master.hasPrefix("local") { variables["SPARK_LOCAL_IP"] = "127.0.0.1" }
        return variables
    }
}

/// The command line of a driver that `spark-submit` starts, in client mode: the driver is the process.
enum SparkSubmit {
    static func words(_ launch: DriverLaunch, _ environment: DriverEnvironment?) throws -> [String] {
        let task = launch.task
        guard let environment, environment.hasSpark else {
            throw DriverProviderError(
                .badLaunch, launch.title, "is one for Spark, and its environment has none",
                advice: "name an environment with `pyspark` among its packages")
        }
        if task.conf["spark.submit.deployMode"] == "cluster" {
            throw DriverProviderError(
                .badLaunch, "spark.submit.deployMode", "cannot be `cluster`: this server runs the driver itself",
                advice: "leave the setting out")
        }
        var words = [environment.sparkSubmit]
        for (name, value) in task.conf.sorted(by: { $0.key < $1.key }) { words += ["--conf", "\(name)=\(value)"] }
        if let mainClass = task.mainClass { words += ["--class", mainClass] }
        for (option, values) in [
            ("--py-files", task.pyFiles), ("--jars", task.jars), ("--files", task.files),
            ("--archives", task.archives),
        ] where !values.isEmpty {
            words += [option, values.joined(separator: ",")]
        }
        if let file = task.file {
            // Spark itself fetches what is elsewhere.
            if !file.contains("://") { try DriverCommand.check(file) }
            words.append(file)
        } else {
            // Spark's word for a class that is on the class path already.
            words.append("spark-internal")
        }
        return words + task.arguments
    }
}
