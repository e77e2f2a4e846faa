/// What is assumed and concluded so far, as a trail in the order in which it was.
///
/// Each entry narrows one package and keeps the conjunction of all that is known of it (`term`), so that the state at
/// any earlier moment is a prefix of the trail. An entry is either a *decision* (a version chosen) or a *derivation*
/// (forced by an incompatibility, its cause). Level 0 lies before the root's decision; each decision starts a level.
///
///     level 1   root = 0 (decision)      a in 2..<9 (cause: root needs a)     b in 0..<4 (cause: root needs b)
///     level 2   a = 8 (decision)         b in 3..<4 (cause: a 8 needs b)
///     level 3   b = 3 (decision)
struct PartialSolution {
    struct Entry {
        let package: PackageID
        let level: Int32
        /// The incompatibility that forced it, -1 for a decision.
        let cause: Int32
        /// Where the package's previous entry lies in the trail, -1 for none.
        let previous: Int32
        let term: Term

        var isDecision: Bool { cause < 0 }
    }

    private(set) var trail: ContiguousArray<Entry> = []
    /// Each package's latest entry in the trail, -1 for none.
    private(set) var latest: ContiguousArray<Int32> = []
    private(set) var level: Int32 = 0
    /// For each closed backtrack generation, the highest level that has stayed valid since; never descending.
    private var validLevels: ContiguousArray<Int32> = []
    /// What became of each package in the queue of those to decide.
    private(set) var queue = DecisionQueue()

    var generation: Int32 {
        Int32(truncatingIfNeeded: validLevels.count)
    }

    var hasBacktracked: Bool {
        !validLevels.isEmpty
    }

    /// Makes room for packages up to and including `package`.
    mutating func admit(_ package: PackageID) {
        while latest.count <= Int(package.index) {
            latest.append(-1)
            queue.grow()
        }
    }

    /// Whether something that was true at this level, in this generation, can't have been undone since.
    @inline(__always)
    func isStillValid(level: Int32, generation: Int32) -> Bool {
        if generation < 0 { return false }
        if Int(generation) == validLevels.count { return true }
        return level <= validLevels[Int(generation)]
    }

    /// All that is known of the package, `nil` where that is nothing.
    @inline(__always)
    func term(of package: PackageID) -> Term? {
        let index = latest[Int(package.index)]
        return index < 0 ? nil : trail[Int(index)].term
    }

    /// The chosen version, `nil` for none.
    func decision(of package: PackageID) -> Int32? {
        let index = latest[Int(package.index)]
        guard index >= 0, trail[Int(index)].isDecision else { return nil }
        return trail[Int(index)].term.set.singleton
    }

    /// The set that a package which must be chosen and is not yet may be chosen from.
    func undecidedSet(of package: PackageID) -> VersionSet? {
        let index = latest[Int(package.index)]
        guard index >= 0 else { return nil }
        let entry = trail[Int(index)]
        return entry.isDecision || !entry.term.isPositive ? nil : entry.term.set
    }

    mutating func decide(_ package: PackageID, version: Int32) {
        level += 1
        let index = Int32(truncatingIfNeeded: trail.count)
        trail.append(
            Entry(
                package: package, level: level, cause: -1, previous: latest[Int(package.index)],
                term: .positive(VersionSet(version))))
        latest[Int(package.index)] = index
    }

    mutating func derive(_ package: PackageID, _ term: Term, cause: Int32) {
        let previous = latest[Int(package.index)]
        let known = previous < 0 ? term : trail[Int(previous)].term.intersection(term)
        latest[Int(package.index)] = Int32(truncatingIfNeeded: trail.count)
        trail.append(Entry(package: package, level: level, cause: cause, previous: previous, term: known))
        if known.isPositive {
            queue.narrowed(package)
        }
    }

    /// Forgets every entry above `target`.
    mutating func backtrack(to target: Int32) {
        while let last = trail.last, last.level > target {
            let index = Int(last.package.index)
            latest[index] = last.previous
            trail.removeLast()
            if last.previous >= 0, !trail[Int(last.previous)].isDecision, trail[Int(last.previous)].term.isPositive {
                queue.narrowed(last.package)
            }
        }
        level = target
        // Generations whose valid level lies above the target form the end of the list.
        var index = validLevels.count
        validLevels.append(target)
        while index > 0, validLevels[index - 1] > target {
            index -= 1
            validLevels[index] = target
        }
    }

    /// Takes the undecided package of the highest priority from the queue.
    mutating func next() -> PackageID? {
        queue.next(in: trail, latest: latest)
    }

    mutating func setPriority(_ priority: UInt64, of package: PackageID) {
        queue.setPriority(priority, of: package)
    }

    /// What `package`'s constraints were before any choice but the root's.
    func unchangingSet(of package: PackageID) -> VersionSet? {
        var index = latest[Int(package.index)]
        while index >= 0, trail[Int(index)].level > 1 { index = trail[Int(index)].previous }
        guard index >= 0 else { return nil }
        let term = trail[Int(index)].term
        return term.isPositive ? term.set : term.set.complement
    }
}

extension PartialSolution {
    /// How the trail makes an incompatibility's terms true.
    enum Relation {
        /// Every term is true: a conflict.
        case satisfied
        /// Every term but this package's is true, and that one is open.
        case almostSatisfied(PackageID)
        /// A term is false.
        case contradicted
        case inconclusive
    }

    @inline(__always)
    func relation(to id: Int32, in store: borrowing IncompatibilityStore, assuming: (PackageID, Term)? = nil)
        -> Relation
    {
        var open: PackageID?
        for index in store.termRange(id) {
            let wanted = store.terms[index]
            let known: Term?
            if let assuming, assuming.0 == wanted.package {
                known = assuming.1
            } else {
                known = term(of: wanted.package)
            }
            guard let known else {
                if open != nil { return .inconclusive }
                open = wanted.package
                continue
            }
            if known.implies(wanted.term) { continue }
            if known.contradicts(wanted.term) { return .contradicted }
            if open != nil { return .inconclusive }
            open = wanted.package
        }
        return open.map(Relation.almostSatisfied) ?? .satisfied
    }

    /// The earliest entry of `package` with which `term` was false.
    @inline(__always)
    func earliest(of package: PackageID, contradicting term: Term) -> Int32 {
        var index = latest[Int(package.index)]
        while true {
            let previous = trail[Int(index)].previous
            guard previous >= 0, trail[Int(previous)].term.contradicts(term) else { return index }
            index = previous
        }
    }
}
