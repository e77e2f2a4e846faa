extension TaskTemplate {
    /// Whether `spark-submit` runs the program, as far as the request tells: a Python program that asks for nothing of
    /// Spark's may be either, which its environment decides.
    public var asksForSpark: Bool {
        switch kind {
        case .command: false
        case .jvm: true
        case .python:
            spark ?? (executors != ExecutorRequest() || conf.keys.contains { $0.hasPrefix("spark.") })
        }
    }

    /// Whether it may come to that: of a Python program that does not say, its environment tells, which may not be there yet.
    private var mayUseSpark: Bool {
        asksForSpark || kind == .python && spark == nil && (environment != nil || recipe != nil)
    }

    /// Spark's configuration with what the request says of sizes in words of its own. Without executors and without a
    /// master the program runs in its driver alone.
    public var sparkConf: SparkConf {
        var conf = conf
        func set(_ name: String, _ value: String?) {
            if let value, conf[name] == nil { conf[name] = value }
        }
        func mebibytes(_ bytes: Int64?) -> String? { bytes.map { "\(($0 + (1 << 20) - 1) >> 20)m" } }
        func cores(_ thousandths: Int64) -> String { "\(max(1, (thousandths + 999) / 1000))" }
        set("spark.driver.memory", mebibytes(driver.memory))
        set("spark.driver.cores", driver.cpu.map(cores))
        set("spark.executor.memory", mebibytes(executors.memory))
        set("spark.executor.cores", executors.cores.map(String.init))
        set("spark.executor.instances", executors.instances.map(String.init))
        if executors.minimum != nil || executors.maximum != nil {
            set("spark.dynamicAllocation.enabled", "true")
            set("spark.dynamicAllocation.minExecutors", executors.minimum.map(String.init))
            set("spark.dynamicAllocation.maxExecutors", executors.maximum.map(String.init))
        }
        let asksForExecutors = conf.keys.contains {
            ["spark.executor.instances", "spark.dynamicAllocation.enabled"].contains($0)
        }
        if !asksForExecutors { set("spark.master", "local[\(cores(driver.cpu ?? 1000))]") }
        return SparkConf(conf)
    }

    /// What a task of the kind needs. Spark's are computed as Spark does, and so are those that may be Spark's: a heap of
    /// the size that was asked for must find its room. Of others what is asked for is all.
    ///
    /// - Throws: ``SparkConfError`` for what Spark would refuse.
    public func demand(_ version: SparkVersion = SparkVersion(major: 4, minor: 0)) throws(SparkConfError) -> TaskDemand
    {
        guard mayUseSpark else {
            return TaskDemand(
                driver: Resources(
                    cpu: driver.cpu ?? 1000, memory: driver.memory ?? 1 << 30, named: driver.accelerators))
        }
        let spark = try SparkResources(
            sparkConf, language: kind == .jvm ? .jvm : .python, version: version)
        var resources = spark.driver.resources
        if let cpu = driver.cpu { resources.cpu = cpu }
        resources.named.merge(driver.accelerators) { $1 }
        return TaskDemand(
            driver: resources, executors: sparkConf.isLocal ? 0 : spark.executors.admitted,
            executor: spark.executor.resources)
    }
}
