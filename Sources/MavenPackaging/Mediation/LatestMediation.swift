/// Chooses as Ivy and coursier do: of every module the latest version that anything asks for.
///
/// Round by round everything is followed with the versions chosen so far, and chosen anew from what was asked for on the
/// way, until nothing changes: so what a version asked for that lost does not count. Where that runs in circles, versions only
/// rise from some round on. Ranges must hold; a version outside one does not count. A dependency is excluded where it is
/// on every path.
struct LatestMediation<Source: ProjectSource> {
    private var reader: ProjectReader<Source>
    private var management: Management
    private let provided: ProvidedModules
    private var exclusions = ExclusionSets()

    /// Rounds in which a version may fall again, and all rounds.
    private static var freeRounds: Int { 40 }
    private static var mostRounds: Int { 400 }

    private struct Request {
        let constraint: VersionConstraint
        /// The constraint's own version, or the best of its range.
        let version: MavenVersion
        let path: [ArtifactCoordinate]
        let unmanagedVersion: String?
    }

    /// An artifact that was reached.
    private struct Found {
        var scopes: Set<String>
        /// Of the request itself.
        var ownScope: String?
        var isOptional: Bool
        var isAtPath: Bool
        var path: [ArtifactCoordinate]
        var former: [ModuleVersion]
        var visits: [Visit] = []
    }

    private struct Visit {
        let exclusions: Int
        let scope: String
    }

    /// A dependency to be followed.
    private struct Step {
        let dependency: Dependency
        let exclusions: Int
        let parentScope: String
        let path: [ArtifactCoordinate]
        var former: [ModuleVersion] = []
    }

    private struct Round {
        var requests: [ModuleName: [Request]] = [:]
        var found: [ArtifactKey: Found] = [:]
        var order: [ArtifactKey] = []
        var leftOut: [LeftOut] = []
        var excluded: Set<ModuleName> = []
        var isComplete = true
        /// What is wrong with the POM of something that was followed; of versions that lose it does no harm.
        var failure: MavenPackagingError?
    }

    init(
        _ source: Source, management: [Dependency], provided: [ProvidedModule], kept: [ModuleName: String],
        ignored: [Exclusion] = []
    ) {
        reader = ProjectReader(source, keeping: kept, ignoring: ignored)
        self.management = Management(management)
        self.provided = ProvidedModules(provided)
    }

    /// - Returns: `nil` while something is pending, and the source that was asked.
    mutating func mediate(_ roots: [Dependency]) throws -> (Mediation?, Source) {
        var selection: [ModuleName: MavenVersion] = [:]
        for number in 0..<Self.mostRounds {
            let round = try follow(roots, with: selection)
            guard round.isComplete else { return (nil, reader.source) }
            var next: [ModuleName: MavenVersion] = [:]
            for (module, requests) in round.requests {
                guard let chosen = try choose(module, requests) else { return (nil, reader.source) }
                next[module] = chosen
            }
            if number >= Self.freeRounds {
                next.merge(selection) { max($0, $1) }
            }
            if next.count == selection.count, next.allSatisfy({ selection[$0.key]?.text == $0.value.text }) {
                return (result(round, selection), reader.source)
            }
            selection = next
        }
        throw MavenPackagingError(
            .tooManyDependencies, "the request", "comes to no end: its versions ask for each other in turn",
            advice: "manage the versions of what changes in the recipe, or choose the mediation `nearest`")
    }

    // MARK: - A round

    private mutating func follow(_ roots: [Dependency], with selection: [ModuleName: MavenVersion]) throws -> Round {
        var round = Round()
        var queue = roots.map { Step(dependency: $0, exclusions: 0, parentScope: "", path: []) }
        var next = 0
        while next < queue.count {
            let step = queue[next]
            next += 1
            try follow(step, with: selection, &round, &queue)
            guard queue.count < 5_000_000 else {
                throw MavenPackagingError(
                    .tooManyDependencies, "the request", "has more than 5000000 paths to its dependencies",
                    advice: "exclude what is not needed")
            }
        }
        return round
    }

