/// Why there is no solution: a chain of reasons, each line a conclusion from facts and from earlier lines.
///
/// A solver's proof takes one small step for each version that it ruled out, far too many to read:
///
///     root can't be chosen
///      ├─ root needs a
///      └─ a is impossible
///          ├─ a 3 is impossible ── a 3 needs b 1, root needs b 2
///          └─ a 1..<3 is impossible
///              ├─ a 2 is impossible ── a 2 needs b 1, root needs b 2
///              └─ …
///
/// So a long proof is not told as it was found, but anew from its `Core`. A step that nothing else builds on melts into
/// the line that uses it while the line stays short, and a conclusion that is used twice keeps a line with a number.
public struct Report: Sendable {
    /// Something true of the packages as they are; of several facts, the union of what they speak of.
    public struct Fact: Hashable, Sendable {
        public enum Kind: Hashable, Sendable {
            /// The versions depend on the other package.
            case dependency(on: PackageID)
            /// There are no such versions.
            case noVersions
            /// The caller ruled the versions out; the number is the caller's.
            case unavailable(reason: Int32)
        }

        public let package: PackageID
        public let kind: Kind
        public internal(set) var versions: VersionSet
        /// What a dependency admits.
        public internal(set) var allowed: VersionSet
        /// Whether the facts in one differ in what they admit, so that each version has demands of its own.
        public internal(set) var isVaried = false
    }

    /// One conclusion and what it rests on.
    public struct Line: Sendable {
        /// The number that later lines refer to it by, where they do other than directly below.
        public internal(set) var number: Int?
        public internal(set) var facts: [Fact]
        /// The lines (by their place) that it rests on besides.
        public internal(set) var earlier: [Int]
        /// What can't all be true at once.
        public let conclusion: [PackageTerm]
    }

    public private(set) var lines: [Line] = []

    /// How many reasons a line may have before it is cut in two.
    private static let reasonLimit = 3

    /// Explains the incompatibility with which a solve failed.
    ///
    /// - Parameter areBound: whether two packages have one version by nature, so that a dependency of one on the other
    ///   at its own version needs no telling.
    public init(
        of failure: IncompatibilityID, in solver: borrowing Solver,
        areBound: (PackageID, PackageID) -> Bool = { _, _ in false }
    ) {
        self.init(of: failure, in: solver, stepLimit: 8, areBound: areBound)
    }

    /// - Parameter stepLimit: from how many steps on a proof is not told as it was found, but anew from its core.
    init(
        of failure: IncompatibilityID, in solver: borrowing Solver, stepLimit: Int,
        areBound: (PackageID, PackageID) -> Bool = { _, _ in false }
    ) {
        let proof = ProofGraph(of: failure.index, in: solver.store)
        guard proof.order.count > stepLimit else {
            self.init(failure.index, proof, in: solver.store)
            return
        }
        var core = Core(of: failure.index, in: solver, proof: proof, areBound: areBound)
        core.shrink()
        var small = Solver(root: solver.root)
        guard let end = core.refute(&small) else {
            self.init(failure.index, proof, in: solver.store)
            return
        }
        self.init(end.index, ProofGraph(of: end.index, in: small.store), in: small.store)
        for line in lines.indices {
            for place in lines[line].facts.indices {
                let fact = lines[line].facts[place]
                lines[line].facts[place].isVaried = core.facts.contains { whole in
                    whole.isVaried && whole.package == fact.package
                        && whole.cause == .dependency(of: fact.package, on: fact.dependency ?? whole.package)
                }
            }
        }
    }

