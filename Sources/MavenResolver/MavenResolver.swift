public import ContentStore
internal import Cryptography
public import MavenPackaging
internal import Synchronization
internal import SystemPackage
public import Transfer
internal import Workers

/// From jars that are asked for to the files that a class path needs: what Maven's repositories know, kept in the store.
///
/// Everything is read from the store where it may be, and kept there once it was asked for. Functions that are `async` may
/// ask repositories.
public final class MavenResolver: Sendable {
    let transfer: Transfer
    let store: ContentStore
    let policy: MavenPolicy
    let machine: MavenConfiguration.Machine
    let limits: POMLimits
    /// How many files are fetched at once.
    let jobs: Int
    let began = currentTime()
    private let made = Mutex<[MadeKey: Made]>([:])

    private struct MadeKey: Hashable {
        let repositories: [JarRepository]
        let usesDefault: Bool
        let target: MavenTarget
    }

    /// What follows from a configuration.
    struct Made: Sendable {
        let configuration: MavenConfiguration
        let client: RepositoryClient
        /// Part of the key of everything that is stored.
        let scope: String
        /// As the resolver was told, or offline because the settings say so.
        let policy: MavenPolicy
    }

    /// A resolver over a store.
    ///
    /// - Parameters:
    ///   - machine: what this machine and its user say of repositories.
    ///   - limits: what POMs may cost.
    ///   - jobs: how many files are fetched at once.
    public init(
        transfer: Transfer, store: ContentStore, policy: MavenPolicy = .normal, machine: MavenConfiguration.Machine,
        limits: POMLimits = POMLimits(), jobs: Int = 16
    ) {
        self.limits = limits
        self.transfer = transfer
        self.store = store
        self.policy = policy
        self.machine = machine
        self.jobs = max(1, jobs)
    }

    /// Which repositories are asked for a request; those that are folders are there. Blocks.
    ///
    /// - Throws: `MavenResolverError.Code.badConfiguration`, `.blocked`, `.noDefaultRepository`, `.noSuchRepository`.
    @discardableResult
    public func configuration(for request: JarRequest) throws -> MavenConfiguration {
        let configuration = try setup(request).configuration
        try configuration.checkFolders()
        return configuration
    }

    func setup(_ request: JarRequest) throws -> Made {
        let key = MadeKey(
            repositories: request.repositories, usesDefault: request.usesDefaultRepository, target: request.target)
        return try made.withLock { made in
            if let known = made[key] { return known }
            let configuration = try MavenConfiguration(
                own: request.repositories, usesDefault: request.usesDefaultRepository, target: request.target,
                machine: machine)
            let policy: MavenPolicy = configuration.isOffline ? .offline : policy
            let client = RepositoryClient(
                transfer: transfer, configuration: configuration, isOffline: policy == .offline)
            let names = configuration.repositories.map { repository in
                "\(repository.root.text) \(repository.hasReleases) \(repository.hasSnapshots)"
            }
            let text = (names + [configuration.localRepository?.string ?? "", request.target.identity])
                .joined(separator: "\n")
            let result = Made(
                configuration: configuration, client: client, scope: String(SHA256Digest(of: text).hex.prefix(16)),
                policy: policy)
            made[key] = result
            return result
        }
    }

    // MARK: - Resolving

    /// Chooses versions, and sees to it that every chosen jar is known with its digest: one that is not is fetched into
    /// the store.
    ///
    /// - Parameter observe: told of jars that are fetched; called from other threads, and must be quick.
    /// - Throws: `MavenPackagingError` about coordinates, POMs and versions; `MavenResolverError`; `TransferError`;
    ///   `StoreError`.
    public func resolve(
        _ request: JarRequest, observe: @escaping @Sendable (JarFetchEvent) -> Void = { _ in }
    ) async throws -> JarResolution {
        let mediation = try await mediate(request)
        let made = try await blocking { try self.setup(request) }
        let chosen = mediation.chosen.filter { $0.isNeededToRun && $0.coordinate.key.fileExtension == "jar" }
        let (jars, fresh) = try await self.jars(chosen, withoutPOM: Set(mediation.withoutPOM), made, observe)
        var notices = made.configuration.notices
        if !mediation.ignoredPOMs.isEmpty { notices.append(.ignoredPOMs(mediation.ignoredPOMs)) }
        notices += mediation.withoutPOM.map { .withoutPOM($0) } + mediation.unreadPOMs.map { .unreadPOM($0) }
        notices += request.unused(in: mediation)
        for artifact in mediation.chosen where artifact.scope != "test" && artifact.scope != "provided" {
            if artifact.isAtPath { notices.append(.atPath(artifact.coordinate)) }
            if !["jar", "pom"].contains(artifact.coordinate.key.fileExtension) {
                notices.append(.noJar(artifact.coordinate))
            }
        }
        // Once: afterwards what is stored vouches for them, and the lock.
        notices += fresh.map { jars[$0] }.filter(\.checksums.isEmpty).map { .withoutChecksum($0.coordinate) }
        return JarResolution(jars: jars, leftOut: mediation.leftOut, notices: notices)
    }

