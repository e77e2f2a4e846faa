/// What the jars of a class path must be made for: one Scala, one Spark.
///
/// Nothing in a POM says so. What says it is a name's suffix (`_2.13`), the version of Spark's own modules, and for other
/// connectors what stands behind `spark` in their name or version: `iceberg-spark-runtime-3.5_2.12`,
/// `hudi-spark3.5-bundle_2.12`, `graphframes:0.8.4-spark3.5-s_2.12`.
public struct SparkFit: Sendable {
    /// Scala's binary version, `2.13`; `nil` where nothing is known of it.
    public var scala: String?
    /// Spark's version, `4.0.1`; `nil` where there is none.
    public var spark: String?

    public init(scala: String? = nil, spark: String? = nil) {
        self.scala = scala
        self.spark = spark
    }

    /// Checks everything that a program will run with, and what is asked for though Spark has it.
    ///
    /// - Throws: `MavenPackagingError.Code.wrongScala`, `.wrongSpark` for the first that does not fit, with the coordinate
    ///   that would.
    public func check(_ mediation: Mediation) throws(MavenPackagingError) {
        for artifact in mediation.chosen where artifact.isNeededToRun {
            try check(artifact.coordinate, through: artifact.path.dropLast())
        }
        guard let spark else { return }
        for left in mediation.leftOut where left.path.isEmpty && Self.isOfSpark(left.coordinate.module) {
            let version = left.coordinate.version
            guard !version.isEmpty, Self.minor(version) != Self.minor(spark) else { continue }
            throw MavenPackagingError(
                .wrongSpark, "\(left.coordinate)", "is a part of Spark itself, and the environment has Spark \(spark)",
                advice: "leave it out: the environment has it already")
        }
    }

    /// Whether a version says that it is made for this Scala and this Spark, or says nothing of them.
    public func fits(_ project: ModuleVersion) -> Bool {
        let (ownScala, ownSpark) = Self.madeFor(ArtifactCoordinate(ArtifactKey(project.module), project.version))
        if let scala, let ownScala, ownScala != scala { return false }
        if let spark, let ownSpark, Self.minor(ownSpark) != Self.minor(spark) { return false }
        return true
    }

    private func check(
        _ coordinate: ArtifactCoordinate, through: ArraySlice<ArtifactCoordinate>
    ) throws(MavenPackagingError) {
        let (ownScala, ownSpark) = Self.madeFor(coordinate)
        var wrong: [(made: String, needed: String, minor: String)] = []
        var code = MavenPackagingErrorCode.wrongSpark
        if let scala, let ownScala, ownScala != scala {
            wrong.append(("Scala \(ownScala)", "Scala \(scala)", "Scala \(scala)"))
            code = .wrongScala
        }
        if let spark, let ownSpark, Self.minor(ownSpark) != Self.minor(spark) {
            wrong.append(("Spark \(ownSpark)", "Spark \(spark)", "Spark \(Self.minor(spark))"))
        }
        guard !wrong.isEmpty else { return }
        let way = through.isEmpty ? "" : " (through " + through.map(\.description).joined(separator: " → ") + ")"
        throw MavenPackagingError(
            code, "\(coordinate)",
            "is made for \(wrong.map(\.made).joined(separator: " and ")), and the environment has "
                + wrong.map(\.needed).joined(separator: " and ") + way,
            advice: through.first.map { root in
                let needed = wrong.map(\.minor).joined(separator: " and ")
                return "use a \(root.module) for \(needed), or exclude \(coordinate.module)"
            } ?? "use \(fitting(coordinate))")
    }

    /// The coordinate of the same thing for this Scala and this Spark, as its publisher would name it.
    public func fitting(_ coordinate: ArtifactCoordinate) -> ArtifactCoordinate {
        let artifact = coordinate.module.artifact
        var (base, suffix) = (artifact, "")
        if let (name, own) = ScalaSuffix.split(artifact) {
            base = name
            suffix = own == scala || scala == nil ? String(artifact.dropFirst(name.count)) : "_\(scala ?? own)"
        }
        var version = coordinate.version
        if Self.isOfSpark(coordinate.module) {
            if let spark, Self.minor(version) != Self.minor(spark) { version = spark }
        } else {
            if let (name, own) = Self.scalaSuffix(ofVersion: version), let scala, own != scala {
                version = "\(name)_\(scala)"
            }
            version = withThisSpark(version)
            base = withThisSpark(base)
        }
        let module = ModuleName(group: coordinate.module.group, artifact: base + suffix)
        return ArtifactCoordinate(coordinate.key.renamed(module), version)
    }

    private func withThisSpark(_ text: String) -> String {
        guard let spark, let range = Self.sparkVersion(in: text) else { return text }
        let own = text[range]
        if Self.minor(String(own)) == Self.minor(spark) { return text }
        let new = own.count { $0 == "." } > 1 ? spark : Self.minor(spark)
        return String(text[..<range.lowerBound]) + new + String(text[range.upperBound...])
    }

    // MARK: - What names say

    public static func isOfSpark(_ module: ModuleName) -> Bool {
        module.group == "org.apache.spark" && module.artifact.hasPrefix("spark-")
    }

    /// The Scala and the Spark that an artifact says it is made for.
    public static func madeFor(_ coordinate: ArtifactCoordinate) -> (scala: String?, spark: String?) {
        let suffixed = ScalaSuffix.split(coordinate.module.artifact)
        let scala = suffixed?.scala ?? scalaSuffix(ofVersion: coordinate.version)?.scala
        if isOfSpark(coordinate.module) { return (scala, coordinate.version) }
        for text in [suffixed?.base ?? coordinate.module.artifact, coordinate.version] {
            if let range = sparkVersion(in: text) { return (scala, String(text[range])) }
        }
        return (scala, nil)
    }

    /// `…_2.12` at the end of a version; other numbers behind an underscore are none of Scala's.
    private static func scalaSuffix(ofVersion version: String) -> (base: String, scala: String)? {
        guard let found = ScalaSuffix.split(version),
            ["2.10", "2.11", "2.12", "2.13"].contains(found.scala)
        else { return nil }
        return found
    }

    /// Where a text names a Spark: the first number with a dot behind the word.
    private static func sparkVersion(in text: String) -> Range<String.Index>? {
        guard let word = text.firstRange(of: "spark") else { return nil }
        var index = word.upperBound
        while index < text.endIndex {
            guard isDigit(text[index]) else {
                index = text.index(after: index)
                continue
            }
            let number = text[index...].prefix { isDigit($0) || $0 == "." }
            let parts = number.split(separator: ".", omittingEmptySubsequences: false)
            if parts.count > 1, parts.allSatisfy({ !$0.isEmpty }), (2...9).contains(Int(parts[0]) ?? 0) {
                return number.startIndex..<number.endIndex
            }
            index = number.endIndex
        }
        return nil
    }

    private static func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }

    /// The first two numbers of a version.
    private static func minor(_ version: String) -> String {
        version.split(separator: ".").prefix(2).joined(separator: ".")
    }
}
