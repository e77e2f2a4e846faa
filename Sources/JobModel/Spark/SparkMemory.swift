/// What the memory of a driver's or an executor's container is made up of, in MiB: Spark counts whole ones.
///
/// The sum is what Spark asks Kubernetes for: `BasicDriverFeatureStep`, `BasicExecutorFeatureStep` and
/// `ResourceProfile.getResourcesForClusterManager`. YARN's client adds up the same parts, with a standard factor of 0.1
/// for every language.
public struct SparkMemory: Hashable, Sendable {
    /// The JVM's heap: `-Xmx`.
    public let heap: Int64
    /// Everything else in the container that nothing below is for.
    public let overhead: Int64
    /// `spark.memory.offHeap.size`, where it is enabled.
    public let offHeap: Int64
    /// `spark.executor.pyspark.memory`, where the program is in Python.
    public let python: Int64

    public var mebibytes: Int64 { heap + overhead + offHeap + python }
    public var bytes: Int64 { mebibytes << 20 }

    /// The settings of a driver's or an executor's heap and overhead.
    struct Settings {
        let heap: SparkSetting
        let overhead: OptionalSparkSetting
        let factor: SparkSetting
        let minimum: SparkSetting

        static let driver = Settings(
            heap: .driverMemory, overhead: .driverOverhead, factor: .driverOverheadFactor,
            minimum: .driverMinimumOverhead)
        static let executor = Settings(
            heap: .executorMemory, overhead: .executorOverhead, factor: .executorOverheadFactor,
            minimum: .executorMinimumOverhead)
    }

    /// - Parameters:
    ///   - standardFactor: the overhead's where the configuration says nothing.
    ///   - offHeap: MiB.
    ///   - python: MiB.
    init(
        _ settings: Settings, _ reader: SparkReader, standardFactor: Double, offHeap: Int64 = 0,
        python: Int64 = 0
    ) throws(SparkConfError) {
        heap = try reader.heap(settings.heap)
        self.offHeap = offHeap
        self.python = python
        // Spark reads them all, whichever it uses.
        let factor = try reader.factor(settings.factor, standard: standardFactor)
        let minimum = reader.version.reads(settings.minimum) ? try reader.size(settings.minimum, in: .mebibytes) : 384
        let given = try reader.size(settings.overhead, in: .mebibytes)
        let share = Self.share(factor, of: heap)
        overhead = given ?? max(share, minimum)

        let source =
            given != nil
            ? reader.usedName(settings.overhead) : share < minimum ? settings.minimum.name : settings.factor.name
        let parts = [
            (heap, settings.heap.name), (overhead, source), (offHeap, SparkSetting.offHeapSize.name),
            (python, OptionalSparkSetting.pythonMemory.name),
        ]
        var sum: Int64 = 0
        for (part, _) in parts { sum = sum.addingReportingOverflow(part).overflow ? .max : sum + part }
        guard sum <= Int64.max >> 20 else {
            let largest = parts.max { $0.0 < $1.0 }?.1 ?? settings.heap.name
            throw SparkConfError(
                .tooLarge, largest, "makes for more memory than can be counted", advice: "write less than 8191p")
        }
        guard sum > 0 else {
            throw SparkConfError(
                .conflicting, source, "takes away all of \(settings.heap.name)",
                advice: "write what comes on top of it: 0 or more")
        }
    }

    /// A factor's part of a heap as Scala's `toInt` cuts it: towards nothing, and at 2³¹ − 1.
    private static func share(_ factor: Double, of heap: Int64) -> Int64 {
        Int64(min(factor * Double(heap), Double(Int32.max)))
    }

    /// `NON_JVM_MEMORY_OVERHEAD_FACTOR`, or that of the JVM.
    static func standardFactor(_ language: SparkLanguage) -> Double { language == .jvm ? 0.1 : 0.4 }
}

extension SparkReader {
    /// A driver's or executor's own overhead factor, else the one for both, else the standard one.
    fileprivate func factor(_ setting: SparkSetting, standard: Double) throws(SparkConfError) -> Double {
        let general = SparkSetting.overheadFactor
        var result = standard
        if written(general) != nil {
            result = try factor(general)
            guard result >= 0 else {
                throw SparkConfError(
                    .refused, general.name, "is \(result), and must not be negative", advice: "write 0.1")
            }
        }
        if written(setting) != nil {
            result = try factor(setting)
            guard result > 0 else {
                throw SparkConfError(
                    .refused, setting.name, "is \(result), and must be above 0",
                    advice: "write 0.1, or leave it out and set \(general.name) to 0")
            }
        }
        return result
    }
}
