internal import Synchronization

/// Whether the task that asked for some work has been cancelled, for the work to look at now and then.
public struct CalledOff: Sendable {
    private final class Flag: Sendable {
        let value = Atomic(false)
    }

    private let flag = Flag()

    public var isTrue: Bool { flag.value.load(ordering: .relaxed) }

    fileprivate func set() { flag.value.store(true, ordering: .relaxed) }
}

/// Like ``blocking(_:)``, for long work that can stop where it is: it is told when its task is cancelled.
///
/// - Throws: `CancellationError` where the task was cancelled before; what `body` throws.
public func blocking<Result: Sendable>(
    untilCalledOff body: @escaping @Sendable (CalledOff) throws -> Result
) async throws -> Result {
    let sign = CalledOff()
    return try await withTaskCancellationHandler {
        try await blocking { try body(sign) }
    } onCancel: {
        sign.set()
    }
}
