import Foundation
import SystemPackage
import TestSupport
import Testing

/// What a data folder takes for the time of an environment's last use, for tests that cannot wait for hours.
enum StoreClock {
    /// Lets hours have passed since an environment was used.
    ///
    /// - Parameter data: the data folder; others may be using it.
    static func sinceUse(of environment: String, hours: Int, in data: FilePath) async throws {
        try await Command("python3", ["-c", program, data.appending("store.sqlite").string, environment, "\(hours)"])
            .run()
    }

    /// For how many seconds the leases of jobs on an environment still count.
    ///
    /// - Parameter newly: how many that is to be from now on; as it is if `nil`.
    static func leftOfLeases(of environment: String, newly: Int? = nil, in data: FilePath) async throws -> Int {
        let seconds = newly.map { "\($0)" } ?? ""
        let text = try await Command(
            "python3", ["-c", leases, data.appending("store.sqlite").string, environment, seconds]
        ).run()
        return try #require(Int(text.trimmingCharacters(in: .newlines)))
    }

    private static let leases = """
        import sqlite3, sys
        path, environment, seconds = sys.argv[1:]
        mine, now = "kind = 'job' AND environment = ?", "(SELECT time FROM state)"
        with sqlite3.connect(path, timeout=30) as database:
            if seconds:
                database.execute(f"UPDATE leases SET until = {now} + ? WHERE {mine}", (int(seconds), bytes.fromhex(environment)))
            print(*database.execute(f"SELECT max(until) - {now} FROM leases WHERE {mine}", (bytes.fromhex(environment),)).fetchone())
        """

    private static let program = """
        import sqlite3, sys
        path, environment, hours = sys.argv[1:]
        with sqlite3.connect(path, timeout=30) as database:
            done = database.execute("UPDATE environments SET used = used - 3600 * ? WHERE id = ?",
                                    (int(hours), bytes.fromhex(environment)))
            assert done.rowcount == 1
        """
}