    private mutating func follow(
        _ step: Step, with selection: [ModuleName: MavenVersion], _ round: inout Round, _ queue: inout [Step]
    ) throws {
        let given = step.dependency
        let isRoot = step.path.isEmpty
        if !isRoot, step.former.isEmpty {
            if given.scope == "test" || given.scope == "provided" || given.isOptional { return }
        }
        if exclusions.excludes(step.exclusions, given.key.module) {
            round.excluded.insert(given.key.module)
            return
        }
        if let match = provided.match(given) {
            let left = LeftOut(coordinate: given.coordinate, provided: match, path: step.path)
            if !round.leftOut.contains(where: { $0.coordinate == left.coordinate }) { round.leftOut.append(left) }
            return
        }
        var dependency = given
        let changes = management.apply(
            to: &dependency, isRoot: isRoot, keepsVersion: step.former.last?.module == given.key.module)
        let constraint: VersionConstraint
        let best: MavenVersion
        do {
            guard let (found, versions) = try told(step, { try $0.versions(of: &dependency, isRoot: isRoot) }),
                let last = versions.last
            else {
                round.isComplete = false
                return
            }
            (constraint, best) = (found, last)
        } catch let error as MavenPackagingError {
            guard let asker = step.path.last else { throw error }
            round.failure = round.failure ?? error.orIgnoring(asker.module)
            return
        }
        let key = dependency.key
        let asked = constraint.isHard ? constraint.text : best.text
        round.requests[key.module, default: []].append(
            Request(
                constraint: constraint, version: best,
                path: step.path + [ArtifactCoordinate(key, changes.unmanagedVersion ?? asked)],
                unmanagedVersion: changes.unmanagedVersion))
        dependency.version = (selection[key.module] ?? best).text
        let below = exclusions.adding(dependency.exclusions, to: step.exclusions)
        let nothingElse = exclusions.hasEverything(below)
        guard let described = try told(step, { try $0.describe(dependency, alone: nothingElse) }) else {
            round.isComplete = false
            return
        }
        if let failure = described.failure { round.failure = round.failure ?? failure.through(step.path) }
        if !described.former.isEmpty {
            queue.append(
                Step(
                    dependency: described.dependency, exclusions: step.exclusions, parentScope: step.parentScope,
                    path: step.path, former: step.former + described.former))
            return
        }
        let scope =
            changes.scope
            ? dependency.scope : Scope.derived(parent: step.parentScope, child: dependency.scope)
        let path = step.path + [dependency.coordinate]
        if round.found[key] == nil {
            round.order.append(key)
            round.found[key] = Found(
                scopes: [], isOptional: true, isAtPath: dependency.isAtPath, path: path, former: step.former)
        }
        round.found[key]?.scopes.insert(scope)
        if isRoot, round.found[key]?.ownScope == nil { round.found[key]?.ownScope = dependency.scope }
        if !dependency.isOptional { round.found[key]?.isOptional = false }

        let visits = round.found[key]?.visits ?? []
        if visits.contains(where: {
            Scope.isAsWide($0.scope, as: scope) && exclusions.isSubset($0.exclusions, of: below)
        }) {
            return
        }
        round.found[key]?.visits.append(Visit(exclusions: below, scope: scope))
        guard !dependency.isWhole, let project = described.project else { return }
        for child in project.dependencies {
            queue.append(Step(dependency: child, exclusions: below, parentScope: scope, path: path))
        }
    }

    private mutating func told<Answer>(
        _ step: Step, _ ask: (inout ProjectReader<Source>) throws -> Answer
    ) throws -> Answer {
        do {
            return try ask(&reader)
        } catch let error as MavenPackagingError {
            throw error.through(step.path)
        } catch var stop as MediationStop {
            stop.path = step.path
            throw stop
        }
    }

    // MARK: - Choices

