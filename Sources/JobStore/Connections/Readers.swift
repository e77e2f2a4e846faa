internal import Dispatch
internal import GRDB
internal import SQLite
internal import Synchronization
internal import SystemPackage

/// The connections that only read: each sees the database as it was when its reading began, whatever is being written.
///
/// Who finds none free waits for its turn without holding a thread.
final class Readers: Sendable {
    private struct State {
        var idle: [DatabaseQueue]
        var waiting: [@Sendable (DatabaseQueue) -> Void] = []
        var busy = 0
        var isClosed = false
        var closing: [CheckedContinuation<Void, Never>] = []
    }

    private let path: FilePath
    private let threads = DispatchQueue(label: "chidori.jobs.readers", qos: .userInitiated, attributes: .concurrent)
    private let state: Mutex<State>

    /// For each connection's pages, in KiB.
    private static let cache = 4 << 10

    init(_ path: FilePath, count: Int) throws {
        self.path = path
        let connections = try (0..<count).map { _ in
            try Connections.open(path, isReadOnly: true, cache: Self.cache)
        }
        state = Mutex(State(idle: connections))
    }

    /// Runs `body` on one state of the database.
    func read<Result: Sendable>(_ body: @escaping @Sendable (Database) throws -> Result) async throws -> Result {
        try Task.checkCancellation()
        let path = path
        return try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            let refusal = enqueue { connection in
                do {
                    continuation.resume(returning: try connection.unsafeRead { try Self.read(from: $0, body) })
                } catch {
                    continuation.resume(throwing: JobStoreError(error, path))
                }
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    private static func read<Result>(from database: Database, _ body: (Database) throws -> Result) throws -> Result {
        try SQLStatement(database, "BEGIN").run()
        do {
            let result = try body(database)
            try SQLStatement(database, "COMMIT").run()
            return result
        } catch {
            if database.hasTransaction { try SQLStatement(database, "ROLLBACK").run() }
            throw error
        }
    }

    private func enqueue(_ work: @escaping @Sendable (DatabaseQueue) -> Void) -> JobStoreError? {
        state.withLock { state in
            guard !state.isClosed else { return Writer.closed(path) }
            state.waiting.append(work)
            if let connection = state.idle.popLast() {
                state.busy += 1
                threads.async { self.run(connection) }
            }
            return nil
        }
    }

    private func run(_ connection: DatabaseQueue) {
        while true {
            let work = state.withLock { state -> (@Sendable (DatabaseQueue) -> Void)? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.idle.append(connection)
                state.busy -= 1
                return nil
            }
            guard let work else { break }
            work(connection)
        }
        let closing = state.withLock { state in
            guard state.busy == 0 else { return [] as [CheckedContinuation<Void, Never>] }
            defer { state.closing = [] }
            return state.closing
        }
        for continuation in closing { continuation.resume() }
    }

    /// Takes no more, and returns when those that wait are done and the connections are closed.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.busy > 0 { state.closing.append(continuation) }
                return state.busy == 0
            }
            if isIdle { continuation.resume() }
        }
        for connection in state.withLock({ $0.idle }) { try? connection.close() }
    }
}
