/// How many executors a program has.
///
/// Without dynamic allocation all three are the same: Spark asks for all of them at once.
public struct SparkExecutorCount: Hashable, Sendable {
    /// The fewest that it keeps.
    public let minimum: Int
    /// How many it asks for at its start.
    public let initial: Int
    /// The most that it will ask for.
    public let maximum: Int

    /// How many must have room with the driver for it to be admitted: the fewest, and one where that is none, since a
    /// driver that never gets an executor waits for ever.
    public var admitted: Int { min(max(minimum, 1), maximum) }

    /// Two where nothing is said (`SchedulerBackendUtils.DEFAULT_NUMBER_EXECUTORS`); none with a local master.
    ///
    /// `SchedulerBackendUtils.getInitialTargetExecutorNumber`, `Utils.getDynamicAllocationInitialExecutors`,
    /// `ExecutorAllocationManager.validateSettings`.
    init(_ reader: SparkReader, isLocal: Bool) throws(SparkConfError) {
        let isDynamic = try reader.flag(.isDynamic)
        // spark-submit looks at the bare text to tell whether it checks the count.
        let isPlainlyDynamic = reader.settings[SparkSetting.isDynamic.name]?.lowercased() == "true"
        let fixed = isPlainlyDynamic ? nil : try reader.positive(.executors)
        guard !isLocal else {
            self.init(minimum: 0, initial: 0, maximum: 0)
            return
        }
        guard isDynamic else {
            let count = Int(fixed ?? 2)
            self.init(minimum: count, initial: count, maximum: count)
            return
        }
        let minimum = try reader.number(.leastExecutors)
        let maximum = try reader.number(.mostExecutors)
        let initial = max(try reader.number(.firstExecutors) ?? minimum, minimum, try reader.number(.executors) ?? 0)
        let (least, most) = (SparkSetting.leastExecutors.name, SparkSetting.mostExecutors.name)
        guard minimum >= 0 else {
            throw SparkConfError(.refused, least, "is \(minimum), and must not be negative", advice: "write 0 or more")
        }
        guard maximum > 0 else {
            throw SparkConfError(.refused, most, "is \(maximum), and must be at least 1", advice: "write 1 or more")
        }
        guard minimum <= maximum else {
            throw SparkConfError(
                .conflicting, least, "is \(minimum), more than the \(maximum) of \(most)",
                advice: "lower it, or raise \(most)")
        }
        guard initial <= maximum else {
            let given = try reader.number(.firstExecutors) == initial ? OptionalSparkSetting.firstExecutors : .executors
            throw SparkConfError(
                .conflicting, given.name, "is \(initial), more than the \(maximum) of \(most)",
                advice: "lower it, or raise \(most)")
        }
        self.init(minimum: Int(minimum), initial: Int(initial), maximum: Int(maximum))
    }

    private init(minimum: Int, initial: Int, maximum: Int) {
        self.minimum = minimum
        self.initial = initial
        self.maximum = maximum
    }
}
