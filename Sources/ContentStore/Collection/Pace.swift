internal import Glibc

/// How a collection leaves room for others: after a few milliseconds of work, whatever it was, it rests for as long. So it
/// never has more than half of a processor, of the index, or of a file system's locks.
struct Pace {
    /// How long it works at once, and how long others wait for the index at most.
    static let turn = Duration.milliseconds(3)

    private var start = ContinuousClock.now

    /// Whether it is time to ``rest()``.
    var isOver: Bool { ContinuousClock.now - start >= Self.turn }

    /// Rests if it is time. Nothing may be locked meanwhile.
    mutating func rest() {
        let worked = ContinuousClock.now - start
        guard worked >= Self.turn else { return }
        usleep(UInt32(min(worked / .microseconds(1), 100_000)))
        start = .now
    }
}
