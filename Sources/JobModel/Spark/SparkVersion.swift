/// A release line of Spark: `3.5`, `4.0`.
public struct SparkVersion: Hashable, Sendable {
    public let major: Int
    public let minor: Int

    public init(major: Int, minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Of a full version, `4.0.1`, or of a line, `4.0`.
    ///
    /// - Throws: `unknownVersion` for what is no version, and for those before 3.3, where overhead was computed
    ///   otherwise (SPARK-38194).
    public init(_ text: String) throws(SparkConfError) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]), major >= 0, minor >= 0 else {
            throw SparkConfError(.unknownVersion, "Spark \(text)", "is no version", advice: "give it as 4.0.1 or 4.0")
        }
        self.init(major: major, minor: minor)
        guard self >= SparkVersion(major: 3, minor: 3) else {
            throw SparkConfError(
                .unknownVersion, "Spark \(text)", "computes its resources by older rules than those of 3.3",
                advice: "use an environment with Spark 3.5 or 4.0")
        }
    }
}

// What releases differ in.
extension SparkVersion {
    /// Whether it knows a setting.
    func reads(_ setting: SparkSetting) -> Bool { self >= setting.since }
    /// Sizes such as `2GiB` (SPARK-55051).
    var readsBinaryUnits: Bool { self >= SparkVersion(major: 4, minor: 2) }
    /// `spark.task.cpus=0.5` (SPARK-58192).
    var readsPartsOfTaskCores: Bool { self >= SparkVersion(major: 4, minor: 3) }
}

extension SparkVersion: Comparable {
    public static func < (left: Self, right: Self) -> Bool { (left.major, left.minor) < (right.major, right.minor) }
}

extension SparkVersion: CustomStringConvertible {
    public var description: String { "\(major).\(minor)" }
}
