public import ContentStore
internal import Diagnostics
internal import Workers

#if canImport(Glibc)
    internal import Glibc
#endif

/// Makes environments on a data folder: recipe → lock → files → units → delivered.
///
/// Each step is a method in a file of its own; none keeps state here, so one builder may serve many tasks, and many
/// processes may work on one data folder.
public final class EnvironmentBuilder: Sendable {
    public let settings: BuilderSettings
    public let store: ContentStore
    let observer: BuildObserver
    let workers: Workers
    let registry = RegistryConnection()

    /// Opens nothing yet: a data folder that does not exist is made when something is first kept.
    public init(settings: BuilderSettings, observer: @escaping BuildObserver = { _ in }) {
        self.settings = settings
        self.observer = observer
        workers = Workers(count: settings.jobs ?? sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        store = ContentStore(at: settings.data) { notice in
            switch notice {
            case .waiting: observer(.waiting(notice.description))
            case .rebuiltIndex: observer(.warning(notice.description))
            case .swept: break
            }
        }
    }

    /// Runs one stage: tells when it begins and how long it took.
    func stage<Result>(
        _ stage: BuildEvent.Stage, total: Int? = nil, _ body: () async throws -> Result
    ) async rethrows -> Result {
        observer(.began(stage, total: total))
        let watch = Stopwatch()
        let result = try await body()
        observer(.ended(stage, seconds: watch.seconds))
        return result
    }
}

/// A variable of this process's environment.
func environmentVariable(_ name: String) -> String? {
    guard let value = getenv(name) else { return nil }
    return String(cString: value)
}

/// All variables of this process's environment.
public func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let words = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if words.count == 2 { variables[String(words[0])] = String(words[1]) }
        entry += 1
    }
    return variables
}
