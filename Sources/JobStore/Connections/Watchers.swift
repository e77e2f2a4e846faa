internal import Synchronization

/// Who wants to know when there is something new in the queue.
final class Watchers: Sendable {
    private let actions = Mutex<[@Sendable () -> Void]>([])

    func add(_ action: @escaping @Sendable () -> Void) {
        actions.withLock { $0.append(action) }
    }

    func tell() {
        for action in actions.withLock({ $0 }) { action() }
    }
}
