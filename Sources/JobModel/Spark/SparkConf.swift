/// A Spark program's configuration, as `spark-submit` and Spark read it.
public struct SparkConf: Hashable, Sendable {
    /// `spark.…` by name.
    public var settings: [String: String]

    public init(_ settings: [String: String] = [:]) {
        self.settings = settings
    }

    /// Whether the program runs without executors, all of it in the driver: `local`, `local[4]`
    /// (`Utils.isLocalMaster`).
    public var isLocal: Bool {
        guard let master = settings["spark.master"] else { return false }
        return master == "local" || master.hasPrefix("local[")
    }

    /// What a host of drivers adds to the configuration so that executors get what they would in cluster mode.
    ///
    /// In cluster mode a driver's container passes on the overhead factor it was given, and what the program is written
    /// in (`BasicDriverFeatureStep.getAdditionalPodSystemProperties`, `DriverCommandFeatureStep`). A driver in client
    /// mode knows neither, so that executors of a Python program get 0.1 instead of 0.4 of overhead, and nothing for
    /// `spark.executor.pyspark.memory`.
    public func settingsForHostedDriver(_ language: SparkLanguage) -> [String: String] {
        let factor = settings[SparkSetting.overheadFactor.name] ?? "\(SparkMemory.standardFactor(language))"
        return [
            SparkSetting.overheadFactor.name: factor, OptionalSparkSetting.resourceType.name: language.resourceType,
        ]
    }
}
