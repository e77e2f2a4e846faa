internal import Synchronization

/// Lets so many in at once, and the others one after the other: next is whoever has the fewest inside, and of those the
/// one that waits longest.
///
/// A tenant whose own fill all of several places keeps nobody out: one more is let in then, of another tenant. With one
/// place there is only ever one inside.
final class Gate: Sendable {
    private struct Waiting {
        let number: UInt64
        let asker: String
        let tenant: String
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        let places: Int
        var next: UInt64 = 0
        var inside = 0
        /// By asker, and by tenant.
        var askers: [String: Int] = [:]
        var tenants: [String: Int] = [:]
        /// In the order in which they came.
        var waiting: [Waiting] = []
        /// Who gave up before they began to wait.
        var gone: Set<UInt64> = []

        func hasPlace(for tenant: String) -> Bool {
            if inside < places { return true }
            return places > 1 && inside == places && tenants.count == 1 && tenants[tenant] == nil
        }

        mutating func enter(_ asker: String, of tenant: String) {
            inside += 1
            askers[asker, default: 0] += 1
            tenants[tenant, default: 0] += 1
        }

        mutating func leave(_ asker: String, of tenant: String) {
            inside -= 1
            askers[asker] = askers[asker].flatMap { $0 > 1 ? $0 - 1 : nil }
            tenants[tenant] = tenants[tenant].flatMap { $0 > 1 ? $0 - 1 : nil }
        }

        /// Lets the first of the smallest in, of those for whom there is a place.
        mutating func enterNext() -> Waiting? {
            let index = waiting.indices.filter { hasPlace(for: waiting[$0].tenant) }.min {
                (askers[waiting[$0].asker] ?? 0, $0) < (askers[waiting[$1].asker] ?? 0, $1)
            }
            guard let index else { return nil }
            let next = waiting.remove(at: index)
            enter(next.asker, of: next.tenant)
            return next
        }
    }

    private let state: Mutex<State>

    init(_ places: Int) {
        state = Mutex(State(places: places))
    }

    /// Whether whoever comes now is let in at once.
    var isOpen: Bool { state.withLock { $0.inside < $0.places } }

    /// Does something inside.
    ///
    /// - Parameters:
    ///   - asker: who is to have a fair share.
    ///   - tenant: whose he is.
    ///   - willWait: called first where nobody is let in now; what it does must not come here again.
    /// - Throws: `CancellationError` where the task is cancelled while it waits; what `body` throws.
    func pass<Result>(
        as asker: String = "", of tenant: String = "", willWait: () -> Void, _ body: () async throws -> Result
    ) async throws -> Result {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.gone.remove(number) != nil { return false }
                    guard state.hasPlace(for: tenant) else {
                        willWait()
                        state.waiting.append(
                            Waiting(number: number, asker: asker, tenant: tenant, continuation: continuation))
                        return nil
                    }
                    state.enter(asker, of: tenant)
                    return true
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            let waiting = state.withLock { state -> Waiting? in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
                    state.gone.insert(number)
                    return nil
                }
                return state.waiting.remove(at: index)
            }
            waiting?.continuation.resume(returning: false)
        }
        state.withLock { _ = $0.gone.remove(number) }
        guard isIn else { throw CancellationError() }
        defer { leave(asker, of: tenant) }
        return try await body()
    }

    private func leave(_ asker: String, of tenant: String) {
        let next = state.withLock { state -> [Waiting] in
            state.leave(asker, of: tenant)
            var next: [Waiting] = []
            while let waiting = state.enterNext() { next.append(waiting) }
            return next
        }
        for waiting in next { waiting.continuation.resume(returning: true) }
    }
}
