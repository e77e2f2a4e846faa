internal import JobModel
public import JobQueue

/// A queue that is held to what ``JobQueue`` promises, and what its maker can do with it besides.
public struct QueueUnderTest: Sendable {
    public var queue: any JobQueue
    /// Lets the queue's holder die without a word, and gives the queue as the next one finds it; `nil` where nothing
    /// outlives a process.
    public var reopen: (@Sendable () async throws -> any JobQueue)?

    public init(_ queue: any JobQueue, reopen: (@Sendable () async throws -> any JobQueue)? = nil) {
        self.queue = queue
        self.reopen = reopen
    }
}

/// What a queue has not kept.
public struct BrokenPromise: Error, CustomStringConvertible {
    public let description: String
}

func expect(_ holds: Bool, _ promise: @autoclosure () -> String) throws {
    if !holds { throw BrokenPromise(description: promise()) }
}

func expect<Value: Equatable>(_ found: Value, is expected: Value, _ what: String) throws {
    try expect(found == expected, "\(what): found \(found), and should be \(expected)")
}

extension JobMessage {
    /// Messages that differ, of jobs that nobody knows.
    static func samples(_ count: Int) -> [JobMessage] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in .accepted(JobID(at: .sample, using: &generator)) }
    }
}

extension JobQueue {
    /// Receives until there are as many, each at most once.
    func receive(exactly count: Int, limit: Int = 100) async throws -> [Delivery] {
        var deliveries: [Delivery] = []
        while deliveries.count < count {
            deliveries += try await receive(limit: min(limit, count - deliveries.count))
        }
        return deliveries
    }
}
