internal import Dispatch
internal import GRDB
internal import SQLite
internal import Synchronization
internal import SystemPackage

/// Keeps the write-ahead log short without making writers wait for the disk.
///
/// Most of a long log is taken over into the database by a connection of its own, while writes go on. The little that
/// they have added meanwhile is taken over between two of them, so that the next one begins the log anew.
final class LogKeeper: Sendable {
    /// Pages of 4 KiB. About what SQLite's own way lets it become.
    private static let long: Int32 = 1000

    private enum Phase: Int, AtomicRepresentable {
        case resting
        case taking
        /// All but what was written meanwhile is taken over.
        case almostDone
    }

    /// As the writer's connection last told; of the writer's thread.
    nonisolated(unsafe) private let pages: UnsafeMutablePointer<Int32>
    private let phase = Atomic(Phase.resting)
    private let connection: DatabaseQueue
    private let thread = DispatchQueue(label: "chidori.jobs.log", qos: .utility)

    init(of writer: DatabaseQueue, path: FilePath) throws {
        connection = try Connections.open(path, isReadOnly: false, cache: 64)
        pages = .allocate(capacity: 1)
        pages.initialize(to: 0)
        let pages = Pages(pages)
        writer.writeWithoutTransaction { $0.watchLog(pages.count) }
    }

    deinit {
        pages.deallocate()
    }

    private struct Pages: @unchecked Sendable {
        let count: UnsafeMutablePointer<Int32>

        init(_ count: UnsafeMutablePointer<Int32>) {
            self.count = count
        }
    }

    /// To be called by the writer between two transactions. Trouble is no error here: the log just becomes longer, and the
    /// next call tries again.
    func settle(_ database: Database) {
        switch phase.load(ordering: .acquiring) {
        case .resting:
            guard pages.pointee >= Self.long else { return }
            phase.store(.taking, ordering: .relaxed)
            thread.async {
                _ = try? self.connection.writeWithoutTransaction { try $0.takeOverLog() }
                self.phase.store(.almostDone, ordering: .releasing)
            }
        case .taking:
            return
        case .almostDone:
            _ = try? database.takeOverLog()
            phase.store(.resting, ordering: .relaxed)
        }
    }

    /// Needs the writer's thread, for the last time.
    func close() {
        thread.sync {}
        try? connection.close()
    }
}
