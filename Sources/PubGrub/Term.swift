/// A statement about one package that a choice of versions makes true or false.
///
/// A *positive* term says that the package is chosen, at a version in the set. A *negative* term says the opposite:
/// the package is not chosen at all, or at a version outside the set. So `not {full}` reads "not chosen", and
/// `not {}` is true of everything.
public struct Term: Hashable, Sendable {
    public var set: VersionSet
    public var isPositive: Bool

    @inline(__always)
    init(set: VersionSet, isPositive: Bool) {
        self.set = set
        self.isPositive = isPositive
    }

    public static func positive(_ set: VersionSet) -> Term {
        Term(set: set, isPositive: true)
    }

    public static func negative(_ set: VersionSet) -> Term {
        Term(set: set, isPositive: false)
    }

    /// The term that is always true.
    var isAny: Bool {
        !isPositive && set.isEmpty
    }

    /// The term that is true where this one is false.
    var negated: Term {
        Term(set: set, isPositive: !isPositive)
    }

    /// The term that is true where both are.
    func intersection(_ other: Term) -> Term {
        switch (isPositive, other.isPositive) {
        case (true, true): .positive(set.intersection(other.set))
        case (true, false): .positive(set.subtracting(other.set))
        case (false, true): .positive(other.set.subtracting(set))
        case (false, false): .negative(set.union(other.set))
        }
    }

    /// The term that is true where either is.
    func union(_ other: Term) -> Term {
        switch (isPositive, other.isPositive) {
        case (true, true): .positive(set.union(other.set))
        case (true, false): .negative(other.set.subtracting(set))
        case (false, true): .negative(set.subtracting(other.set))
        case (false, false): .negative(set.intersection(other.set))
        }
    }

    /// Whether this term being true makes the other true.
    @inline(__always)
    func implies(_ other: Term) -> Bool {
        switch (isPositive, other.isPositive) {
        case (true, true): set.isSubset(of: other.set)
        case (true, false): set.isDisjoint(with: other.set)
        case (false, true): false
        case (false, false): other.set.isSubset(of: set)
        }
    }

    /// Whether the two can't both be true.
    @inline(__always)
    func contradicts(_ other: Term) -> Bool {
        switch (isPositive, other.isPositive) {
        case (true, true): set.isDisjoint(with: other.set)
        case (true, false): set.isSubset(of: other.set)
        case (false, true): other.set.isSubset(of: set)
        case (false, false): false
        }
    }
}

/// A term and the package that it speaks of.
public struct PackageTerm: Hashable, Sendable {
    public let package: PackageID
    public var term: Term
}