    private init(_ failure: Int32, _ proof: ProofGraph, in store: borrowing IncompatibilityStore) {
        // Lines under way: a step's facts and premises until it is told or melts into another.
        var open: [Int32: Line] = [:]
        var told: [Int32: Int] = [:]
        for step in proof.order {
            var line = Line(facts: [], earlier: [], conclusion: Array(store.terms[store.termRange(step)]))
            for cause in proof.causes(of: step, in: store) {
                if let fact = Report.fact(cause, in: store) {
                    line.add([fact])
                } else if let place = told[cause] {
                    line.cite(place)
                } else if let under = open.removeValue(forKey: cause) {
                    var joined = line
                    joined.add(under.facts)
                    under.earlier.forEach { joined.cite($0) }
                    let isShared = proof.uses[cause, default: 0] > 1
                    if !isShared, joined.facts.count + joined.earlier.count <= Report.reasonLimit || under.isEmpty {
                        line = joined
                    } else {
                        told[cause] = tell(under)
                        line.cite(lines.count - 1)
                    }
                }
            }
            open[step] = line
        }
        if let last = open[failure] {
            _ = tell(last)
        } else if let fact = Report.fact(failure, in: store) {
            lines = [Line(facts: [fact], earlier: [], conclusion: [])]
        }
        number()
    }

    private mutating func tell(_ line: Line) -> Int {
        lines.append(line)
        return lines.count - 1
    }

    /// Numbers the lines that are referred to from elsewhere than the next line.
    private mutating func number() {
        var isReferredTo = [Bool](repeating: false, count: lines.count)
        for (place, line) in lines.enumerated() {
            for earlier in line.earlier where earlier != place - 1 { isReferredTo[earlier] = true }
        }
        var next = 1
        for place in lines.indices where isReferredTo[place] {
            lines[place].number = next
            next += 1
        }
    }

    /// The fact that an incompatibility states; `nil` for a derived one.
    static func fact(_ id: Int32, in store: borrowing IncompatibilityStore) -> Fact? {
        let terms = store.termRange(id)
        guard let first = terms.first else { return nil }
        let subject = store.terms[first]
        let versions = subject.term.set
        return switch store[id].cause {
        case .derived, .root: nil
        case .noVersions: Fact(package: subject.package, kind: .noVersions, versions: versions, allowed: .empty)
        case .unavailable(let reason):
            Fact(package: subject.package, kind: .unavailable(reason: reason), versions: versions, allowed: .empty)
        case .dependency(let package, let dependency):
            Fact(
                package: package, kind: .dependency(on: dependency), versions: versions,
                allowed: terms.count == 2 ? store.terms[first + 1].term.set : .empty)
        }
    }
}

extension Report.Fact {
    /// The package that the fact is a dependency on.
    var dependency: PackageID? {
        if case .dependency(let other) = kind { other } else { nil }
    }
}

extension Report.Line {
    var isEmpty: Bool { facts.isEmpty && earlier.isEmpty }

    /// Adds facts, each to the one that says the same of other versions, if there is one.
    mutating func add(_ more: [Report.Fact]) {
        for fact in more {
            let place = facts.firstIndex {
                $0.package == fact.package && $0.kind == fact.kind && $0.allowed == fact.allowed
            }
            if let place {
                facts[place].versions = facts[place].versions.union(fact.versions)
            } else {
                facts.append(fact)
            }
        }
    }

    mutating func cite(_ place: Int) {
        if !earlier.contains(place) { earlier.append(place) }
    }
}

/// The steps of a proof that follow from others, and who uses them.
struct ProofGraph {
    /// The derived incompatibilities, each after its causes.
    var order: [Int32] = []
    /// How many derived incompatibilities rest on each.
    var uses: [Int32: Int] = [:]

    init(of failure: Int32, in store: borrowing IncompatibilityStore) {
        var isEntered: Set<Int32> = []
        var stack: [(id: Int32, isExpanded: Bool)] = [(failure, false)]
        while let (id, isExpanded) = stack.popLast() {
            guard case .derived = store[id].cause else { continue }
            if isExpanded {
                order.append(id)
            } else if isEntered.insert(id).inserted {
                stack.append((id, true))
                for cause in causes(of: id, in: store) {
                    uses[cause, default: 0] += 1
                    stack.append((cause, false))
                }
            }
        }
    }

    func causes(of id: Int32, in store: borrowing IncompatibilityStore) -> [Int32] {
        guard case .derived(let conflict, let cause) = store[id].cause else { return [] }
        return [conflict.index, cause.index]
    }
}
