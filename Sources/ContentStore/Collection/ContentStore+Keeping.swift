internal import GRDB
internal import Glibc
internal import SQLite
internal import Synchronization
internal import Workers

// How builds rely on what is in the store while others delete from it. A build never waits for a deletion, nor a deletion
// for builds that begin after it was decided:
//
// - What is to be deleted is first **discarded**: noted in the index. The same transaction begins a new *generation*.
// - A build shares the lock of the generation in which it begins. Discarded things are deleted when nobody holds the lock
//   of an earlier generation than theirs: those builds may have seen the things before they were discarded.
// - A build of their own generation or a later one finds the note, since it was there when the build began. Whatever it
//   comes across in the store and means to rely on, it **spares**: it takes the note back.
// - Notes are taken back in transactions and things deleted in transactions, which takes their notes too. So a thing is
//   either spared and stays, or deleted and not found; and what an environment needs by then is never deleted.
//
// Locks end with their processes and notes outlive them, so that any process may be killed at any moment. No clock has a
// part in it.
extension ContentStore {
    /// Keeps what a build finds in the store where it is, as long as the lock is held. A build holds it from its first
    /// look at the store until its environment is registered; many hold it at once, and it never waits for a collection.
    public func keepContents(doing: String) throws -> FileLock {
        while true {
            let generation = try index.read { try Self.kept($0).generation }
            guard let lock = try tryLock(Self.contentsKey(generation), .shared, doing: doing) else {
                // Somebody looks whether builds of an earlier generation live, so that the next one has begun; or makes
                // room on a full disk.
                usleep(200)
                continue
            }
            let now = try index.read { try Self.kept($0) }
            if now.generation == generation {
                // Others of this process may have begun when there was something: for them it stays.
                if now.hasDiscarded { mayBeDiscarded.store(true, ordering: .sequentiallyConsistent) }
                // Whoever begins a build looks at the clocks: a jump is noticed while it lasts.
                _ = try clock()
                return lock
            }
            lock.release()
        }
    }

    /// Like the blocking form, on a thread of its own.
    public func keepContents(awaiting doing: String) async throws -> FileLock {
        try await blocking { try self.keepContents(doing: doing) }
    }

    /// Keeps everything where it is, as long as the lock is held, whether somebody needs it or not: for looking at all of
    /// it. Waits while a collection is under way, and lets others wait.
    public func keepEverything(
        awaiting doing: String, isolation: isolated (any Actor)? = #isolation
    ) async throws -> FileLock {
        try await lock(awaiting: Self.collectingKey, .shared, doing: doing, isolation: isolation)
    }

    /// Lets things stay that are to be deleted. Whoever keeps contents asks this before looking whether a thing is there,
    /// if it is to be relied on; the store's own functions do so by themselves. Costs nothing in a process that has kept
    /// contents only while there was nothing to be deleted.
    public func spare(_ contents: [StoreContent]) throws {
        guard mayBeDiscarded.load(ordering: .sequentiallyConsistent), !contents.isEmpty else { return }
        let discarded = try index.read { database in
            let statement = try SQLStatement(database, "SELECT 1 FROM discarded WHERE kind = ? AND name = ?")
            return try contents.map(\.words).filter { try statement.first($0.kind, $0.name) { _ in true } ?? false }
        }
        guard !discarded.isEmpty else { return }
        try index.write { database in
            let statement = try SQLStatement(database, "DELETE FROM discarded WHERE kind = ? AND name = ?")
            for (kind, name) in discarded { try statement.run(kind, name) }
        }
    }

    /// Whether a package lies unpacked on the volume, for whoever keeps contents.
    public func containsPackage(_ name: String) throws -> Bool {
        try holds(blobs: [], packages: [name])
    }

    static func contentsKey(_ generation: Int64) -> String { contentsPrefix + String(generation) }
    private static let contentsPrefix = "contents-"

    private static func kept(_ database: Database) throws -> (generation: Int64, hasDiscarded: Bool) {
        let sql = "SELECT generation, EXISTS (SELECT 1 FROM discarded) FROM state WHERE id = 1"
        guard let found = try SQLStatement(database, sql).first(reading: { ($0.integer(0), $0.integer(1) != 0) })
        else { throw stateless }
        return found
    }

    /// Within a transaction: notes things that are to be deleted, and begins a new generation.
    static func discard(_ contents: some Sequence<StoreContent>, in database: Database) throws {
        try SQLStatement(database, "UPDATE state SET generation = generation + 1 WHERE id = 1").run()
        let statement = try SQLStatement(
            database,
            """
            INSERT OR IGNORE INTO discarded (kind, name, generation)
            VALUES (?, ?, (SELECT generation FROM state WHERE id = 1))
            """)
        for content in contents {
            let (kind, name) = content.words
            try statement.run(kind, name)
        }
    }

    /// The earliest generation in which a living build began; the present one if all builds are of it, or none lives.
    ///
    /// A build that has read an earlier one and not locked it yet finds that it is over.
    func earliestGeneration() throws -> Int64 {
        try earliestGeneration(until: index.read { try Self.kept($0).generation })
    }

    func earliestGeneration(until present: Int64) throws -> Int64 {
        let generations = try paths.locks.entries().compactMap { name -> Int64? in
            name.hasPrefix(Self.contentsPrefix) ? Int64(name.dropFirst(Self.contentsPrefix.count)) : nil
        }
        for generation in generations.sorted() where generation < present {
            // A lock's file of a generation that nobody is of any more is of no use.
            guard try FileLock.removeIfFree(lockPath(Self.contentsKey(generation))) else { return generation }
        }
        return present
    }
}
