public import JobModel

/// When backups are made, and which are kept.
///
/// Pure: whoever runs it says what there is and what time it is. A backup is known by the time that it was begun at.
public struct BackupSchedule: Hashable, Sendable {
    /// Milliseconds from one to the next.
    public var interval: Int64
    /// How many of the latest ones are kept, at least one.
    public var latest: Int
    /// For how many days, counted in UTC, the last one of the day is kept; days without any do not count.
    public var daily: Int
    /// For how many weeks, from Monday on, the last one of the week is kept.
    public var weekly: Int

    public init(interval: Int64 = 6 * 3_600_000, latest: Int = 4, daily: Int = 7, weekly: Int = 4) {
        self.interval = interval
        self.latest = latest
        self.daily = daily
        self.weekly = weekly
    }

    /// When the next one is to be made: now, if it is due.
    ///
    /// Those from the future, as a clock that was wrong has made them, do not keep another one from being made.
    public func next(after existing: [Moment], now: Moment) -> Moment {
        guard let last = existing.filter({ $0 <= now }).max() else { return now }
        return max(now, last.advanced(by: interval))
    }

    /// Those that nothing keeps any more. The newest one is always kept, and so are those from the future.
    public func superseded(_ existing: [Moment], now: Moment) -> [Moment] {
        let past = Set(existing).filter { $0 <= now }.sorted(by: >)
        var kept = Set(past.prefix(max(1, latest)))
        kept.formUnion(Self.last(past, of: daily) { $0.day })
        // The first of January 1970 was a Thursday.
        kept.formUnion(Self.last(past, of: weekly) { ($0.day + 3).floorDivided(by: 7) })
        return past.filter { !kept.contains($0) }.reversed()
    }

    /// The last moment of each of the latest spans that have one.
    private static func last(_ moments: [Moment], of count: Int, span: (Moment) -> Int64) -> [Moment] {
        var found: [(span: Int64, last: Moment)] = []
        for moment in moments where found.last?.span != span(moment) {
            if found.count >= count { break }
            found.append((span(moment), moment))
        }
        return found.map(\.last)
    }
}

extension Moment {
    /// Days since 1970.
    fileprivate var day: Int64 { milliseconds.floorDivided(by: 86_400_000) }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self + 1) / divisor - 1
    }
}
