/// Version solving by the PubGrub algorithm, as a machine that asks instead of calling back.
///
/// The caller turns the crank with ``step()`` and answers what it asks, when it can: an asynchronous caller may fetch
/// metadata between a question and its answer, and the solver knows nothing of it. It has no I/O and no clock, and the
/// same answers always give the same steps.
///
///     loop: switch solver.step() {
///     case .conflicted:                        /* look at solver.takeConflicts(), perhaps change priorities */
///     case .choose(let package, let set):      solver.choose(newest version in set), .reject(…) or .noVersions()
///     case .needDependencies(let package, let version):   solver.addDependencies(…) or .reject(…)
///     case .solved, .failed:                   break loop
///     }
///
/// The algorithm is Natalie Weizenbaum's (dart-lang/pub, doc/solver.md). Identical dependencies of several versions
/// are merged into one incompatibility, as pubgrub-rs does.
public struct Solver: ~Copyable {
    /// What the solver did, or wants to know, next.
    public enum Step: Equatable, Sendable {
        /// Conflicts were met and learned from, and choices taken back. Nothing need be answered.
        case conflicted
        /// Which version of the package, whose positions are in the set? Answer with ``choose(_:)``,
        /// ``noVersions()``, ``reject(_:reason:)`` or ``decide(_:)``.
        case choose(PackageID, VersionSet)
        /// What does the chosen version depend on? Answer with ``addDependencies(in:_:)`` or ``reject(_:reason:)``.
        case needDependencies(PackageID, Int32)
        /// Every package that is needed has a version: ``solution``.
        case solved
        /// No solution exists; the incompatibility says that the root can't be chosen.
        case failed(IncompatibilityID)
    }

    /// A conflict that was met: the package whose assignment ran into the incompatibility.
    public struct Conflict: Hashable, Sendable {
        public let package: PackageID
        public let incompatibility: IncompatibilityID
    }

    private enum State {
        case propagating(PackageID)
        case picking
        case choosing(PackageID, VersionSet)
        case needing(PackageID, Int32)
        case ended(Step)
    }

    struct DependencyKey: Hashable {
        let dependent: PackageID
        let dependency: PackageID
        let allowed: VersionSet
    }

    public let root: PackageID
    private var state: State
    var store = IncompatibilityStore()
    var solutionSoFar = PartialSolution()
    /// The incompatibilities that speak of each package, oldest first; merged ones are taken out.
    var incompatibilities: ContiguousArray<ContiguousArray<Int32>> = []
    /// The one incompatibility for each distinct dependency.
    private var dependencies: [DependencyKey: Int32] = [:]
    /// Package and version of which the dependencies are known.
    private var known: Set<Int64> = []
    var conflicts: [Conflict] = []

    /// A solve whose goal is to choose `root` at position 0.
    public init(root: PackageID) {
        self.root = root
        state = .propagating(root)
        admit(root)
        let goal = store.add([PackageTerm(package: root, term: .negative(VersionSet(0)))], cause: .root)
        incompatibilities[Int(root.index)].append(goal)
    }

    /// Goes on until there is something to tell or to ask; asks again where the last question is unanswered.
    public mutating func step() -> Step {
        if case .propagating(let package) = state {
            if let reason = propagate(from: package) {
                state = .ended(.failed(IncompatibilityID(reason)))
            } else {
                state = .picking
                if !conflicts.isEmpty { return .conflicted }
            }
        }
        if case .picking = state {
            if let package = solutionSoFar.next(), let set = solutionSoFar.undecidedSet(of: package) {
                state = .choosing(package, set)
            } else {
                state = .ended(.solved)
            }
        }
        return switch state {
        case .propagating, .picking: .conflicted
        case .choosing(let package, let set): .choose(package, set)
        case .needing(let package, let version): .needDependencies(package, version)
        case .ended(let step): step
        }
    }

