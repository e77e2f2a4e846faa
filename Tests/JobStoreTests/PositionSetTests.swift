import TestSupport
import Testing

@testable import JobStore

@Suite("sets of positions")
struct PositionSetTests {
    @Test("do what sets do, and come back from their bytes", arguments: [0, 1, 5, 63, 64, 65, 300, 1024])
    func algebra(count: Int) {
        var random = SeededGenerator(UInt64(count))
        var (left, right) = (Set<Int>(), Set<Int>())
        while left.count < count { left.insert(Int.random(in: 0..<1024, using: &random)) }
        while right.count < 512 { right.insert(Int.random(in: 0..<1024, using: &random)) }
        func make(_ values: Set<Int>) -> PositionSet {
            var set = PositionSet()
            for value in values { set.insert(value) }
            return set
        }
        func values(_ set: PositionSet) -> [Int] {
            var set = set
            var values: [Int] = []
            while let value = set.popLast() { values.append(value) }
            return values
        }
        let set = make(left)
        #expect(values(set) == left.sorted(by: >))
        #expect(set.count == count && set.isEmpty == (count == 0))
        #expect(set.bytes.count == (count < 64 ? count * 2 : 128))
        #expect(set.bytes.withUnsafeBytes { PositionSet(bytes: $0) } == set)
        var other = set
        other.formUnion(make(right))
        #expect(values(other) == left.union(right).sorted(by: >))
        other = set
        other.formIntersection(make(right))
        #expect(values(other) == left.intersection(right).sorted(by: >))
        other = set
        other.subtract(make(right))
        #expect(values(other) == left.subtracting(right).sorted(by: >))
        for border in [0, 1, 64, 65, 700, 1024] {
            other = set
            other.formIntersection(PositionSet(below: border))
            #expect(values(other) == left.filter { $0 < border }.sorted(by: >))
        }
        for value in 0..<1024 { #expect(set.contains(value) == left.contains(value)) }
        for value in left { other.remove(value) }
    }

    @Test("bytes that are no set do no harm")
    func garbage() {
        for bytes in [
            [1], [255, 255], [0, 4, 9], [UInt8](repeating: 7, count: 127), [UInt8](repeating: 1, count: 129),
        ] as [[UInt8]] {
            #expect(bytes.withUnsafeBytes { PositionSet(bytes: $0) }.count <= 64)
        }
    }
}
