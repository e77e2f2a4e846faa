/// Reads a configuration as one release of Spark does.
struct SparkReader {
    let settings: [String: String]
    let version: SparkVersion

    init(_ conf: SparkConf, version: SparkVersion) {
        settings = conf.settings
        self.version = version
    }

    /// A setting's own text, as it was written, by its name or its older one.
    func written(_ entry: some SparkEntry) -> String? {
        settings[entry.name] ?? entry.alternative.flatMap { settings[$0] }
    }

    /// The name that a setting was given by.
    func usedName(_ entry: some SparkEntry) -> String {
        guard settings[entry.name] == nil, let older = entry.alternative, settings[older] != nil else {
            return entry.name
        }
        return older
    }
}
