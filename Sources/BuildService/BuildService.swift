internal import ContentStore
internal import Cryptography
internal import Diagnostics
public import EnvironmentBuilder
public import EnvironmentSupply
internal import FileSystem
internal import Glibc
public import JobModel
internal import Recipes
internal import Synchronization
public import SystemPackage
internal import Workers

/// Environments for the core and for whoever asks the server: made once, however many ask.
///
/// A name means what it is at when it is asked for; a recipe is written down under its digest with its lock, so that the
/// same recipe gives the same environment again.
///
/// Names are an admin's: they mean a recipe in the server's folders, or what the command line has built. A recipe or lock
/// that is sent is its sender's: what is made of it takes no name, and what it names is on servers (``EnvironmentBuilder``,
/// `BuilderSettings.isForeign`).
public final class BuildService: EnvironmentSupply {
    struct State {
        var builds: [Build.ID: Build] = [:]
        /// In the order in which they began.
        var order: [Build.ID] = []
        var running: [Build.ID: Running] = [:]
        /// What went wrong last, and when.
        var failures: [Build.ID: (at: ContinuousClock.Instant, error: any Error)] = [:]
        var nextListener = 0
        var verdicts = AuditVerdicts()
    }

    /// What is done for a build.
    enum Work: Sendable {
        case environment(EnvironmentWork)
        case image(Task<KeptImage, any Error>)

        func cancel() {
            switch self {
            case .environment(let work): work.task.cancel()
            case .image(let task): task.cancel()
            }
        }

        /// Waits until it is over.
        func end() async {
            switch self {
            case .environment(let work): _ = await work.task.result
            case .image(let task): _ = await task.result
            }
        }

        /// `nil` for an image.
        var order: BuildOrder? { if case .environment(let work) = self { work.order } else { nil } }
    }

    struct EnvironmentWork: Sendable {
        let order: BuildOrder
        /// Ends when the order is on the disk.
        let acceptance: Task<Void, any Error>
        let task: Task<DeliveredEnvironment, any Error>
    }

    /// A build that is under way.
    struct Running {
        let work: Work
        var events: [Build.Event] = []
        var progress: Build.Progress?
        var listeners: [Int: AsyncStream<Build.News>.Continuation] = [:]
        /// Who has ended it before its time.
        var cancelledBy: String?
    }

    let settings: BuilderSettings
    let limits: BuildLimits
    let gate: Gate
    let journal: JournalWriter
    let sent: SentRecipes
    /// Seconds for which a job's lease counts without being renewed: a server may be away for that long.
    static let leaseTime: Int64 = 30 * 86_400
    /// Where an admin keeps recipes that can be asked for by name.
    let recipes: [FilePath]
    /// Where builds may be delivered to.
    public let places: DeliveryPlaces
    /// Looks things up; each build has a builder of its own, which tells what it does.
    public let builder: EnvironmentBuilder
    let state = Mutex(State())
    /// Held while those who listen are told, so that they hear everything in its order. Never is ``state`` held then:
    /// telling a task waits while that task is being cancelled, and cancelling one that listens waits for the state.
    let telling = Mutex(())
    /// Which blobs a manifest names, of those that were asked for lately.
    let manifests = Mutex<[SHA256Digest: Set<SHA256Digest>]>([:])

    /// - Parameters:
    ///   - settings: of the data folder.
    ///   - recipes: folders with recipes, `NAME.yaml`; the first that has one wins.
    ///   - places: where builds may be delivered to.
    ///   - limits: what builds may take.
    public init(
        settings: BuilderSettings, recipes: [FilePath] = [], places: DeliveryPlaces = DeliveryPlaces(),
        limits: BuildLimits = BuildLimits()
    ) {
        var settings = settings
        self.places = places
        self.limits = limits
        gate = Gate(limits.atOnce)
        journal = JournalWriter(BuildJournal(in: settings.data))
        sent = SentRecipes(in: settings.data)
        // As many as `chidori env list` shows: of fewer, somebody could find another tenant's by trying.
        settings.fewestDigits = 12
        self.settings = settings
        self.recipes = recipes
        builder = EnvironmentBuilder(settings: settings)
    }

    // MARK: - For the core

    public func find(_ reference: EnvironmentReference) async throws -> EnvironmentStatus {
        let status = try await look(for: reference)
        if case .ready(let environment) = status { try await audit(environment.id, of: reference) }
        return status
    }

    /// What a reference stands for, whatever is known against it.
    func look(for reference: EnvironmentReference) async throws -> EnvironmentStatus {
        let source = BuildOrder(reference).id
        if case .named(let name) = reference, recipe(named: name) == nil {
            do {
                return .ready(try await blocking { try self.delivered(name) })
            } catch let error as BuilderError where error.code == .unknownEnvironment {
                if state.withLock({ $0.running[source] != nil }) { return .building }
                // Where the server keeps what it has is nobody's business.
                throw EnvironmentSupplyError(
                    .unknown, error.subject, "is no environment that drivers can start from", advice: error.advice,
                    cause: error)
            }
        }
        if let environment = try await made(of: reference) { return .ready(environment) }
        return state.withLock { $0.running[source] != nil } ? .building : .notReady
    }

