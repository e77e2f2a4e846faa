import TestSupport
import Testing

@testable import PubGrub

@Suite("Version sets")
struct VersionSetTests {
    @Test("the algebra agrees with sets of integers")
    func algebra() throws {
        var random = SeededGenerator(1)
        let axis = 0..<Int32(8)
        func members(_ set: VersionSet) -> Set<Int32> { Set(axis.filter(set.contains)) }
        for _ in 0..<5_000 {
            let a = VersionSet.random(size: 6, using: &random)
            let b = VersionSet.random(size: 6, using: &random)
            let (x, y) = (members(a), members(b))
            try #require(members(a.union(b)) == x.union(y))
            try #require(members(a.intersection(b)) == x.intersection(y))
            try #require(members(a.subtracting(b)) == x.subtracting(y))
            try #require(members(a.complement) == Set(axis).subtracting(x))
            try #require(a.isDisjoint(with: b) == a.intersection(b).isEmpty)
            try #require(a.isSubset(of: b) == a.subtracting(b).isEmpty)
            try #require(a.complement.complement == a)
            try #require(a.union(b) == b.union(a) && a.intersection(b) == b.intersection(a))
            // Ascending, apart, and none empty.
            let intervals = a.union(b).intervals
            try #require(intervals.allSatisfy { $0.lower < $0.upper })
            try #require(zip(intervals, intervals.dropFirst()).allSatisfy { $0.upper < $1.lower })
        }
    }

    @Test("terms agree with what they say of every choice")
    func terms() throws {
        var random = SeededGenerator(2)
        // A choice is a position, or -1 for a package that is not chosen.
        let choices = -1..<Int32(8)
        func holds(_ term: Term, _ choice: Int32) -> Bool {
            (choice >= 0 && term.set.contains(choice)) == term.isPositive
        }
        for _ in 0..<5_000 {
            let a = Term(set: .random(size: 6, using: &random), isPositive: .random(using: &random))
            let b = Term(set: .random(size: 6, using: &random), isPositive: .random(using: &random))
            for choice in choices {
                try #require(holds(a.intersection(b), choice) == (holds(a, choice) && holds(b, choice)))
                try #require(holds(a.union(b), choice) == (holds(a, choice) || holds(b, choice)))
                try #require(holds(a.negated, choice) != holds(a, choice))
            }
            if a.implies(b) { try #require(choices.allSatisfy { !holds(a, $0) || holds(b, $0) }) }
            if a.contradicts(b) { try #require(choices.allSatisfy { !holds(a, $0) || !holds(b, $0) }) }
        }
    }

    @Test("a set of one position says so, and no other does")
    func singletons() {
        #expect(VersionSet(3).singleton == 3)
        #expect(VersionSet(3, 5).singleton == nil)
        #expect(VersionSet.empty.singleton == nil)
        #expect(VersionSet(intervals: [.init(1, 2), .init(3, 4)]).singleton == nil)
        #expect(VersionSet(5, 5) == .empty)
    }
}
