internal import GRDB
internal import SQLite

extension ContentStore {
    /// The data folder's own time, in seconds since 1970 as long as the machine's clock was never set: it does not jump
    /// when that does. Ends of leases and last uses are told in it.
    public func time() throws -> Int64 { try clock().time }

    /// How much may pass before the clock is written down again: as much may be lost when the machine is started anew.
    private static let stride: Int64 = 600

    /// The clock as it is now. A jump is written down at once, and what has passed from time to time.
    func clock() throws -> StoreClock {
        let now = machineTime()
        var clock = try index.read { try Self.clock($0) }
        let before = clock.machine
        let hasJumped = clock.advance(to: now)
        guard hasJumped || before.boot != now.boot || now.uptime - before.uptime >= Self.stride else { return clock }
        do {
            return try index.write { try tick($0) }
        } catch let error as StoreError where [.diskFull, .readOnly, .notPermitted].contains(error.code) {
            // What time it is can be known where nothing can be written; the next one notes it.
            return clock
        }
    }

    /// Within a transaction: the clock as it is now, written down.
    func tick(_ database: Database) throws -> StoreClock {
        var clock = try Self.clock(database)
        clock.advance(to: machineTime())
        try SQLStatement(
            database,
            "UPDATE state SET time = ?, wall = ?, uptime = ?, boot = ?, jumped_to = ?, jumped_at = ? WHERE id = 1"
        ).run(
            clock.time, clock.machine.wall, clock.machine.uptime, clock.machine.boot, clock.jumpedTo, clock.jumpedAt)
        return clock
    }

    private static func clock(_ database: Database) throws -> StoreClock {
        let statement = try SQLStatement(
            database, "SELECT time, wall, uptime, boot, jumped_to, jumped_at FROM state WHERE id = 1")
        let clock = try statement.first { row in
            StoreClock(
                time: row.integer(0),
                machine: MachineTime(wall: row.integer(1), uptime: row.integer(2), boot: row.text(3)),
                jumpedTo: row.integer(4), jumpedAt: row.integer(5))
        }
        guard let clock else { throw stateless }
        return clock
    }

    static var stateless: StoreError {
        StoreError(
            .damaged, "store.sqlite", "has lost what the store knows of itself",
            advice: "move store.sqlite out of the data folder: the index is then made anew from the blobs")
    }
}
