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
        return "local-cluster[\(launch.executors),\(executorCores),\(executorHeap >> 20)]"
    }

    /// Whether executors are processes of their own here, which Spark's own workers start.
    var hasWorkers: Bool { master.hasPrefix("local-cluster") }

    private static func cores(_ cpu: Int64) -> Int64 { max(1, (cpu + 999) / 1000) }

    /// The JVM's heap, in bytes: what was asked for, within what the driver may take.
    var driverHeap: Int64? { heap(launch.task.driver.memory, within: launch.driver.memory) }

    private var executorHeap: Int64 { heap(launch.task.executors.memory, within: launch.executor.memory) ?? 1 << 30 }

    private var executorCores: Int64 {
        launch.task.executors.cores.map(Int64.init) ?? Self.cores(launch.executor.cpu)
    }

    /// What a limit leaves beside the least that Spark keeps free of heap: a tenth of it, 384 MiB at least.
    private func heap(_ asked: Int64?, within limit: Int64) -> Int64? {
        guard limit > 0 else { return asked }
        let most = max(64 << 20, min(limit - 384 << 20, limit * 10 / 11))
        return min(asked ?? .max, most)
    }

    /// The text of the file: a name, a blank and a value a line.
    var defaults: String {
        var settings = launch.task.sparkConf.settings.filter { launch.task.conf[$0.key] == nil }
        settings["spark.master"] = master
        settings["spark.app.name"] = launch.title
        settings["spark.driver.defaultJavaOptions"] =
            "-Djava.io.tmpdir=\(place.temporary) -XX:+ExitOnOutOfMemoryError"
        settings["spark.eventLog.enabled"] = "true"
        settings["spark.eventLog.dir"] = "file:\(place.events)"
        settings["spark.ui.killEnabled"] = "false"
        settings["spark.ui.showConsoleProgress"] = "false"
        settings["spark.ui.port"] = place.port.map { "\($0)" }
        if let driverHeap { settings["spark.driver.memory"] = "\(driverHeap >> 20)m" }
        if hasWorkers {
            settings["spark.executor.memory"] = "\(executorHeap >> 20)m"
            settings["spark.executor.cores"] = "\(executorCores)"
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
