internal import Cryptography
internal import PubGrub
internal import PythonPackaging
internal import Recipes

/// A resolve as a machine: it goes on until it is done or lacks something that must be fetched.
///
/// It runs on one thread at a time and never waits; whoever turns it fetches what it asks for and hands that in.
final class ResolverMachine {
    /// Something to fetch.
    enum Need: Sendable {
        case listing(PackageName)
        case direct(PackageName, url: String)
        case metadata(PackageName, ProjectListing, place: Int, key: UInt64)
    }

    /// What came of it.
    enum Arrival: Sendable {
        case listing(PackageName, Result<ProjectListing, any Error>)
        case direct(PackageName, Result<(ProjectListing, FileMetadata), any Error>)
        case metadata(PackageName, key: UInt64, Result<FileMetadata, any Error>)
    }

    enum Outcome {
        case finished(Resolution)
        /// Start fetching these; go on when anything arrives.
        case waiting([Need])
    }

    let request: ResolutionRequest
    let provider: any MetadataProvider
    let target: ResolutionTarget
    var pool: RequirementPool
    var packages = PackageTable()
    var priorities = Priorities()
    var solver = Solver(root: PackageTable.root)

    /// The projects that the recipe itself asks for.
    var requested: Set<Int32> = []
    /// The pool's numbers of what the recipe asks for, and of what constrains and replaces, by project.
    var requests: [Int32] = []
    var constraints: [Int32: [Int32]] = [:]
    var overrides: [Int32: [Int32]] = [:]
    /// Requirements of a project on itself with extras, without the extras.
    var bare: [Int32: Int32] = [:]
    /// Why versions are unavailable, by the numbers that the solver knows the reasons by.
    var reasons: [Unavailability] = []
    var reasonNumbers: [Unavailability: Int32] = [:]
    /// How often each package ran into a conflict, and how often it was the other one.
    var affected: [PackageID: Int] = [:]
    var culprits: [PackageID: Int] = [:]
    /// The package that was chosen last.
    var latest = PackageTable.root
    /// Preferences by project.
    var preferred: [Int32: Version] = [:]
    /// What is to be fetched and has not been handed out.
    var needs: [Need] = []
    /// Projects whose dependencies were read from storage, and those of which something new was learned.
    var isStored: Set<Int32> = []
    var learned: Set<Int32> = []
    /// Requirements whose packages' listings were asked for ahead, by file.
    var isExplored: Set<UInt64> = []

    init(_ request: ResolutionRequest, provider: any MetadataProvider) throws {
        self.request = request
        self.provider = provider
        target = ResolutionTarget(python: request.python, platform: request.platform)
        pool = RequirementPool(environment: MarkerEnvironment(python: request.python, platform: request.platform))
        try takeInput()
    }

    /// Goes on until the end or until something must be fetched.
    func advance() throws -> Outcome {
        while true {
            switch solver.step() {
            case .conflicted:
                reconsider()
            case .choose(let package, let set):
                guard try choose(package, from: set) else { return wait() }
            case .needDependencies(let package, let position):
                guard try answer(package, at: position) else { return wait() }
            case .solved:
                return .finished(try resolution())
            case .failed(let reason):
                throw try explanation(of: reason)
            }
        }
    }

    private func wait() -> Outcome {
        lookAhead()
        defer { needs.removeAll() }
        return .waiting(needs)
    }

    /// Takes in what was fetched.
    func deliver(_ arrival: Arrival) {
        switch arrival {
        case .listing(let name, let result):
            let project = pool.project(name)
            switch result {
            case .success(let listing): project.take(listing)
            case .failure(let error): project.state = .failed(error)
            }
        case .direct(let name, let result):
            let project = pool.project(name)
            switch result {
            case .success(let (listing, metadata)):
                project.take(listing)
                for file in listing.files { project.learn(metadata, key: file.key) }
            case .failure(let error): project.state = .failed(error)
            }
        case .metadata(let name, let key, let result):
            let project = pool.project(name)
            switch result {
            case .success(let metadata):
                project.learn(metadata, key: key)
                learned.insert(project.number)
            case .failure(let error):
                project.awaited.remove(key)
                project.failures[key] = error
            }
        }
    }

    /// What was learned of files' dependencies since the start.
    func tablesToKeep() -> [(project: PackageName, table: DependencyTable)] {
        learned.sorted().map { (pool.projects[Int($0)].name, pool.projects[Int($0)].lastingDependencies) }
    }

    // MARK: Input

    private func takeInput() throws {
        for request in request.requests {
            let number = pool.add(request.requirement)
            requests.append(number)
            if pool.all[Int(number)].isPlain { requested.insert(pool.all[Int(number)].project) }
            try note(number, url: request.requirement.url)
            if !request.hashes.isEmpty, pool.all[Int(number)].isPlain {
                let keys = request.hashes.map(FileKey.of)
                target.allowedKeys[request.requirement.name, default: []].formUnion(keys)
            }
        }
        target.buildable =
            switch request.sourceDistributions {
            case .never: []
            case .listed: Set(request.requests.map(\.requirement.name))
            case .any: nil
            }
        for (list, kind) in [(request.constraints, \ResolverMachine.constraints), (request.overrides, \.overrides)] {
            for requirement in list {
                let number = pool.add(requirement)
                self[keyPath: kind][pool.all[Int(number)].project, default: []].append(number)
                try note(number, url: requirement.url)
            }
        }
        for (name, version) in request.preferences {
            preferred[pool.project(name).number] = version
            target.pinned[name, default: []].append(version)
        }
    }

    /// Notes what a requirement of the recipe's own allows beyond others': a URL, and yanked files of a pinned version.
    private func note(_ number: Int32, url: String?) throws {
        let requirement = pool.all[Int(number)]
        guard requirement.isPlain else { return }
        let project = pool.projects[Int(requirement.project)]
        if let url {
            if let other = project.url, other != url { throw ResolverError.twoURLs(project.name, other, url) }
            project.url = url
        }
        let specifiers = requirement.requirement.specifiers.specifiers
        if specifiers.count == 1, specifiers[0].isPin {
            target.pinned[project.name, default: []].append(specifiers[0].version)
        }
    }

    func reasonNumber(_ reason: Unavailability) -> Int32 {
        if let known = reasonNumbers[reason] { return known }
        let number = Int32(reasons.count)
        reasons.append(reason)
        reasonNumbers[reason] = number
        return number
    }
}