    /// The conflicts since the last call, oldest first.
    public mutating func takeConflicts() -> [Conflict] {
        defer { conflicts.removeAll(keepingCapacity: true) }
        return conflicts
    }

    /// Sets the package's place among those to choose next: higher first, then the one with the lower id.
    ///
    /// It counts from the moment at which the package is next narrowed.
    public mutating func setPriority(_ priority: UInt64, of package: PackageID) {
        admit(package)
        solutionSoFar.setPriority(priority, of: package)
    }

    // MARK: Answers

    /// Takes the version of the package that ``Step/choose(_:_:)`` asked of; its dependencies are asked for if they are
    /// not known yet.
    public mutating func choose(_ version: Int32) {
        guard case .choosing(let package, _) = state else { return }
        if known.contains(key(package, version)) {
            decide(version)
        } else {
            state = .needing(package, version)
        }
    }

    /// Takes the version of the package that ``Step/choose(_:_:)`` asked of, without asking for dependencies: all that
    /// there is to know of them has been told by ``addDependency(of:in:on:in:)``.
    public mutating func decide(_ version: Int32) {
        guard case .choosing(let package, _) = state else { return }
        solutionSoFar.decide(package, version: version)
        state = .propagating(package)
    }

    /// There is no version in the set that ``Step/choose(_:_:)`` asked of.
    public mutating func noVersions() {
        guard case .choosing(let package, let set) = state else { return }
        add([PackageTerm(package: package, term: .positive(set))], cause: .noVersions)
        state = .propagating(package)
    }

    /// Rules versions of the package in question out; `reason` is a number that the caller knows the reason by.
    public mutating func reject(_ versions: VersionSet, reason: Int32) {
        let package: PackageID
        switch state {
        case .choosing(let asked, _): package = asked
        case .needing(let asked, _): package = asked
        default: return
        }
        add([PackageTerm(package: package, term: .positive(versions))], cause: .unavailable(reason: reason))
        state = .propagating(package)
    }

    /// Tells what the version that ``Step/needDependencies(_:_:)`` asked of depends on.
    ///
    /// `versions` are the positions that this is true of: the version itself, and any beside it that are known to
    /// hold no other version or one with the same dependencies. The wider they are the better dependencies merge.
    public mutating func addDependencies(
        in versions: VersionSet, _ needed: some Sequence<(package: PackageID, set: VersionSet)>
    ) {
        guard case .needing(let package, let version) = state else { return }
        known.insert(key(package, version))
        let assumption = (package, Term.positive(VersionSet(version)))
        var conflict: Int32?
        for dependency in needed {
            admit(dependency.package)
            let id = merge(of: package, in: versions, on: dependency.package, in: dependency.set)
            // Before anything has gone wrong a conflict here is so rare that looking for one costs more than it saves.
            if conflict == nil, solutionSoFar.hasBacktracked,
                case .satisfied = solutionSoFar.relation(to: id, in: store, assuming: assumption)
            {
                conflict = id
            }
        }
        if let conflict {
            conflicts.append(Conflict(package: package, incompatibility: IncompatibilityID(conflict)))
        } else {
            solutionSoFar.decide(package, version: version)
        }
        state = .propagating(package)
    }

    /// Adds `{package in versions, not dependency in allowed}`, at any time.
    public mutating func addDependency(
        of package: PackageID, in versions: VersionSet, on dependency: PackageID, in allowed: VersionSet
    ) {
        admit(package)
        admit(dependency)
        _ = merge(of: package, in: versions, on: dependency, in: allowed)
    }

    /// Adds `{package in versions}` at any time, for a reason that is known by `cause`.
    mutating func exclude(_ versions: VersionSet, of package: PackageID, cause: Cause) {
        admit(package)
        add([PackageTerm(package: package, term: .positive(versions))], cause: cause)
    }

