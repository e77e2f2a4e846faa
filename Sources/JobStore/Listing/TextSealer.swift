internal import GRDB
internal import SQLite
internal import Synchronization
internal import Workers

/// Makes the text index of runs that have become full, beside the submissions and never in their way.
final class TextSealer: Sendable {
    private let writer: Writer
    private let readers: Readers
    private let signals: AsyncStream<Void>.Continuation
    private let work = Mutex<Task<Void, Never>?>(nil)

    init(writer: Writer, readers: Readers) {
        self.writer = writer
        self.readers = readers
        let (stream, signals) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.signals = signals
        let task = Task(priority: .utility) {
            for await _ in stream {
                // What stands in its way, a full disk as a rule, will have gone when the next run is full; until then the
                // jobs are looked through one by one.
                while let run = try? await Self.fullRun(readers), (try? await Self.seal(run, writer, readers)) != nil {}
            }
        }
        work.withLock { $0 = task }
    }

    /// There may be a full run.
    var wake: @Sendable () -> Void { { [signals] in signals.yield() } }

    /// Returns when nothing is being made any more.
    func close() async {
        signals.finish()
        let task = work.withLock { $0 }
        task?.cancel()
        await task?.value
    }

    private static func fullRun(_ readers: Readers) async throws -> Int64? {
        try await readers.read { database in
            let sql = """
                SELECT run FROM runs WHERE sealed = 0 AND run < (SELECT max(number) FROM jobs) >> 10 ORDER BY run LIMIT 1
                """
            return try SQLStatement(database, sql).first { $0.integer(0) }
        }
    }

    private static func seal(_ run: Int64, _ writer: Writer, _ readers: Readers) async throws {
        let words = try await readers.read { database in
            let sql = "SELECT job, words FROM requests WHERE job BETWEEN ? AND ?"
            let first = JobPlace(run: run, position: 0).number
            return try SQLStatement(database, sql).all(first, first + Int64(PositionSet.capacity) - 1) { row in
                (position: JobPlace(number: row.integer(0)).position, bytes: row.bytes(1))
            }
        }
        let buckets = try await blocking { TextIndex.buckets(of: words) }
        try await writer.write { transaction in
            // It may have been archived meanwhile.
            let isThere = try transaction.statement(
                "UPDATE runs SET sealed = 1 WHERE run = ? AND sealed = 0 RETURNING 1"
            )
            .first(run) { _ in true }
            guard isThere == true else { return }
            let insert = try transaction.statement("INSERT OR REPLACE INTO trigrams (place, sets) VALUES (?, ?)")
            for (bucket, sets) in buckets.enumerated() where !sets.isEmpty {
                try insert.run(TextIndex.place(run, bucket: bucket), sets)
            }
        }
    }
}
