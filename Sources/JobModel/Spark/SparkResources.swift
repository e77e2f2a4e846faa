/// What a Spark program takes, computed as Spark does where it asks Kubernetes for containers.
///
/// The sources are Spark's `BasicDriverFeatureStep`, `BasicExecutorFeatureStep` and `ResourceProfile` and, for what is
/// refused, `SparkSubmitArguments`, `SparkConf.validateSettings` and `ExecutorAllocationManager`. Between 3.5 and 4.0
/// one thing changed: the least overhead is 384 MiB in the former and a setting in the latter. `SparkVersion` says what
/// else did later, up to 4.3. A real Spark is the judge in `Tests/Acceptance/Spark`.
public struct SparkResources: Hashable, Sendable {
    public let driver: SparkContainer
    /// One of them.
    public let executor: SparkContainer
    public let executors: SparkExecutorCount

    /// - Parameters:
    ///   - version: of the environment's Spark.
    ///   - deployMode: who starts the driver. Spark makes no container for a driver in client mode; it is counted as in
    ///     cluster mode.
    /// - Throws: for what Spark or Kubernetes would refuse, naming the setting, its value and what to write instead.
    public init(
        _ conf: SparkConf, language: SparkLanguage, version: SparkVersion, deployMode: SparkDeployMode = .cluster
    ) throws(SparkConfError) {
        let reader = SparkReader(conf, version: version)
        let offHeap = try reader.offHeap()
        let pythonMemory = try reader.size(.pythonMemory, in: .mebibytes) ?? 0
        guard pythonMemory >= 0 else { throw reader.negative(OptionalSparkSetting.pythonMemory) }
        let isPython: Bool
        let executorFactor: Double
        switch deployMode {
        case .cluster:
            isPython = language == .python
            executorFactor = SparkMemory.standardFactor(language)
        case .client:
            isPython = try reader.resourceType() == SparkLanguage.python.resourceType
            executorFactor = SparkMemory.standardFactor(.jvm)
        }

        // With a local master the tasks run in the driver, and need there what an executor would have had.
        let inDriver = conf.isLocal
        driver = try SparkContainer(
            .driver, reader,
            memory: SparkMemory(
                .driver, reader, standardFactor: SparkMemory.standardFactor(language),
                offHeap: inDriver ? offHeap : 0, python: inDriver && language == .python ? pythonMemory : 0))
        executor = try SparkContainer(
            .executor, reader,
            memory: SparkMemory(
                .executor, reader, standardFactor: executorFactor, offHeap: offHeap,
                python: isPython ? pythonMemory : 0))
        guard executor.memory.overhead >= 0 else { throw reader.negative(OptionalSparkSetting.executorOverhead) }
        executors = try SparkExecutorCount(reader, isLocal: conf.isLocal)
        try reader.checkTaskFits(isLocal: conf.isLocal)
    }

    /// The driver together with the executors that it is admitted with.
    public var admitted: Resources { driver.resources + executor.resources * executors.admitted }

    /// The driver together with as many executors as it may come to have.
    public var most: Resources { driver.resources + executor.resources * executors.maximum }
}

extension SparkReader {
    /// MiB outside the heap (`Utils.executorOffHeapMemorySizeAsMb`): 0 where it is not enabled.
    fileprivate func offHeap() throws(SparkConfError) -> Int64 {
        let bytes = try size(.offHeapSize, in: .bytes)
        guard bytes >= 0 else { throw negative(SparkSetting.offHeapSize) }
        guard try flag(.offHeapEnabled) else { return 0 }
        // Scala's `toInt` of MiB: of 2 PiB and more, the lower bits alone.
        let mebibytes = Int64(Int32(truncatingIfNeeded: bytes >> 20))
        guard mebibytes > 0 else {
            throw SparkConfError(
                .conflicting, SparkSetting.offHeapSize.name,
                "is less than 1 MiB, and \(usedName(SparkSetting.offHeapEnabled)) is true",
                advice: "set it to a size such as 1g (a number without a unit is bytes), or do not enable it")
        }
        return mebibytes
    }

    /// What a driver in client mode believes its program to be written in.
    fileprivate func resourceType() throws(SparkConfError) -> String? {
        guard let type = try text(OptionalSparkSetting.resourceType) else { return nil }
        guard SparkLanguage.allCases.contains(where: { $0.resourceType == type }) else {
            throw SparkConfError(
                .refused, OptionalSparkSetting.resourceType.name, "is \"\(type)\", and must be java, python or r",
                advice: "leave it out: Spark sets it by itself")
        }
        return type
    }

    /// `ResourceUtils.validateTaskCpusLargeEnough`, `SparkConf.validateSettings`: an executor that can run no task is
    /// refused. With a local master only its threads would count, which Spark looks at when it runs.
    fileprivate func checkTaskFits(isLocal: Bool) throws(SparkConfError) {
        let (cores, task) = (SparkSetting.executorCores, SparkSetting.taskCores)
        let executor = try positive(cores)
        let amount = try version.readsPartsOfTaskCores ? factor(task) : Double(number(task))
        let text = written(task) ?? task.standard
        guard amount > 0 else {
            throw SparkConfError(
                .refused, task.name, "is \(text), and must be above 0", advice: "write 1 or more")
        }
        guard amount > Double(executor), !isLocal || written(cores) != nil else { return }
        throw SparkConfError(
            .conflicting, task.name, "is \(text), more than the \(executor) of \(cores.name)",
            advice: "raise \(cores.name) to as much, or lower it")
    }

    fileprivate func negative(_ entry: some SparkEntry) -> SparkConfError {
        SparkConfError(
            .refused, usedName(entry), "is \(written(entry) ?? ""), and must not be negative",
            advice: "write a size such as 1g")
    }
}
