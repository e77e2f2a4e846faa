internal import Glibc

/// Seconds since a start, for reports.
struct Stopwatch: Sendable {
    private let start = ContinuousClock.now

    var seconds: Double {
        let (seconds, attoseconds) = (ContinuousClock.now - start).components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}

func secondsSince1970() -> Int {
    time(nil)
}
