/// What a driver or one executor takes.
public struct SparkContainer: Hashable, Sendable {
    /// Thousandths of a core that are kept for it: what Spark requests of Kubernetes.
    public let cpu: Int64
    /// Thousandths of a core that it may use at most, where the configuration says so.
    public let cpuLimit: Int64?
    public let memory: SparkMemory
    /// Other resources by Spark's name: `gpu`. None is 0.
    public let named: [String: Int64]
    /// Their vendors' domains, where the configuration has them: `nvidia.com`. Kubernetes knows a resource as
    /// `VENDOR/NAME`, and Spark refuses to ask it for one without.
    public let vendors: [String: String]

    /// What a scheduler counts.
    public var resources: Resources { Resources(cpu: cpu, memory: memory.bytes, named: named) }

    /// Which of two kinds of containers.
    enum Role: String {
        case driver
        case executor

        var cores: SparkSetting { self == .driver ? .driverCores : .executorCores }
        var request: OptionalSparkSetting { self == .driver ? .driverCoresRequest : .executorCoresRequest }
        var limit: OptionalSparkSetting { self == .driver ? .driverCoresLimit : .executorCoresLimit }
    }

    init(_ role: Role, _ reader: SparkReader, memory: SparkMemory) throws(SparkConfError) {
        let cores = Int64(try reader.positive(role.cores))
        cpu = try reader.cores(role.request) ?? cores * 1000
        cpuLimit = try reader.cores(role.limit)
        if let cpuLimit, cpuLimit < cpu {
            let request = reader.written(role.request) == nil ? role.cores.name : role.request.name
            throw SparkConfError(
                .conflicting, role.limit.name, "is \(cpuLimit)m, less than the \(cpu)m of \(request)",
                advice: "raise it, or set \(role.request.name) to no more than it: Kubernetes refuses a lower limit")
        }
        self.memory = memory
        (named, vendors) = try reader.accelerators(of: role)
    }
}

extension SparkReader {
    /// `spark.ROLE.resource.NAME.amount` and `.vendor` (`ResourceUtils.parseAllResourceRequests`): no references are
    /// followed, and what is asked for none of is left out.
    fileprivate func accelerators(
        of role: SparkContainer.Role
    ) throws(SparkConfError) -> (named: [String: Int64], vendors: [String: String]) {
        let prefix = "spark.\(role.rawValue).resource."
        var named: [String: Int64] = [:]
        var vendors: [String: String] = [:]
        for key in settings.keys.filter({ $0.hasPrefix(prefix) }).sorted() {
            let rest = key.dropFirst(prefix.count)
            let name = String(rest.prefix { $0 != "." })
            guard !name.isEmpty, name.count < rest.count else {
                throw SparkConfError(
                    .missing, key, "says neither amount nor vendor of a resource",
                    advice: "write \(prefix)\(name.isEmpty ? "gpu" : name).amount")
            }
            let amount = "\(prefix)\(name).amount"
            guard let text = settings[amount] else {
                throw SparkConfError(
                    .missing, key, "is of a resource without an amount", advice: "set \(amount) as well")
            }
            guard let number = Int32(java: text.utf8) else {
                throw SparkConfError(
                    .unreadable, amount, "is \"\(text)\", which Spark reads as no whole number",
                    advice: "write a whole number: what tasks share is said in spark.task.resource.\(name).amount")
            }
            guard number > 0 else { continue }
            named[name] = Int64(number)
            if let vendor = settings["\(prefix)\(name).vendor"], !vendor.isEmpty { vendors[name] = vendor }
        }
        return (named, vendors)
    }
}