    /// What the last build of a source has made, as long as it is there. What a name means is made of its recipe and lock as
    /// they are now: of others it is nothing.
    func made(of reference: EnvironmentReference) async throws -> DeliveredEnvironment? {
        let builds = ready(of: BuildOrder(reference).id)
        do {
            return try await blocking {
                var last = builds.first
                if case .named(let name) = reference {
                    guard let path = self.recipe(named: name) else { return nil }
                    let stamp = RecipeStamp(of: path)
                    last = builds.first { $0.stamp == stamp }
                }
                return try last?.environment.map { try self.delivered($0) }
            }
        } catch let error as BuilderError where error.code == .unknownEnvironment {
            return nil
        }
    }

    /// The builds of a source that have made something, the newest first.
    func ready(of source: Build.ID) -> [Build] {
        let builds = state.withLock { $0.builds.values.filter { $0.source == source && $0.state == .ready } }
        return builds.sorted { $0.startedAt > $1.startedAt }
    }

    public func prepare(_ reference: EnvironmentReference, for asker: String) async throws -> DeliveredEnvironment {
        if case .ready(let environment) = try await find(reference) { return environment }
        let environment = try await beginInTurn(BuildOrder(reference), for: asker).task.value
        try await audit(environment.id, of: reference)
        return environment
    }

    public func admitted(_ environment: String, for asker: String) async throws -> DeliveredEnvironment {
        if case .ready(let environment) = try await look(for: .named(environment)) { return environment }
        return try await beginInTurn(BuildOrder(.named(environment)), for: asker).task.value
    }

    public func lease(_ environment: String, to job: JobID) async throws {
        guard let id = SHA256Digest(hex: environment) else {
            throw EnvironmentSupplyError(.unknown, "environment \(environment)", "is no id")
        }
        try await blocking { try self.builder.store.lease(id, to: .job(job.description), for: Self.leaseTime) }
    }

    public func renew(_ jobs: Set<JobID>) async throws {
        let holders = jobs.map { Lease.Holder.job($0.description) }
        try await blocking { try self.builder.store.renew(holders, for: Self.leaseTime) }
    }

    public func release(_ job: JobID) async throws {
        try await blocking { try self.builder.store.release(.job(job.description)) }
    }

    public func leases() async throws -> Set<JobID> {
        try await blocking {
            Set(
                try self.builder.store.leases().compactMap { lease in
                    guard case .job(let id) = lease.holder else { return nil }
                    return JobID(id)
                })
        }
    }

    // MARK: - Looking

    /// The tree of an environment on the volume.
    private func delivered(_ reference: String) throws -> DeliveredEnvironment {
        let tree = try builder.runnablePublishedTree(Self.plain(reference))
        return DeliveredEnvironment(
            id: tree.manifest.id.digest.hex, tree: tree.path.string, variables: tree.manifest.variables)
    }

    /// `NAME:VERSION` is the tag that such a recipe's environment has; an id may be written with its algorithm.
    static func plain(_ reference: String) -> String {
        reference.hasPrefix("sha256:") ? String(reference.dropFirst(7)) : reference
    }

    /// The names of an admin's recipes.
    func recipeNames() -> [String] {
        var names: Set<String> = []
        for folder in recipes {
            for entry in (try? folder.folderEntries()) ?? [] {
                for ending in [".yaml", ".yml"] where entry.name.hasSuffix(ending) && !entry.name.hasPrefix(".") {
                    names.insert(String(entry.name.dropLast(ending.utf8.count)))
                }
            }
        }
        return names.sorted()
    }

    /// The file of a recipe that an admin has put down.
    func recipe(named name: String) -> FilePath? {
        // A name, and no path out of the folder.
        guard !name.isEmpty, !name.hasPrefix("."), !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        for folder in recipes {
            for ending in ["yaml", "yml"] {
                let path = folder.appending("\(name).\(ending)")
                if access(path.string, F_OK) == 0 { return path }
            }
        }
        return nil
    }
}

// MARK: - What there is

extension BuildService {
    /// Every environment that the store knows, by name.
    public func environments() async throws -> [EnvironmentSummary] {
        try await blocking { try self.builder.summaries() }
    }

    /// What a name or an id stands for; `nil` where there is none.
    public func environment(_ reference: String) async throws -> EnvironmentSummary? {
        do {
            return try await blocking { try self.builder.summary(Self.plain(reference)) }
        } catch let error as BuilderError where error.code == .unknownEnvironment {
            return nil
        }
    }

    /// Which environments contain something.
    ///
    /// - Parameter namedAlone: whether what was made of recipes that somebody sent is left out.
    public func impact(of question: ImpactQuestion, namedAlone: Bool) async throws -> ImpactReport {
        try await blocking { try self.builder.impact(of: question) { !namedAlone || !$0.tags.isEmpty } }
    }

    /// Removes an environment, and what only it used.
    ///
    /// - Returns: `nil` where there is none of that name or id.
    /// - Throws: `StoreError` (`inUse`), which says by whom.
    public func remove(_ reference: String, forced: Bool) async throws -> EnvironmentBuilder.Removal? {
        do {
            return try await blocking { try self.builder.remove(Self.plain(reference), forced: forced) }
        } catch let error as BuilderError where error.code == .unknownEnvironment {
            return nil
        }
    }
}