    /// Takes back the choice of `package` and all later ones, so that changed priorities can act; whether there was
    /// one to take back.
    public mutating func backtrack(before package: PackageID) -> Bool {
        guard case .picking = state else { return false }
        let last = solutionSoFar.latest[Int(package.index)]
        guard last >= 0, solutionSoFar.trail[Int(last)].isDecision else { return false }
        solutionSoFar.backtrack(to: solutionSoFar.trail[Int(last)].level - 1)
        return true
    }

    // MARK: Results

    /// The chosen packages with their versions, in the order in which they were chosen.
    public var solution: [(package: PackageID, version: Int32)] {
        solutionSoFar.trail.compactMap { entry in
            guard entry.isDecision, let version = entry.term.set.singleton else { return nil }
            return (entry.package, version)
        }
    }

    /// The version of `package` that is chosen at the moment.
    public func decision(of package: PackageID) -> Int32? {
        Int(package.index) < solutionSoFar.latest.count ? solutionSoFar.decision(of: package) : nil
    }

    /// The set that `package` is held to at the moment, where it must be chosen and is not yet.
    public func undecidedSet(of package: PackageID) -> VersionSet? {
        Int(package.index) < solutionSoFar.latest.count ? solutionSoFar.undecidedSet(of: package) : nil
    }

    /// What the root's own dependencies alone hold `package` to, whatever else is chosen.
    public func unchangingSet(of package: PackageID) -> VersionSet? {
        Int(package.index) < solutionSoFar.latest.count ? solutionSoFar.unchangingSet(of: package) : nil
    }

    public func incompatibility(_ id: IncompatibilityID) -> Incompatibility {
        Incompatibility(terms: Array(store.terms[store.termRange(id.index)]), cause: store[id.index].cause)
    }

    /// The packages that the incompatibility speaks of.
    public func packages(of id: IncompatibilityID) -> [PackageID] {
        store.terms[store.termRange(id.index)].map(\.package)
    }

    // MARK: Storing

    private func key(_ package: PackageID, _ version: Int32) -> Int64 {
        Int64(package.index) << 32 | Int64(version)
    }

    private mutating func admit(_ package: PackageID) {
        while incompatibilities.count <= Int(package.index) {
            incompatibilities.append([])
        }
        solutionSoFar.admit(package)
    }

    private mutating func add(_ terms: [PackageTerm], cause: Cause) {
        list(store.add(terms, cause: cause))
    }

    /// Lists a new incompatibility under the packages it speaks of.
    mutating func list(_ id: Int32) {
        for index in store.termRange(id) {
            incompatibilities[Int(store.terms[index].package.index)].append(id)
        }
    }

    /// Adds a dependency; one that other versions of the same package have already takes their place too:
    ///
    ///     {a 1, not b in 2..<4} and {a 2, not b in 2..<4}  become  {a 1..<3, not b in 2..<4}
    private mutating func merge(
        of package: PackageID, in versions: VersionSet, on dependency: PackageID, in allowed: VersionSet
    ) -> Int32 {
        // What a package demands of itself is no property of several versions.
        guard package != dependency else {
            let id = store.addDependency(of: package, in: versions, on: dependency, in: allowed)
            list(id)
            return id
        }
        let key = DependencyKey(dependent: package, dependency: dependency, allowed: allowed)
        var dependents = versions
        if let past = dependencies[key], let term = store.term(past, of: package) {
            if versions.isSubset(of: term.set) { return past }
            dependents = term.set.union(versions)
            unlist(past, under: package)
            if !allowed.isEmpty { unlist(past, under: dependency) }
        }
        let id = store.addDependency(of: package, in: dependents, on: dependency, in: allowed)
        dependencies[key] = id
        list(id)
        return id
    }

    private mutating func unlist(_ id: Int32, under package: PackageID) {
        if let place = incompatibilities[Int(package.index)].lastIndex(of: id) {
            incompatibilities[Int(package.index)].remove(at: place)
        }
    }
}
