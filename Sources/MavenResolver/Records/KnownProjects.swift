internal import ContentStore
internal import MavenPackaging
internal import Transfer

/// What is known of projects by now: from the store, and from what was fetched in this run. What is asked for and not known
/// is noted, to be fetched.
struct KnownProjects: POMSource, ProjectSource {
    private let store: ContentStore
    /// Names the repositories and the target: what is known of one list of them says nothing of another's.
    private let scope: String
    private let policy: MavenPolicy
    private let began: Int64
    private let target: MavenTarget
    private let limits: POMLimits
    private let repositories: [Repository]

    private var poms: [ModuleVersion: Lookup<POM>] = [:]
    private var projects: [ModuleVersion: Lookup<ProjectDescription>] = [:]
    private var listings: [ModuleName: Lookup<ModuleListing>] = [:]
    private var descriptions: ProjectDescriptions
    /// Why POMs cannot be read: it is not tried again for everybody who asks.
    private var failedPOMs: [ModuleVersion: MavenPackagingError] = [:]
    /// POMs of this run that cannot be read, and were not kept.
    private var unreadable: [ModuleVersion: POMRecord] = [:]
    private var origins: [ModuleVersion: Origin] = [:]
    /// What files are now that something was made of, by URL.
    private var stamps: [String: FileStamp?] = [:]

    /// Where a POM was read from.
    private struct Origin {
        let url: String
        let stamp: FileStamp?
        let isLasting: Bool
    }

    /// What must not be asked for: whoever asks is to be found out.
    var traced: WantedFailure.Origin?

    private(set) var wantedPOMs: Set<ModuleVersion> = []
    /// How many POMs repositories were asked for by now.
    private(set) var askedPOMs = 0
    private(set) var wantedListings: Set<ModuleName> = []
    private var unsaved: [(key: String, value: [UInt8])] = []

    /// - Parameters:
    ///   - made: which repositories are asked, and how far what is stored stands in for that.
    ///   - began: when the run began, in milliseconds since 1970.
    init(store: ContentStore, _ made: MavenResolver.Made, began: Int64, target: MavenTarget, limits: POMLimits) {
        self.store = store
        scope = made.scope
        repositories = made.configuration.repositories
        // Looking into folders costs next to nothing: what they lack is looked for once a run.
        let areFolders = repositories.allSatisfy { $0.root.scheme == .file }
        policy = areFolders ? .refresh : made.policy
        self.began = began
        self.target = target
        self.limits = limits
        descriptions = ProjectDescriptions(target: target, limits: limits)
    }

    var wantsNothing: Bool { wantedPOMs.isEmpty && wantedListings.isEmpty }

    // MARK: - Asked by mediation

    mutating func description(of project: ModuleVersion) throws -> Lookup<ProjectDescription> {
        if case .pom(project) = traced { throw MediationStop() }
        if let known = projects[project] { return known }
        if let error = descriptions.failure(of: project) { throw error }
        let isMoving = RepositoryVersion(project.version).isMoving
        if !isMoving, let record = try store.record(kind: ProjectRecord.kind, key: key(project)),
            let (read, sources) = try? ProjectRecord.decode(record, of: project),
            sources.allSatisfy({ stamp(of: $0.url) == $0.stamp })
        {
            projects[project] = .found(read)
            return .found(read)
        }
        let answer = try made(project)
        switch answer {
        case .pending: break
        case .missing: projects[project] = .missing
        case .found(let found):
            projects[project] = answer
            let origins = descriptions.sources(of: project).map { self.origins[$0] }
            if origins.allSatisfy({ $0?.isLasting == true }) {
                let files = origins.compactMap { origin in
                    origin.flatMap { origin in origin.stamp.map { (origin.url, $0) } }
                }
                unsaved.append((key(project), ProjectRecord.encode(found, of: files)))
            }
        }
        return answer
    }

    private mutating func made(_ project: ModuleVersion) throws -> Lookup<ProjectDescription> {
        var taken = ProjectDescriptions(target: target, limits: limits)
        swap(&taken, &descriptions)
        defer { swap(&taken, &descriptions) }
        return try taken.description(of: project, from: &self)
    }

    private mutating func stamp(of url: String) -> FileStamp? {
        if let known = stamps[url] { return known }
        let stamp = (try? ResourceURL(url)).flatMap(FileStamp.init)
        stamps[url] = .some(stamp)
        return stamp
    }

    private mutating func note(_ record: POMRecord, _ project: ModuleVersion) {
        let isLasting = !record.isProvisional && !RepositoryVersion(project.version).isMoving
        origins[project] = Origin(url: record.url, stamp: record.stamp, isLasting: isLasting)
    }

