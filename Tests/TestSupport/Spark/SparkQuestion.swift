public import JobModel

/// A program whose resources both a real Spark and we are asked for.
public struct SparkQuestion: Hashable, Sendable {
    public var language: SparkLanguage
    public var deployMode: SparkDeployMode
    public var settings: [String: String]

    public init(_ language: SparkLanguage, _ deployMode: SparkDeployMode, _ settings: [String: String]) {
        self.language = language
        self.deployMode = deployMode
        self.settings = settings
    }

    /// For the judge: words with tabs between them.
    public var line: String {
        ([language.rawValue, deployMode.rawValue] + settings.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" })
            .joined(separator: "\t")
    }

    /// What we say, for a Spark on Kubernetes.
    public func answer(of version: SparkVersion) -> SparkAnswer {
        do {
            let resources = try SparkResources(
                SparkConf(settings), language: language, version: version, deployMode: deployMode)
            return .containers(
                "\(try text(resources.driver, "driver")), \(try text(resources.executor, "executor")), "
                    + "\(resources.executors.minimum) \(resources.executors.initial) \(resources.executors.maximum)")
        } catch {
            return .refused(error.subject)
        }
    }

    /// `1000m 1408Mi`, with a limit `1000m<2000m 1408Mi`, and what else it takes.
    private func text(_ container: SparkContainer, _ role: String) throws(SparkConfError) -> String {
        var words = ["\(container.cpu)m" + (container.cpuLimit.map { "<\($0)m" } ?? "")]
        words.append("\(container.resources.memory >> 20)Mi")
        for (name, amount) in container.named.sorted(by: { $0.key < $1.key }) {
            guard let vendor = container.vendors[name] else {
                throw SparkConfError(.missing, "spark.\(role).resource.\(name).vendor", "Kubernetes needs it")
            }
            words.append("\(vendor)/\(name)=\(amount)")
        }
        return ([words[0], words[1]] + words.dropFirst(2).sorted()).joined(separator: " ")
    }
}

/// What was said to a question.
public enum SparkAnswer: Hashable, Sendable {
    /// Driver, executor, and the executors' least, first and most number.
    case containers(String)
    /// With the setting that it is about, or with Spark's own words.
    case refused(String)

    public var isRefused: Bool { if case .refused = self { true } else { false } }
}
