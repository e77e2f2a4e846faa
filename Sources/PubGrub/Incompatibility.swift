/// Names one incompatibility of a solve; later ones have greater indices than the ones they were derived from.
public struct IncompatibilityID: Hashable, Comparable, Sendable {
    public let index: Int32

    init(_ index: Int32) {
        self.index = index
    }

    public static func < (a: IncompatibilityID, b: IncompatibilityID) -> Bool {
        a.index < b.index
    }
}

/// Why an incompatibility holds.
public enum Cause: Hashable, Sendable {
    /// The root must be chosen: its only term is `not root`.
    case root
    /// The caller knows no version in the term's set.
    case noVersions
    /// Versions of `of` depend on `on`: `{of in these, not on in those}`. Where the dependency can't be met at all
    /// (an empty set), the second term is left out.
    case dependency(of: PackageID, on: PackageID)
    /// The caller ruled the versions out, for a reason of its own that it knows by this number.
    case unavailable(reason: Int32)
    /// Follows from two others by resolution on a package that both speak of.
    case derived(IncompatibilityID, IncompatibilityID)
}

/// Terms that can't all be true at once.
public struct Incompatibility: Hashable, Sendable {
    public let terms: [PackageTerm]
    public let cause: Cause

    /// The term that speaks of `package`.
    public func term(of package: PackageID) -> Term? {
        terms.first { $0.package == package }?.term
    }
}

/// Every incompatibility of a solve, their terms in one row.
///
/// Nothing is ever removed: a derivation may lean on any of them.
struct IncompatibilityStore {
    struct Entry {
        let firstTerm: Int32
        let termCount: Int32
        let cause: Cause
        /// The decision level and backtrack generation at which a term was last seen contradicted; generation -1 for
        /// never. See `PartialSolution.isStillValid`.
        var contradictedLevel: Int32 = 0
        var contradictedGeneration: Int32 = -1
    }

    private(set) var entries: ContiguousArray<Entry> = []
    private(set) var terms: ContiguousArray<PackageTerm> = []

    var count: Int32 {
        Int32(truncatingIfNeeded: entries.count)
    }

    subscript(id: Int32) -> Entry {
        entries[Int(id)]
    }

    @inline(__always)
    func termRange(_ id: Int32) -> Range<Int> {
        let entry = entries[Int(id)]
        return Int(entry.firstTerm)..<Int(entry.firstTerm + entry.termCount)
    }

    func term(_ id: Int32, of package: PackageID) -> Term? {
        for index in termRange(id) where terms[index].package == package {
            return terms[index].term
        }
        return nil
    }

    mutating func markContradicted(_ id: Int32, level: Int32, generation: Int32) {
        entries[Int(id)].contradictedLevel = level
        entries[Int(id)].contradictedGeneration = generation
    }

    mutating func add(_ newTerms: some Collection<PackageTerm>, cause: Cause) -> Int32 {
        let id = count
        entries.append(
            Entry(firstTerm: Int32(terms.count), termCount: Int32(newTerms.count), cause: cause))
        terms.append(contentsOf: newTerms)
        return id
    }

    /// `{package in set, not dependency in allowed}`.
    mutating func addDependency(
        of package: PackageID, in set: VersionSet, on dependency: PackageID, in allowed: VersionSet
    ) -> Int32 {
        let id = count
        let isUnsatisfiable = allowed.isEmpty
        entries.append(
            Entry(
                firstTerm: Int32(terms.count), termCount: isUnsatisfiable ? 1 : 2,
                cause: .dependency(of: package, on: dependency)))
        terms.append(PackageTerm(package: package, term: .positive(set)))
        if !isUnsatisfiable {
            terms.append(PackageTerm(package: dependency, term: .negative(allowed)))
        }
        return id
    }

    /// The rule of resolution: from `{p, A}` and `{not p, B}` follows `{A, B}`.
    ///
    ///     conflict   {a, b, p in X}        cause   {c, b', p not in Y}
    ///                       \                        /
    ///                     {a, b ∩ b', c, p in X ∪ not in Y}
    ///
    /// The last term is true of everything, and left out, whenever the cause alone made the conflict's term true.
    mutating func addResolvent(of conflict: Int32, and satisfierCause: Int32, on package: PackageID) -> Int32 {
        var merged: ContiguousArray<PackageTerm> = []
        var pivot: Term?
        for index in termRange(conflict) {
            if terms[index].package == package { pivot = terms[index].term } else { merged.append(terms[index]) }
        }
        for index in termRange(satisfierCause) {
            let other = terms[index]
            if other.package == package {
                pivot = pivot?.union(other.term)
            } else if let same = merged.firstIndex(where: { $0.package == other.package }) {
                merged[same].term = merged[same].term.intersection(other.term)
            } else {
                merged.append(other)
            }
        }
        if let pivot, !pivot.isAny {
            merged.append(PackageTerm(package: package, term: pivot))
        }
        return add(merged, cause: .derived(IncompatibilityID(conflict), IncompatibilityID(satisfierCause)))
    }
}
