/// A setting of Spark's that says something of resources (`org.apache.spark.internal.config`, `deploy.k8s.Config`).
protocol SparkEntry: Sendable {
    var name: String { get }
    /// An older name that Spark still reads where the setting itself is not given
    /// (`SparkConf.configsWithAlternatives`).
    var alternative: String? { get }
}

/// A setting that has a value without being given: Spark's `ConfigEntry`.
struct SparkSetting: SparkEntry {
    let name: String
    let standard: String
    var alternative: String?
    /// The release that brought it.
    var since = SparkVersion(major: 3, minor: 3)

    static let driverMemory = Self(name: "spark.driver.memory", standard: "1g")
    /// SPARK-47208; before, the least overhead was fixed.
    static let driverMinimumOverhead = Self(
        name: "spark.driver.minMemoryOverhead", standard: "384m", since: SparkVersion(major: 4, minor: 0))
    static let driverOverheadFactor = Self(name: "spark.driver.memoryOverheadFactor", standard: "0.1")
    static let driverCores = Self(name: "spark.driver.cores", standard: "1")

    static let executorMemory = Self(name: "spark.executor.memory", standard: "1g")
    static let executorMinimumOverhead = Self(
        name: "spark.executor.minMemoryOverhead", standard: "384m", since: SparkVersion(major: 4, minor: 0))
    static let executorOverheadFactor = Self(name: "spark.executor.memoryOverheadFactor", standard: "0.1")
    static let executorCores = Self(name: "spark.executor.cores", standard: "1")

    static let overheadFactor = Self(name: "spark.kubernetes.memoryOverheadFactor", standard: "0.1")
    static let offHeapEnabled = Self(
        name: "spark.memory.offHeap.enabled", standard: "false", alternative: "spark.unsafe.offHeap")
    static let offHeapSize = Self(name: "spark.memory.offHeap.size", standard: "0b")
    static let taskCores = Self(name: "spark.task.cpus", standard: "1")

    static let isDynamic = Self(name: "spark.dynamicAllocation.enabled", standard: "false")
    static let leastExecutors = Self(name: "spark.dynamicAllocation.minExecutors", standard: "0")
    static let mostExecutors = Self(name: "spark.dynamicAllocation.maxExecutors", standard: "2147483647")

    static let byName: [String: SparkSetting] = {
        let all = [
            driverMemory, driverMinimumOverhead, driverOverheadFactor, driverCores, executorMemory,
            executorMinimumOverhead, executorOverheadFactor, executorCores, overheadFactor, offHeapEnabled, offHeapSize,
            taskCores, isDynamic, leastExecutors, mostExecutors,
        ]
        return Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
    }()
}

/// A setting without a value of its own: Spark's `OptionalConfigEntry`, and the one that falls back to another.
struct OptionalSparkSetting: SparkEntry {
    let name: String
    var alternative: String?

    static let driverOverhead = Self(
        name: "spark.driver.memoryOverhead", alternative: "spark.yarn.driver.memoryOverhead")
    static let driverCoresRequest = Self(name: "spark.kubernetes.driver.request.cores")
    static let driverCoresLimit = Self(name: "spark.kubernetes.driver.limit.cores")

    static let executorOverhead = Self(
        name: "spark.executor.memoryOverhead", alternative: "spark.yarn.executor.memoryOverhead")
    static let executorCoresRequest = Self(name: "spark.kubernetes.executor.request.cores")
    static let executorCoresLimit = Self(name: "spark.kubernetes.executor.limit.cores")

    static let withAlternatives = [driverOverhead, executorOverhead]

    static let pythonMemory = Self(name: "spark.executor.pyspark.memory")
    static let resourceType = Self(name: "spark.kubernetes.resource.type")

    static let executors = Self(name: "spark.executor.instances")
    /// `spark.dynamicAllocation.minExecutors` stands in for it.
    static let firstExecutors = Self(name: "spark.dynamicAllocation.initialExecutors")
}