    mutating func pom(of project: ModuleVersion) throws -> Lookup<POM> {
        if case .pom(project) = traced { throw MediationStop() }
        if let known = poms[project] { return known }
        if let error = failedPOMs[project] { throw error }
        do {
            return try read(project)
        } catch let error as MavenPackagingError {
            failedPOMs[project] = error
            throw error
        }
    }

    private mutating func read(_ project: ModuleVersion) throws -> Lookup<POM> {
        guard project.namesFile else {
            throw MavenPackagingError(
                .badCoordinate, "\(project)", "is named as a parent or an import, and is no name of a POM",
                advice: "use a version whose POM is sound, or exclude it")
        }
        guard let stored = try unreadable[project] ?? self.stored(project) else {
            wantedPOMs.insert(project)
            return .pending
        }
        note(stored, project)
        guard stored.isMissing || !WebPage.isOne(stored.bytes) else {
            throw MavenPackagingError(
                .badXML, "\(project) (\(stored.url))", "is a web page where a POM should be",
                advice: "check that no login page or proxy answers in the repository's place")
        }
        let answer: Lookup<POM> =
            stored.isMissing ? .missing : .found(try POM(stored.bytes, subject: "\(project) (\(stored.url))"))
        poms[project] = answer
        return answer
    }

    mutating func listing(of module: ModuleName) throws -> Lookup<ModuleListing> {
        if case .listing(module) = traced { throw MediationStop() }
        if let known = listings[module] { return known }
        guard let record = try store.record(kind: ListingRecord.kind, key: "\(scope)/\(module)"),
            let stored = try? ListingRecord(record),
            policy.serves(
                learnt: stored.learnt, began: began, now: currentTime(),
                for: stored.listing == nil ? MavenPolicy.ofMissing : MavenPolicy.day)
        else {
            wantedListings.insert(module)
            return .pending
        }
        let answer: Lookup<ModuleListing> = stored.listing.map { .found($0) } ?? .missing
        listings[module] = answer
        return answer
    }

    private func stored(_ project: ModuleVersion) throws -> POMRecord? {
        guard let bytes = try store.record(kind: POMRecord.kind, key: key(project)),
            let record = try? POMRecord(bytes), serves(record, project)
        else { return nil }
        return record
    }

    private func serves(_ record: POMRecord, _ project: ModuleVersion) -> Bool {
        guard FileStamp.holds(record.stamp, of: record.url) else { return false }
        if record.isMissing, isInFolder(project) { return false }
        if !record.isMissing, !RepositoryVersion(project.version).isMoving { return true }
        return policy.serves(
            learnt: record.learnt, began: began, now: currentTime(),
            for: record.isMissing ? MavenPolicy.ofMissing : MavenPolicy.day)
    }

    /// Whether a folder that is asked has a POM by now.
    private func isInFolder(_ project: ModuleVersion) -> Bool {
        let pom = ArtifactCoordinate(ArtifactKey(project.module, fileExtension: "pom"), project.version)
        return repositories.contains { repository in
            repository.root.scheme == .file && repository.has(project.version)
                && FileStamp(repository.url(Layout.file(pom))) != nil
        }
    }

    private func key(_ project: ModuleVersion) -> String { "\(scope)/\(project)" }

    // MARK: - Told by fetching

    /// Whether a POM need not be fetched.
    func knows(_ project: ModuleVersion) -> Bool { poms[project] != nil || projects[project] != nil }

    /// What fetching has brought. POMs that cannot be read are told of when they are asked for.
    struct News: Sendable {
        var poms: [(project: ModuleVersion, pom: POM?, record: POMRecord)] = []
        var listings: [(module: ModuleName, record: ListingRecord)] = []
    }

    /// Takes what was fetched, and writes it to the store.
    mutating func take(_ news: News) throws {
        askedPOMs += news.poms.count
        for (project, pom, record) in news.poms {
            wantedPOMs.remove(project)
            note(record, project)
            if pom == nil, record.isProvisional { unreadable[project] = record }
            if record.isMissing { poms[project] = .missing } else if let pom { poms[project] = .found(pom) }
        }
        for (module, record) in news.listings {
            wantedListings.remove(module)
            listings[module] = record.listing.map { .found($0) } ?? .missing
        }
        try store.setRecords(
            kind: POMRecord.kind,
            news.poms.filter { !$0.record.isProvisional }.map { (key($0.project), $0.record.encoded()) })
        try store.setRecords(
            kind: ListingRecord.kind, news.listings.map { ("\(scope)/\($0.module)", $0.record.encoded()) })
    }

    /// Writes what POMs were found to mean.
    mutating func save() throws {
        try store.setRecords(kind: ProjectRecord.kind, unsaved)
        unsaved = []
    }
}
