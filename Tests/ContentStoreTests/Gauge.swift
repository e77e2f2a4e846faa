import Synchronization

/// Counts who is inside at once.
final class Gauge: Sendable {
    private let state = Mutex((now: 0, most: 0, entries: 0))

    func enter() {
        state.withLock {
            $0.now += 1
            $0.most = max($0.most, $0.now)
            $0.entries += 1
        }
    }

    func leave() {
        state.withLock { $0.now -= 1 }
    }

    var most: Int { state.withLock { $0.most } }
    var entries: Int { state.withLock { $0.entries } }
}
