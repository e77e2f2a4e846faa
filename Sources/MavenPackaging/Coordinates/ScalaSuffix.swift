/// The Scala version in an artifact's name: `_2.13`, `_3`.
///
/// Jars for one Scala do not work with another one; nothing in a POM says so but the name.
public enum ScalaSuffix {
    /// The artifact's name without its suffix, and the suffix's version; `nil` for a name without one.
    public static func split(_ artifact: String) -> (base: String, scala: String)? {
        guard let mark = artifact.lastIndex(of: "_") else { return nil }
        let scala = artifact[artifact.index(after: mark)...]
        let parts = scala.split(separator: ".", omittingEmptySubsequences: false)
        guard mark > artifact.startIndex,
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        guard scala == "3" || parts.count >= 2 && parts[0] == "2" else { return nil }
        return (String(artifact[..<mark]), parts.prefix(2).joined(separator: "."))
    }

    /// Checks that artifacts are for the environment's Scala.
    ///
    /// - Parameter scala: its binary version: `2.13`.
    /// - Throws: `MavenPackagingError.Code.wrongScala` for the first that is not, with the coordinate that would be.
    public static func check(
        _ artifacts: [ChosenArtifact], scala: String
    ) throws(MavenPackagingError) {
        for artifact in artifacts where artifact.isNeededToRun {
            let coordinate = artifact.coordinate
            guard let (base, own) = split(coordinate.module.artifact), own != scala else { continue }
            let right = "\(coordinate.module.group):\(base)_\(scala):\(coordinate.version)"
            let through = artifact.path.dropLast()
            throw MavenPackagingError(
                .wrongScala, "\(coordinate)",
                "is made for Scala \(own), and the environment has Scala \(scala)"
                    + (through.isEmpty
                        ? "" : " (through " + through.map(\.description).joined(separator: " → ") + ")"),
                advice: through.isEmpty
                    ? "use \(right)" : "use a \(through[0].module) for Scala \(scala), or exclude \(coordinate.module)")
        }
    }

    /// Checks that what is made for one Spark is used with it: artifacts of Spark's own group have its version's first
    /// two numbers.
    ///
    /// - Parameter spark: the environment's: `4.0.1`.
    /// - Throws: `MavenPackagingError.Code.wrongSpark`.
    public static func check(
        _ artifacts: [ChosenArtifact], spark: String
    ) throws(MavenPackagingError) {
        let wanted = spark.split(separator: ".").prefix(2)
        for artifact in artifacts where artifact.isNeededToRun {
            let coordinate = artifact.coordinate
            guard coordinate.module.group == "org.apache.spark", coordinate.module.artifact.hasPrefix("spark-"),
                coordinate.version.split(separator: ".").prefix(2) != wanted
            else { continue }
            let through = artifact.path.dropLast()
            throw MavenPackagingError(
                .wrongSpark, "\(coordinate)",
                "is made for Spark \(coordinate.version), and the environment has Spark \(spark)"
                    + (through.isEmpty
                        ? "" : " (through " + through.map(\.description).joined(separator: " → ") + ")"),
                advice: "use \(coordinate.module):\(spark)")
        }
    }
}
