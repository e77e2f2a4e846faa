/// Who starts the driver.
public enum SparkDeployMode: String, CaseIterable, Sendable {
    /// Spark does, and hands what it took for the driver on to the executors.
    case cluster
    /// Somebody else did: executors get what the configuration says, and nothing of the program's language.
    ///
    /// What a host adds to the configuration so that they get the same as in cluster mode is
    /// `SparkConf.settingsForHostedDriver(_:)`.
    case client
}
