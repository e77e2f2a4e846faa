internal import Dispatch
internal import Synchronization

/// Runs blocking work (files, C calls, SQLite, hashing) on threads of its own, never on Swift's cooperative pool.
///
/// A blocked thread of the cooperative pool is a thread that no other task can use; with two cores, two blocking calls
/// stop the whole program. Everything in Chidori that blocks is a plain synchronous function, and this is where an
/// asynchronous caller enters it.
///
/// - Throws: `CancellationError` where the task was cancelled before; work that has begun goes on to its end, except
///   after ``Workers/endAll()``.
public func blocking<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try Task.checkCancellation()
    return try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global(qos: .userInitiated).async {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}

/// A bounded number of threads that share out a list of blocking jobs.
public struct Workers: Sendable {
    /// How many jobs run at once, at least one.
    public let count: Int

    public init(count: Int) {
        self.count = max(1, count)
    }

    /// Runs `body` on each item, at most `count` at once, and returns the results in the items' order.
    ///
    /// Blocks the calling thread. Jobs start in order. After the first failure no further job starts; the error of the
    /// earliest failed item is thrown once the running ones have ended.
    public func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        if count == 1 || items.count < 2 {
            return try items.map { item in
                try Self.checkEnding()
                return try body(item)
            }
        }
        let board = Board<Result>(size: items.count)
        DispatchQueue.concurrentPerform(iterations: min(count, items.count)) { _ in
            while let index = board.next() { board.finish(index, with: Self.result(of: items[index], body)) }
        }
        return try board.results()
    }

    /// Like ``map(_:_:)`` for jobs of which the first takes longest, so that its end is the end of all: the others are done
    /// by threads that give way to it.
    public func map<Item: Sendable, Result: Sendable>(
        longestFirst items: [Item], _ body: @escaping @Sendable (Item) throws -> Result
    ) throws -> [Result] {
        if count == 1 || items.count < 2 { return try map(items, body) }
        let board = Board<Result>(size: items.count)
        let work: @Sendable (Int?) -> Void = { first in
            var index = first
            while let current = index {
                board.finish(current, with: Self.result(of: items[current], body))
                index = board.next()
            }
        }
        let first = board.next()
        let others = (1..<min(count, items.count)).map { _ in YieldingThread { work(board.next()) } }
        work(first)
        for thread in others { thread?.join() }
        return try board.results()
    }

    private static func result<Item, Result>(
        of item: Item, _ body: (Item) throws -> Result
    ) -> Swift.Result<Result, any Error> {
        Swift.Result {
            try checkEnding()
            return try body(item)
        }
    }

    private static let isEnding = Atomic(false)

    /// From now on no job of any list starts, in the whole process: every ``map(_:_:)`` throws `CancellationError` once
    /// the running jobs have ended. For the moment before the process ends itself, so that what is half made can be
    /// taken away.
    public static func endAll() {
        isEnding.store(true, ordering: .relaxed)
    }

    private static func checkEnding() throws {
        if isEnding.load(ordering: .relaxed) { throw CancellationError() }
    }

    /// Like ``map(_:_:)``, for a caller on the cooperative pool.
    public func map<Item: Sendable, Result: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) throws -> Result
    ) async throws -> [Result] {
        let workers = self
        return try await blocking { () throws -> [Result] in try workers.map(items, body) }
    }
}
