/// Which messages are held, and who waits for some. Messages are known by their numbers.
///
/// One receiver at a time reads what comes next, so that no two get the same; the others wait for the end of its turn.
struct QueueState {
    typealias Waiter = CheckedContinuation<Void, any Error>

    /// Where a receiver reads.
    enum Place: Equatable {
        /// Messages that were given back, the oldest first. They come before all that nobody has had.
        case released([Int64])
        /// Those after this one.
        case behind(Int64)
    }

    enum Turn {
        case fetch(Place)
        /// Until there has been a later signal than this one.
        case wait(since: Int)
    }

    private var held: Set<Int64> = []
    private var released: Set<Int64> = []
    /// The last message that anybody had.
    private var last: Int64 = 0
    private var isTaken = false
    /// Whether there may be messages after the last one.
    private var mayHaveMore = true
    /// How often something has happened that may give a receiver something to do.
    private var signals = 0
    private var waiters: [Int: Waiter?] = [:]
    private var nextWaiter = 0

    mutating func turn() -> Turn {
        guard !isTaken, !released.isEmpty || mayHaveMore else { return .wait(since: signals) }
        isTaken = true
        // What is appended from now on is signalled again.
        guard released.isEmpty else { return .fetch(.released(released.sorted())) }
        mayHaveMore = false
        return .fetch(.behind(last))
    }

    /// Ends a turn with what it has found.
    ///
    /// - Parameter isLast: whether there was no more at that place.
    mutating func hold(_ numbers: [Int64], from place: Place, isLast: Bool) -> [Waiter] {
        held.formUnion(numbers)
        switch place {
        case .released(let sought):
            // Acknowledged meanwhile, and so gone.
            let isGone = isLast ? sought : []
            released.subtract(numbers + isGone)
        case .behind:
            last = max(last, numbers.last ?? 0)
            if !isLast { mayHaveMore = true }
        }
        return endTurn(hasFailed: false)
    }

    /// Ends a turn that has found nothing out.
    mutating func endTurn() -> [Waiter] { endTurn(hasFailed: true) }

    private mutating func endTurn(hasFailed: Bool) -> [Waiter] {
        isTaken = false
        if hasFailed { mayHaveMore = true }
        return !released.isEmpty || mayHaveMore ? signal() : []
    }

    mutating func forget(_ numbers: [Int64]) {
        held.subtract(numbers)
        released.subtract(numbers)
    }

    mutating func release(_ numbers: [Int64]) {
        for number in numbers where held.remove(number) != nil { released.insert(number) }
    }

    // MARK: - Waiting

    /// Messages were appended or given back.
    mutating func signalAll() -> [Waiter] {
        mayHaveMore = true
        return signal()
    }

    private mutating func signal() -> [Waiter] {
        signals += 1
        defer { waiters = waiters.filter { $0.value == nil } }
        return waiters.values.compactMap { $0 }
    }

    mutating func newWaiter() -> Int {
        nextWaiter += 1
        waiters[nextWaiter] = .some(nil)
        return nextWaiter
    }

    /// - Returns: whether there is nothing to wait for any more.
    mutating func wait(_ number: Int, since signal: Int, _ waiter: Waiter) -> Bool {
        // Cancelled before it could wait.
        guard waiters[number] != nil else { return true }
        guard signals == signal else {
            waiters[number] = nil
            return true
        }
        waiters[number] = .some(waiter)
        return false
    }

    /// - Returns: who waited, if somebody did.
    mutating func cancel(_ number: Int) -> Waiter? {
        waiters.removeValue(forKey: number) ?? nil
    }
}
