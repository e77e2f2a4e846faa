/// A set of positions on one package's version axis: disjoint half-open intervals, ascending and never touching.
///
/// A position is an index into the caller's ascending list of versions (or into any finer ascending axis: the caller
/// may give the gaps between versions positions of their own). The axis is `0 ..< VersionSet.end`, so that sets have a
/// complement without knowing how many versions there are.
///
/// Nearly every set of a real solve is one interval, and that one lies inline.
public struct VersionSet: Hashable, Sendable {
    /// Positions from `lower` up to but not including `upper`.
    public struct Interval: Hashable, Sendable {
        public let lower: Int32
        public let upper: Int32

        @inlinable
        public init(_ lower: Int32, _ upper: Int32) {
            self.lower = lower
            self.upper = upper
        }
    }

    /// One past the last position of every axis.
    public static let end = Int32.max

    /// The lowest interval; of no width where the set is empty.
    var first: Interval
    /// The intervals after the first; `nil` rather than empty, so that equal sets have equal parts.
    var rest: ContiguousArray<Interval>?

    private init(first: Interval, rest: ContiguousArray<Interval>?) {
        self.first = first
        self.rest = rest
    }

    /// The set that holds nothing.
    public static let empty = VersionSet(first: Interval(0, 0), rest: nil)
    /// The set of every position.
    public static let full = VersionSet(first: Interval(0, end), rest: nil)

    /// The positions from `lower` up to but not including `upper`; empty where they are not in order.
    public init(_ lower: Int32, _ upper: Int32) {
        self.init(first: lower < upper ? Interval(lower, upper) : Interval(0, 0), rest: nil)
    }

    /// One position.
    public init(_ position: Int32) {
        self.init(first: Interval(position, position + 1), rest: nil)
    }

    /// The union of intervals given in any order; those of no width are left out.
    public init(intervals: some Sequence<Interval>) {
        var builder = Builder()
        for interval in intervals.sorted(by: { $0.lower < $1.lower }) {
            builder.append(interval.lower, interval.upper)
        }
        self = builder.set
    }

    /// How many intervals the set has.
    public var count: Int {
        if first.lower == first.upper { return 0 }
        return 1 + (rest?.count ?? 0)
    }

    /// The interval at `index`, which is below `count`; ascending.
    @inline(__always)
    public func interval(_ index: Int) -> Interval {
        guard index > 0, let rest else { return first }
        return rest[index - 1]
    }

    /// The intervals, ascending.
    public var intervals: [Interval] {
        (0..<count).map(interval)
    }

    public var isEmpty: Bool {
        first.lower == first.upper
    }

    public var isFull: Bool {
        first.lower == 0 && first.upper == Self.end
    }

    /// The set's only position, `nil` where it has none or several.
    public var singleton: Int32? {
        rest == nil && first.upper - first.lower == 1 ? first.lower : nil
    }

    /// Collects intervals that come in ascending order of their lower end, joining those that overlap or touch.
    struct Builder {
        var set = VersionSet.empty

        @inline(__always)
        mutating func append(_ lower: Int32, _ upper: Int32) {
            guard lower < upper else { return }
            if set.isEmpty {
                set.first = Interval(lower, upper)
            } else if let last = set.rest?.last {
                if lower <= last.upper {
                    if upper > last.upper {
                        set.rest?.removeLast()
                        set.rest?.append(Interval(last.lower, upper))
                    }
                } else {
                    set.rest?.append(Interval(lower, upper))
                }
            } else if lower <= set.first.upper {
                if upper > set.first.upper { set.first = Interval(set.first.lower, upper) }
            } else {
                set.rest = [Interval(lower, upper)]
            }
        }
    }
}