    /// Chooses versions alone: no jar is fetched. With the other kind of mediation it shows what that would change.
    ///
    /// - Throws: as ``resolve(_:observe:)``.
    public func mediate(_ request: JarRequest) async throws -> Mediation {
        let mediator = DependencyMediator(try request.dependencies(), kind: request.mediation)
        let made = try await blocking {
            try self.configuration(for: request)
            return try self.setup(request)
        }
        var run = try await blocking { try Run(mediator, made, self, request.target).next() }
        while run.result == nil {
            let last = run
            let news: KnownProjects.News
            do {
                news = try await fetchWanted(run.known, made)
            } catch let failure as WantedFailure {
                throw try await blocking { try last.told(failure) }
            }
            run = try await blocking {
                var next = last
                try next.known.take(news)
                return try next.next()
            }
        }
        guard let mediation = run.result else { preconditionFailure("a run ends with a result") }
        try SparkFit(scala: request.scala, spark: request.spark).check(mediation)
        return mediation
    }

    /// What repositories list of modules: `nil` of those that none lists, and why where they could not be asked.
    ///
    /// - Throws: `MavenResolverError` about the repositories as a whole; `StoreError`.
    public func listings(
        of modules: some Sequence<ModuleName> & Sendable, for request: JarRequest
    ) async throws -> [ModuleName: Result<ModuleListing?, MavenResolverError>] {
        let made = try await blocking {
            try self.configuration(for: request)
            return try self.setup(request)
        }
        var known = KnownProjects(store: store, made, began: began, target: request.target, limits: limits)
        var listings: [ModuleName: Result<ModuleListing?, MavenResolverError>] = [:]
        for module in modules {
            switch try known.listing(of: module) {
            case .found(let listing): listings[module] = .success(listing)
            case .missing: listings[module] = .success(nil)
            case .pending: break
            }
        }
        var news = KnownProjects.News()
        typealias Asked = (module: ModuleName, record: Result<ListingRecord, MavenResolverError>)
        let asked = try await concurrently(known.wantedListings.sorted(), atMost: jobs) { module -> Asked in
            do {
                return (module, .success(try await Self.listing(of: module, made)))
            } catch let error as MavenResolverError {
                return (module, .failure(error))
            }
        }
        for (module, result) in asked {
            listings[module] = result.map { $0.listing }
            if case .success(let record) = result { news.listings.append((module, record)) }
        }
        try known.take(news)
        return listings
    }

    private static func listing(of module: ModuleName, _ made: Made) async throws -> ListingRecord {
        let listing: ModuleListing?
        do {
            listing = try await made.client.listing(of: module)
        } catch let error as MavenPackagingError {
            throw MavenResolverError(
                .badList, error.subject, error.message,
                advice: "tell who runs the repository, or take it out", cause: error)
        }
        if listing == nil, made.client.wouldAskOthers("1") {
            throw made.client.notStored("\(module)", "its versions")
        }
        return ListingRecord(learnt: currentTime(), listing: listing)
    }

    /// Mediation that goes as far as is known, again and again.
    private struct Run: Sendable {
        let mediator: DependencyMediator
        var known: KnownProjects
        var own: ProjectDescriptions
        var result: Mediation?

        init(_ mediator: DependencyMediator, _ made: Made, _ resolver: MavenResolver, _ target: MavenTarget) {
            self.mediator = mediator
            known = KnownProjects(
                store: resolver.store, made, began: resolver.began, target: target, limits: resolver.limits)
            own = ProjectDescriptions(target: target, limits: resolver.limits)
        }

