internal import Dispatch
internal import GRDB
internal import SQLite
internal import Synchronization
internal import SystemPackage

/// The one thread that writes. It takes all writes that wait into one transaction, synchronises the disk once, and only
/// then answers them: so a write is durable before it is acknowledged, and a hundred at once cost what one does.
///
/// A write that fails takes no other with it: the transaction is rolled back, and its writes are done again, each in a
/// savepoint of its own. So a write may run twice, and must do nothing outside its transaction. Where the disk itself
/// refuses, all of them are told.
final class Writer: Sendable {
    /// One write, and whom to answer.
    private struct Work: Sendable {
        /// Gives what tells the waiting one, once everything is durable.
        let perform: @Sendable (WriteTransaction) throws -> @Sendable () -> Void
        let fail: @Sendable (JobStoreError) -> Void
    }

    private struct State {
        var waiting: [Work] = []
        var isRunning = false
        var isClosed = false
        /// Who waits for the end of all writes.
        var closing: [CheckedContinuation<Void, Never>] = []

        /// The first ones of those that wait.
        mutating func take(_ most: Int) -> [Work] {
            guard waiting.count > most else {
                defer { waiting = [] }
                return waiting
            }
            defer { waiting.removeFirst(most) }
            return Array(waiting.prefix(most))
        }
    }

    private let path: FilePath
    private let connection: DatabaseQueue
    private let log: LogKeeper
    private let thread = DispatchQueue(label: "chidori.jobs.writer", qos: .userInitiated)
    private let state = Mutex(State())

    /// How many writes share a transaction at most, so that none waits long for the others.
    private static let most = 512

    init(_ connection: DatabaseQueue, path: FilePath) throws {
        self.connection = connection
        self.path = path
        log = try LogKeeper(of: connection, path: path)
    }

    /// Runs `body` in a transaction, and returns when that is durable.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (WriteTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
            let work = Work(
                perform: { transaction in
                    let result = try body(transaction)
                    return { continuation.resume(returning: result) }
                },
                fail: { continuation.resume(throwing: $0) })
            let refusal = state.withLock { state -> JobStoreError? in
                guard !state.isClosed else { return Self.closed(path) }
                state.waiting.append(work)
                if !state.isRunning {
                    state.isRunning = true
                    thread.async { self.run() }
                }
                return nil
            }
            if let refusal { continuation.resume(throwing: refusal) }
        }
    }

    /// Takes no more writes, and returns when those that wait are done and the connection is closed.
    func close() async {
        await withCheckedContinuation { continuation in
            let isIdle = state.withLock { state in
                state.isClosed = true
                if state.isRunning { state.closing.append(continuation) }
                return !state.isRunning
            }
            guard isIdle else { return }
            thread.async {
                self.end()
                continuation.resume()
            }
        }
    }

    static func closed(_ path: FilePath) -> JobStoreError {
        JobStoreError(.closed, path.string, "is being closed", advice: "try again when the server is up")
    }

    // MARK: - On the thread

    private func run() {
        while true {
            let (batch, closing) = state.withLock { state -> ([Work], [CheckedContinuation<Void, Never>]) in
                guard state.waiting.isEmpty else { return (state.take(Self.most), []) }
                state.isRunning = false
                defer { state.closing = [] }
                return ([], state.closing)
            }
            guard batch.isEmpty else {
                connection.writeWithoutTransaction { perform(batch, in: $0) }
                continue
            }
            if !closing.isEmpty {
                end()
                for continuation in closing { continuation.resume() }
            }
            return
        }
    }

    private func end() {
        log.close()
        try? connection.close()
    }

    private enum Outcome {
        case done
        /// The disk or the machine refuses, and would refuse each of them.
        case refused(JobStoreError)
        /// One of them failed when it had written something.
        case spoilt
    }

    /// Answers every one of them.
    private func perform(_ batch: [Work], in database: Database) {
        var outcome = transact(batch, inSavepoints: false, in: database)
        if case .spoilt = outcome { outcome = transact(batch, inSavepoints: true, in: database) }
        if case .refused(let error) = outcome {
            for work in batch { work.fail(error) }
        }
        log.settle(database)
    }

    /// All in one transaction. Answers them where that is done, and nobody otherwise.
    ///
    /// - Parameter inSavepoints: whether each can be undone alone, which makes copies of all pages that it changes.
    private func transact(_ batch: [Work], inSavepoints: Bool, in database: Database) -> Outcome {
        var answers: [@Sendable () -> Void] = []
        answers.reserveCapacity(batch.count)
        do {
            let transaction = WriteTransaction(database)
            try transaction.statement("BEGIN IMMEDIATE").run()
            for work in batch {
                do {
                    if inSavepoints {
                        answers.append(try inSavepoint(transaction) { try work.perform(transaction) })
                    } else {
                        answers.append(try work.perform(transaction))
                    }
                } catch let error as DatabaseError where error.isEverybodys {
                    throw error
                } catch {
                    guard !transaction.isSpoilt else {
                        rollBack(database)
                        return .spoilt
                    }
                    let error = JobStoreError(error, path)
                    answers.append { work.fail(error) }
                }
                transaction.standsAsItIs()
            }
            try transaction.facets.write(to: database)
            try transaction.statement("COMMIT").run()
            for action in transaction.afterwards { action() }
        } catch {
            rollBack(database)
            return .refused(JobStoreError(error, path))
        }
        for answer in answers { answer() }
        return .done
    }

    private func inSavepoint<Result>(_ transaction: WriteTransaction, _ body: () throws -> Result) throws -> Result {
        let (facets, afterwards) = (transaction.facets, transaction.afterwards)
        try transaction.statement("SAVEPOINT alone").run()
        do {
            let result = try body()
            try transaction.statement("RELEASE alone").run()
            return result
        } catch {
            // Where the whole transaction has ended by itself, this says so.
            try transaction.statement("ROLLBACK TO alone").run()
            try transaction.statement("RELEASE alone").run()
            (transaction.facets, transaction.afterwards) = (facets, afterwards)
            transaction.standsAsItIs()
            throw error
        }
    }

    private func rollBack(_ database: Database) {
        // A full disk and the like end the transaction by themselves.
        guard database.hasTransaction else { return }
        try? SQLStatement(database, "ROLLBACK").run()
    }
}
