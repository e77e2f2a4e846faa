internal import DriverProvider
internal import FileSystem
internal import Glibc
internal import JobModel
internal import SystemPackage

/// What a driver's process is: its words, its variables, and the files that it finds.
struct DriverCommand: Equatable {
    /// The program, as a path or a name that `PATH` leads to, and its arguments.
    var words: [String]
    var variables: [String: String]
    /// Texts, by path below the attempt's work folder.
    var files: [String: String] = [:]
    /// Folders of links there, by name, and where the links lead.
    var links: [String: [FilePath]] = [:]
    /// Where Spark's pages will be, if it is one of Spark's.
    var port: UInt16?

    /// Where an attempt's driver works.
    struct Place: Equatable {
        /// The attempt's `work`: the driver's own.
        var work: FilePath
        var temporary: FilePath { work.appending("tmp") }
        /// Spark's event log.
        var events: FilePath { work.appending("events") }
        /// Spark's configuration, as the provider sets it up.
        var configuration: FilePath { work.appending("conf") }
        var credentials: FilePath { work.appending("credentials") }
        var home: String
        var user: String
        /// For Spark's pages.
        var port: UInt16?
    }

    /// - Parameters:
    ///   - base: variables of the machine.
    /// - Throws: ``DriverProviderError`` with `.badLaunch`.
    init(_ launch: DriverLaunch, at place: Place, base: [String: String]) throws {
        let environment = DriverEnvironment(launch.environment)
        variables = base
        variables["HOME"] = place.home
        variables["USER"] = place.user
        variables["LOGNAME"] = place.user
        variables["TMPDIR"] = place.temporary.string
        variables["PYTHONUNBUFFERED"] = "1"
        if variables["LANG"] == nil { variables["LANG"] = "C.UTF-8" }
        if variables["PATH"] == nil { variables["PATH"] = "/usr/local/bin:/usr/bin:/bin" }
        if !launch.task.credentials.isEmpty { variables["CHIDORI_CREDENTIALS"] = place.credentials.string }
        environment?.set(&variables)
        if let environment, environment.hasSpark {
            let spark = SparkSettings(launch, at: place)
            files["conf/spark-defaults.conf"] = spark.defaults
            variables.merge(spark.variables) { $1 }
            port = place.port
            // An environment may name any folder, and the server sees more of them than a driver does.
            if spark.hasWorkers, let home = variables["SPARK_HOME"],
                FilePath(home).lexicallyNormalized().starts(with: FilePath(environment.tree))
            {
                // Spark's workers keep what executors print in their home, and an environment is read-only.
                links["spark"] = ((try? FilePath(home).folderNames()) ?? []).map { FilePath(home).appending($0) }
                variables["SPARK_HOME"] = place.work.appending("spark").string
            }
        }
        variables.merge(launch.task.variables) { $1 }
        variables.merge(launch.variables) { $1 }

        switch launch.task.kind {
        case .command: words = launch.task.command + launch.task.arguments
        case .jvm: words = try SparkSubmit.words(launch, environment)
        case .python:
            guard let file = launch.task.file else {
                throw DriverProviderError(.badLaunch, launch.title, "names neither a file nor a class nor a command")
            }
            if Self.wantsSpark(launch.task, environment) {
                words = try SparkSubmit.words(launch, environment)
            } else {
                try Self.check(file)
                words = [environment?.python ?? "python3", file] + launch.task.arguments
            }
        }
        words[0] = try Self.locate(words[0], path: variables["PATH"] ?? "", environment)
    }

    /// Whether a Python program is one for `spark-submit`: it says so, it asks for what only that gives, or it imports
    /// PySpark.
    private static func wantsSpark(_ task: TaskTemplate, _ environment: DriverEnvironment?) -> Bool {
        if task.asksForSpark || task.spark == false { return task.asksForSpark }
        guard environment?.hasSpark == true else { return false }
        if !(task.pyFiles + task.jars + task.files + task.archives).isEmpty { return true }
        guard let file = task.file, let bytes = try? FilePath(file).fileContents(limit: 16 << 20, isRegular: true)
        else { return true }
        return bytes.split(separator: UInt8(ascii: "\n")).contains { line in
            let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard words.count > 1, words[0].elementsEqual("import".utf8) || words[0].elementsEqual("from".utf8) else {
                return false
            }
            return line.firstRange(of: Array("pyspark".utf8)) != nil
        }
    }

    /// That a file which is named by a path of this machine is there.
    static func check(_ file: String) throws {
        guard file.hasPrefix("/") else {
            throw DriverProviderError(
                .badLaunch, file, "is no absolute path",
                advice: "name the file by its whole path on the server's machine")
        }
        guard FilePath(file).isFile else {
            throw DriverProviderError(
                .badLaunch, file, "is not there", advice: "check the path on the server's machine")
        }
    }

    /// The path of a program, as the driver would look for it.
    private static func locate(_ program: String, path: String, _ environment: DriverEnvironment?) throws -> String {
        if program.contains("/") { return program }
        for folder in path.split(separator: ":") {
            let candidate = "\(folder)/\(program)"
            if FilePath(candidate).isFile, access(candidate, X_OK) == 0 { return candidate }
        }
        throw DriverProviderError(
            .badLaunch, program,
            "is \(environment == nil ? "not" : "neither in the environment nor") on the machine's path",
            advice: environment == nil
                ? "name an environment that has it" : "add the package that brings it to the recipe")
    }
}

/// An environment as a driver sees it.
struct DriverEnvironment {
    private let delivered: DeliveredEnvironment

    init?(_ delivered: DeliveredEnvironment?) {
        guard let delivered else { return nil }
        self.delivered = delivered
    }

    var tree: String { delivered.tree }
    var python: String { "\(tree)/bin/python" }
    var sparkSubmit: String { "\(tree)/bin/spark-submit" }
    var hasSpark: Bool { FilePath(sparkSubmit).isThere }

    /// What makes programs find the environment, and nothing beside it: as `chidori env run` does.
    func set(_ variables: inout [String: String]) {
        let bin = "\(tree)/bin"
        variables["PATH"] = variables["PATH"].map { "\(bin):\($0)" } ?? bin
        variables["VIRTUAL_ENV"] = tree
        variables["CHIDORI_ENVIRONMENT"] = delivered.id
        variables["PYSPARK_PYTHON"] = python
        variables["PYSPARK_DRIVER_PYTHON"] = python
        for name in ["PYTHONHOME", "PYTHONPATH", "SPARK_HOME", "SPARK_DIST_CLASSPATH"] { variables[name] = nil }
        if FilePath("\(tree)/spark").isFolder { variables["SPARK_HOME"] = "\(tree)/spark" }
        if FilePath("\(tree)/jars").isFolder { variables["SPARK_DIST_CLASSPATH"] = "\(tree)/jars/*" }
        variables.merge(delivered.variables) { $1 }
    }
}

extension Array where Element == UInt8 {
    fileprivate func firstRange(of other: [UInt8]) -> Range<Int>? { self[...].firstRange(of: other) }
}

extension ArraySlice where Element == UInt8 {
    fileprivate func firstRange(of other: [UInt8]) -> Range<Int>? {
        guard count >= other.count else { return nil }
        for start in startIndex...(endIndex - other.count) where self[start...].starts(with: other) {
            return start..<start + other.count
        }
        return nil
    }
}