    /// The latest version that is asked for and that every range allows; without one, the latest that they allow at all.
    private mutating func choose(_ module: ModuleName, _ requests: [Request]) throws -> MavenVersion? {
        let ranges = requests.map(\.constraint).filter(\.isHard)
        func allowed(_ version: MavenVersion) -> Bool { ranges.allSatisfy { $0.allows(version) } }
        let soft = requests.filter { !$0.constraint.isHard }.map(\.version)
        // Of equal versions the first that was asked for.
        var best: MavenVersion?
        for version in soft where allowed(version) && (best.map { $0 < version } ?? true) { best = version }
        if let best { return best }
        if ranges.count == 1, let only = requests.first(where: \.constraint.isHard) { return only.version }
        var listing: [String] = ranges.compactMap { $0.pinned?.text }
        switch try reader.listing(of: module) {
        case .pending: return nil
        case .found(let found): listing += found.versions
        case .missing: break
        }
        let common = listing.filter(NameRules.isVersion).map(MavenVersion.init).filter(allowed)
        guard let latest = reader.kept(of: module, among: common) ?? common.max() else {
            var asked: [String] = []
            for request in requests {
                let by = request.path.dropLast().map(\.description).joined(separator: " → ")
                asked.append("\(request.constraint) by \(by.isEmpty ? "the request" : by)")
            }
            throw MavenPackagingError(
                .conflictingRanges, "\(module)",
                "is asked for in versions that exclude each other: " + asked.joined(separator: ", "),
                advice: "manage one version of it in the recipe, or exclude it where it does no good")
        }
        return latest
    }

    /// The first that asks for the very version that was chosen.
    private func asker(of key: ArtifactKey, _ version: MavenVersion, _ requests: [Request]) -> Request? {
        requests.first { $0.path.last == ArtifactCoordinate(key, version.text) }
    }

    private func askers(of module: ModuleName, _ requests: [Request]) -> [Asker] {
        var askers: [Asker] = []
        for request in requests {
            let asker = Asker(
                by: request.path.dropLast().last, version: request.unmanagedVersion ?? request.constraint.text)
            if !askers.contains(asker) { askers.append(asker) }
        }
        return askers
    }

    private func result(_ round: Round, _ selection: [ModuleName: MavenVersion]) -> Mediation {
        var result = Mediation(leftOut: round.leftOut)
        result.failure = round.failure
        for key in round.order {
            guard let found = round.found[key], let version = selection[key.module] else { continue }
            let requests = round.requests[key.module] ?? []
            var lost: [LostVersion] = []
            for request in requests {
                let reason: LostVersion.Reason
                let text: String
                if let unmanaged = request.unmanagedVersion, unmanaged != version.text {
                    (text, reason) = (unmanaged, .managed)
                } else if !request.constraint.isHard, request.version.text != version.text {
                    text = request.version.text
                    let broken = requests.first { !$0.constraint.allows(request.version) }
                    reason = broken.map { .outsideRange($0.constraint.text) } ?? .lower
                } else {
                    continue
                }
                let record = LostVersion(version: text, path: request.path, reason: reason)
                if !lost.contains(record) { lost.append(record) }
            }
            result.chosen.append(
                ChosenArtifact(
                    coordinate: ArtifactCoordinate(key, version.text),
                    scope: found.ownScope ?? Scope.widest(found.scopes), isOptional: found.isOptional,
                    isAtPath: found.isAtPath, path: asker(of: key, version, requests)?.path ?? found.path,
                    askers: askers(of: key.module, requests), lost: lost,
                    relocatedFrom: found.former))
        }
        let chosen = Set(result.chosen.map(\.coordinate.project))
        result.withoutPOM = reader.withoutPOM.filter(chosen.contains).sorted()
        result.ignoredPOMs = reader.ignoredPOMs.filter(chosen.contains).sorted()
        result.unreadPOMs = reader.unreadPOMs.filter(chosen.contains).sorted()
        result.excluded = round.excluded
        result.managed = management.used
        return result
    }
}