        /// An error about something that is wanted, with who asks for it.
        func told(_ failure: WantedFailure) throws -> MavenResolverError {
            var run = self
            run.known.traced = failure.origin
            do {
                _ = try mediator.mediate(&run.own, &run.known)
                return failure.error
            } catch let stop as MediationStop {
                let error = failure.error
                let way = stop.path.map(\.description).joined(separator: " → ")
                return MavenResolverError(
                    error.code, error.subject,
                    error.message + (way.isEmpty ? "; the recipe asks for it" : " (through \(way))"),
                    advice: error.advice, cause: error.cause)
            } catch is MavenPackagingError {
                return failure.error
            }
        }

        func next() throws -> Run {
            var next = self
            next.result = try mediator.mediate(&next.own, &next.known)
            try next.known.save()
            return next
        }
    }

    // MARK: - Fetching POMs and lists

    /// Fetches everything that is wanted, and parents and imports of the POMs that come.
    private func fetchWanted(_ known: KnownProjects, _ made: Made) async throws -> KnownProjects.News {
        enum Answer: Sendable {
            case pom(ModuleVersion, POM?, POMRecord)
            case listing(ModuleName, ListingRecord)
        }
        /// Of parents and imports that are fetched ahead: whose they are.
        var origins: [ModuleVersion: ModuleVersion] = [:]
        var news = KnownProjects.News()
        var asked = known.wantedPOMs
        var poms = known.wantedPOMs.sorted()
        if let last = poms.last, known.askedPOMs + poms.count > limits.documents { throw limits.tooMany(last) }
        var depths: [ModuleVersion: Int] = [:]
        var listings = known.wantedListings.sorted()
        try await withThrowingTaskGroup(of: Answer.self) { group in
            var running = 0
            func start() {
                while running < jobs, !poms.isEmpty || !listings.isEmpty {
                    running += 1
                    if let module = listings.popLast() {
                        group.addTask {
                            do {
                                return .listing(module, try await Self.listing(of: module, made))
                            } catch let error as MavenResolverError {
                                throw WantedFailure(origin: .listing(module), error: error)
                            }
                        }
                    } else if let project = poms.popLast() {
                        let origin = origins[project] ?? project
                        group.addTask {
                            let answer: POMRecord?
                            do {
                                answer = try await made.client.pom(of: project)
                            } catch let error as MavenResolverError {
                                throw WantedFailure(origin: .pom(origin), error: error)
                            }
                            guard let record = answer else {
                                return .pom(project, nil, POMRecord(learnt: currentTime(), url: "", bytes: []))
                            }
                            return .pom(
                                project, try? POM(record.bytes, subject: "\(project) (\(record.url))"), record)
                        }
                    }
                }
            }
            start()
            while let answer = try await group.next() {
                running -= 1
                switch answer {
                case .listing(let module, let record): news.listings.append((module, record))
                case .pom(let project, let pom, let record):
                    news.poms.append((project, pom, record))
                    // A chain that is too long is left for the description to tell of.
                    let depth = depths[project, default: 0] + 1
                    guard depth <= limits.chain else { break }
                    for next in pom?.relatives ?? [] where !known.knows(next) && asked.insert(next).inserted {
                        guard known.askedPOMs + asked.count <= limits.documents else { throw limits.tooMany(next) }
                        depths[next] = depth
                        poms.append(next)
                        origins[next] = origins[project] ?? project
                    }
                }
                start()
            }
        }
        return news
    }
}

/// An error about something that mediation wants to know.
struct WantedFailure: Error {
    enum Origin: Sendable {
        case pom(ModuleVersion)
        case listing(ModuleName)
    }

    let origin: Origin
    let error: MavenResolverError
}

extension POM {
    /// What must be known to know what it means, as far as it can be told without interpolation.
    fileprivate var relatives: [ModuleVersion] {
        var relatives: [ModuleVersion] = []
        if let parent, !parent.version.hasPrefix("["), !parent.version.hasPrefix("("), !parent.version.contains("${") {
            relatives.append(ModuleVersion(group: parent.group, artifact: parent.artifact, version: parent.version))
        }
        for entry in managed where entry.type == "pom" && entry.scope == "import" {
            guard let version = entry.version else { continue }
            let id = ModuleVersion(group: entry.group, artifact: entry.artifact, version: version)
            if !"\(id)".contains("${") { relatives.append(id) }
        }
        return relatives.filter(\.namesFile)
    }
}
