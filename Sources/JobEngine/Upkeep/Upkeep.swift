public import Cryptography
internal import FileSystem
public import JobModel
public import JobStore
internal import Logging
internal import Synchronization
public import SystemPackage
internal import Workers

/// What a server does from time to time: jobs that are long over leave for the archive, leases of the others are renewed,
/// and backups are made and thinned out. One thing after the other, each when it is due; what goes wrong is told, and tried again later.
public final class Upkeep: Sendable {
    /// What is to be done.
    public struct Orders: Sendable {
        /// Milliseconds that jobs stay in the lists after their end; `nil` for those alone that say so themselves.
        public var retention: Int64?
        public var backups: Backups?

        public init(retention: Int64? = nil, backups: Backups? = nil) {
            self.retention = retention
            self.backups = backups
        }
    }

    public struct Backups: Sendable {
        /// Where this server's backups lie, and no other's.
        public var folder: FilePath
        public var key: SealingKey?
        public var schedule: BackupSchedule

        public init(folder: FilePath, key: SealingKey? = nil, schedule: BackupSchedule = BackupSchedule()) {
            self.folder = folder
            self.key = key
            self.schedule = schedule
        }
    }

    private let engine: JobEngine
    private let orders: Orders
    /// Below it each job's drivers have left what they left in a folder of the job's name.
    private let logs: FilePath
    /// When a backup is looked at next; `nil` where that is not known.
    private let nextBackup = Mutex<Moment?>(nil)

    /// When leases were last renewed, by a clock that nobody sets.
    private let lastRenewal = Mutex<ContinuousClock.Instant?>(nil)

    /// How often leases are renewed.
    private static let renewal = Duration.seconds(3600)
    /// How often it is looked whether anything is due.
    static let pause = Duration.seconds(10)
    /// Milliseconds after which a backup that failed is tried again, at the latest.
    private static let patience: Int64 = 300_000

    public init(_ engine: JobEngine, _ orders: Orders, logs: FilePath) {
        self.engine = engine
        self.orders = orders
        self.logs = logs
    }

    /// Works until it is called off, while ``JobEngine/run()`` does. A backup that is being made then is dropped.
    public func run() async {
        await finishLeaving()
        while !Task.isCancelled {
            await turn(at: SystemClock.now.wall)
            try? await Task.sleep(for: Self.pause)
        }
    }

    /// Does what is due.
    public func turn(at now: Moment) async {
        await archive(now)
        await renewLeases()
        if let backups = orders.backups { await backUp(backups, now) }
    }

    // MARK: - Retention

    private func archive(_ now: Moment) async {
        do {
            let count = try await engine.archive(endedBefore: orders.retention.map { now.advanced(by: -$0) }, now: now)
            if count > 0 { engine.logger.info("archived", metadata: ["jobs": "\(count)"]) }
        } catch is CancellationError {
        } catch {
            engine.logger.error("cannot archive, and tries again", metadata: ["error": "\(error)"])
        }
    }

    /// What an earlier server left to be done.
    private func finishLeaving() async {
        do {
            let names = try await blocking { [logs] in logs.isThere ? try logs.folderNames() : [] }
            try await engine.discardRemains(among: names.compactMap { JobID($0) })
        } catch is CancellationError {
        } catch {
            engine.logger.warning("what drivers left of archived jobs is still there", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Leases

    private func renewLeases() async {
        if let last = lastRenewal.withLock({ $0 }), ContinuousClock.now - last < Self.renewal { return }
        do {
            try await engine.renewLeases()
            lastRenewal.withLock { $0 = .now }
        } catch is CancellationError {
        } catch {
            engine.logger.error("cannot renew leases, and tries again", metadata: ["error": "\(error)"])
        }
    }

    // MARK: - Backups

    private func backUp(_ backups: Backups, _ now: Moment) async {
        if let next = nextBackup.withLock({ $0 }), now < next { return }
        do {
            let next = try await due(backups, now)
            if next > now { return wait(until: next) }
            let backup = try await engine.store.backUp(into: backups.folder, key: backups.key, now: now)
            wait(until: backups.schedule.next(after: [now], now: now))
            await record("backup.make", "backup \(backup.name)", at: now)
            engine.logger.info(
                "backed up", metadata: ["folder": "\(backup.folder)", "jobs": "\(backup.manifest.jobs)"])
            await thinOut(backups, now)
        } catch is CancellationError {
        } catch {
            engine.logger.error("cannot back up, and tries again", metadata: ["error": "\(error)"])
            await record("backup.make", "backups in \(backups.folder)", at: now, failing: error)
            wait(until: now.advanced(by: min(Self.patience, backups.schedule.interval)))
        }
    }

    private func due(_ backups: Backups, _ now: Moment) async throws -> Moment {
        let existing = try await blocking { try Backup.all(in: backups.folder).sound.map(\.manifest.createdAt) }
        return backups.schedule.next(after: existing, now: now)
    }

    /// Deletes the backups that nothing keeps any more.
    private func thinOut(_ backups: Backups, _ now: Moment) async {
        do {
            let all = try await blocking { try Backup.all(in: backups.folder).sound }
            let superseded = Set(backups.schedule.superseded(all.map(\.manifest.createdAt), now: now))
            for backup in all where superseded.contains(backup.manifest.createdAt) {
                try await blocking { try backup.remove() }
                await record("backup.remove", "backup \(backup.name)", at: now)
            }
        } catch is CancellationError {
        } catch {
            engine.logger.error(
                "cannot delete old backups, and tries again after the next one", metadata: ["error": "\(error)"])
            await record("backup.remove", "backups in \(backups.folder)", at: now, failing: error)
        }
    }

    private func wait(until moment: Moment) { nextBackup.withLock { $0 = moment } }

    private func record(
        _ action: String, _ subject: String, at now: Moment, failing error: (any Error)? = nil
    ) async {
        let entry = AuditEntry(
            at: now, actor: .system("backup"), tenant: "", action: action, subject: subject,
            outcome: error == nil ? .allowed : .failed, message: error.map { "\($0)" } ?? "")
        do {
            try await engine.store.record([entry])
        } catch {
            engine.logger.error("the audit lacks \(action)", metadata: ["error": "\(error)"])
        }
    }
}
