internal import MavenPackaging

/// PySpark against Spark's jars against Scala against Java.
struct SparkRules {
    let jars: [Jar]
    /// PySpark's version; `nil` without PySpark.
    let spark: String?
    let java: JavaRuntime

    func findings() -> [Finding] {
        scala() + sparks() + javas()
    }

    private var own: [Jar] { jars.filter { $0.origin == .environment } }

    // MARK: Scala

    private func scala() -> [Finding] {
        // Spark's library says which Scala there is; without Spark, the environment's.
        let libraries = jars.filter { $0.artifact == "scala-library" }
        let library = libraries.first { $0.origin == .spark } ?? libraries.first
        let wanted = library?.version.map(minor)
        let made = own.compactMap { jar in SparkFit.madeFor(jar.coordinate).scala.map { (jar: jar, scala: $0) } }
        guard let wanted else {
            let found = Dictionary(grouping: made, by: \.scala).sorted { $0.key < $1.key }
            guard found.count > 1 else { return [] }
            let needs = found.map { scala, jars in "\(scala) by \(listed(jars.map(\.jar.title)))" }
            return [
                Finding(
                    .scalaVersion, .conflict, found.map { "scala-\($0.key)" },
                    title: "Scala \(listed(found.map(\.key)))",
                    "are needed in one environment: \(needs.joined(separator: "; "))",
                    advice: "choose jars for one Scala",
                    count: made.count,
                    examples: made.map(\.jar.name))
            ]
        }
        return made.filter { $0.scala != wanted }.map { jar, scala in
            Finding(
                .scalaVersion, .conflict, [jar.name], title: jar.title,
                "is made for Scala \(scala), and \(library?.origin == .spark ? "this Spark" : "the environment") has \(wanted)",
                advice: "use \(SparkFit(scala: wanted, spark: spark).fitting(jar.coordinate))")
        }
    }

    // MARK: Spark

    private func sparks() -> [Finding] {
        guard let spark else { return [] }
        var findings: [Finding] = []
        if let core = jars.first(where: { $0.origin == .spark && $0.library == "spark-core" }),
            let version = core.version, minor(version) != minor(spark)
        {
            findings.append(
                Finding(
                    .sparkVersion, .conflict, ["pyspark", core.name], title: "pyspark \(spark)",
                    "brings jars of Spark \(version)", advice: "take pyspark from where its own jars come from"))
        }
        for jar in own {
            guard let made = SparkFit.madeFor(jar.coordinate).spark else { continue }
            let isSparks = SparkFit.isOfSpark(jar.coordinate.module)
            if minor(made) != minor(spark) {
                findings.append(
                    Finding(
                        .sparkVersion, .conflict, [jar.name], title: jar.title,
                        "is made for Spark \(made), and the environment has \(spark)",
                        advice: "use \(SparkFit(spark: spark).fitting(jar.coordinate))"))
            } else if isSparks, made != spark {
                let right = ArtifactCoordinate(jar.coordinate.key, spark)
                findings.append(
                    Finding(
                        .sparkVersion, .warning, [jar.name], title: jar.title,
                        "is of another release than the environment's Spark \(spark)", advice: "use \(right)"))
            }
        }
        return findings
    }

    /// The first two numbers of a version.
    private func minor(_ version: String) -> String {
        version.split(separator: ".").prefix(2).joined(separator: ".")
    }

    // MARK: Java

    private func javas() -> [Finding] {
        let tested = spark.flatMap(Self.tested)
        var findings: [Finding] = []
        switch java {
        case .version(let found, let base):
            let ofSpark = jars.filter { $0.origin == .spark }.compactMap(\.content.java).max()
            if let ofSpark, ofSpark > found {
                findings.append(
                    Finding(
                        .javaVersion, .conflict, ["pyspark"], title: "pyspark \(spark ?? "")",
                        "needs Java \(ofSpark), and \(base) has \(found)", advice: "choose a base with Java \(ofSpark)")
                )
            } else if let tested, let last = tested.last, found > last {
                findings.append(
                    Finding(
                        .javaVersion, .warning, ["pyspark"], title: "pyspark \(spark ?? "")",
                        "is made for Java \(listed(tested.map(String.init))), and \(base) has \(found)",
                        advice: "choose a base with Java \(last)"))
            }
            findings += tooNew(than: found) { "\(base) has Java \(found)" }
        case .none(let base):
            if spark != nil {
                findings.append(
                    Finding(
                        .javaVersion, .warning, ["pyspark"], title: "pyspark \(spark ?? "")",
                        "needs Java, and \(base) has none",
                        advice: "choose a base with Java, unless Spark Connect is all that the job uses"))
            }
        case .unknown:
            if let last = tested?.last {
                findings += tooNew(than: last) { "no Java that Spark \(spark ?? "") is made for has them" }
            }
        }
        return findings
    }

    /// The environment's jars with classes for a newer Java, by the Java they need.
    private func tooNew(than java: Int, _ what: () -> String) -> [Finding] {
        let jars = own.filter { ($0.content.java ?? 0) > java }
        return Dictionary(grouping: jars) { $0.content.java ?? 0 }.sorted { $0.key < $1.key }.map { needed, jars in
            Finding(
                .javaVersion, .conflict, ["java-\(needed)"], title: listed(jars.map(\.title)),
                "\(jars.count == 1 ? "needs" : "need") Java \(needed), and " + what(),
                advice: "choose a base with Java \(needed), or versions for Java \(java)", count: jars.count,
                examples: jars.map(\.name))
        }
    }

    /// The Java versions that Spark's own documentation names for a release; `nil` for releases not known here.
    static func tested(_ spark: String) -> [Int]? {
        let parts = spark.split(separator: ".").compactMap { Int($0) }
        guard parts.count >= 2 else { return nil }
        switch (parts[0], parts[1]) {
        case (2, _): return [8]
        case (3, 0...2): return [8, 11]
        case (3, _): return [8, 11, 17]
        case (4, 0...1): return [17, 21]
        default: return nil
        }
    }
}

/// The Java that an environment will run with.
public enum JavaRuntime: Sendable, Hashable {
    /// Its major version, and what has it.
    case version(Int, in: String)
    /// What it stands on has none.
    case none(in: String)
    /// Nothing tells.
    case unknown
}
