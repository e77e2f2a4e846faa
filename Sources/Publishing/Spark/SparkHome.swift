internal import PythonPackaging
internal import Units

/// `ENV/spark`, the `SPARK_HOME` of an environment that has PySpark.
///
/// PySpark is a Spark of its own: its folder has the jars and the scripts. The home leads there by links, and has three
/// things of ours: a `spark-class` that gives the JVM its class path in one order everywhere, the programs that
/// containers start and end with, and no `python/lib`, so that Python takes `pyspark` from the environment, with its bytecode, and not
/// from a zip that is compiled anew at each start.
public struct SparkHome: Sendable, Hashable {
    /// Below ENV.
    public static let folder = "spark"
    /// What containers of an image start with, below ENV.
    public static let entryPoint = "\(folder)/entrypoint"

    /// What ends an executor gently, below ENV; and where Spark looks for it in a container unless it is told otherwise.
    public static let decommission = (program: "\(folder)/decommission", place: "opt/decom.sh")

    /// The JVM's class archive, below ENV.
    public static let classArchiveName = "\(folder)/classes.jsa"

    /// Whether the environment has jars of its own, in `ENV/jars`.
    public let hasJars: Bool
    /// Where a folder's class archive is, which was made for the folder's own place; `nil` where there is none.
    public var classArchive: String?

    /// The home of an environment with these units; `nil` for one without PySpark.
    ///
    /// - Parameter units: their names; a jar's is `group:artifact`.
    public init?(units: some Sequence<String>) {
        var (hasSpark, hasJars) = (false, false)
        for name in units {
            if name == "pyspark" { hasSpark = true }
            if name.utf8.contains(UInt8(ascii: ":")) { hasJars = true }
        }
        guard hasSpark else { return nil }
        self.hasJars = hasJars
    }

    /// The variables by which programs find it.
    ///
    /// The environment's jars come behind Spark's own, as those of `SPARK_DIST_CLASSPATH` do for driver and executors
    /// alike; what else stands there comes behind them.
    ///
    /// - Parameters:
    ///   - root: where ENV is.
    ///   - classPath: the `SPARK_DIST_CLASSPATH` that there is already.
    public func variables(at root: String, beside classPath: String?) -> [(name: String, value: String)] {
        var variables = [(name: "SPARK_HOME", value: "\(root)/\(Self.folder)")]
        if hasJars {
            let jars = "\(root)/jars/*"
            let rest = (classPath ?? "").split(separator: ":").filter { $0 != jars }
            variables.append(("SPARK_DIST_CLASSPATH", ([jars[...]] + rest).joined(separator: ":")))
        }
        return variables
    }

    /// The folders of the home, below ENV, outermost first.
    static let folders = [folder, "\(folder)/bin", "\(folder)/python"]

    /// Scripts of PySpark's that the home leads to. They call each other through `SPARK_HOME/bin`.
    private static let scripts = [
        "beeline", "find-spark-home", "load-spark-env.sh", "pyspark", "run-example", "spark-shell", "spark-sql",
        "spark-submit", "sparkR",
    ]
    private static let resources = ["data", "examples", "jars", "sbin"]

    /// What is in the home, in the order of the paths.
    func entries(_ python: PythonVersion) -> [TreeGlue.Entry] {
        let package = "\(python.sitePackages)/pyspark"
        var entries = [
            file("bin/spark-class", SparkScripts.sparkClass, isExecutable: true),
            file("class-path.sh", SparkScripts.classPath, isExecutable: false),
            file("decommission", SparkScripts.decommission, isExecutable: true),
            file("entrypoint", SparkScripts.entryPoint, isExecutable: true),
            link("python/pyspark", to: "../../\(package)/python/pyspark"),
        ]
        entries += Self.scripts.map { link("bin/\($0)", to: "../../\(package)/bin/\($0)") }
        entries += Self.resources.map { link($0, to: "../\(package)/\($0)") }
        if let classArchive { entries.append(link("classes.jsa", to: classArchive)) }
        return entries.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func file(_ path: String, _ text: String, isExecutable: Bool) -> TreeGlue.Entry {
        TreeGlue.Entry(
            path: "\(Self.folder)/\(path)", content: .file(Array(text.utf8), isExecutable: isExecutable))
    }

    private func link(_ path: String, to target: String) -> TreeGlue.Entry {
        TreeGlue.Entry(path: "\(Self.folder)/\(path)", content: .link(to: target))
    }
}
