import SystemPackage
import TestSupport

/// What a data folder takes for the time of an environment's last use, for tests that cannot wait for hours.
enum StoreClock {
    /// Lets hours have passed since an environment was used.
    ///
    /// - Parameter data: the data folder; others may be using it.
    static func sinceUse(of environment: String, hours: Int, in data: FilePath) async throws {
        try await Command("python3", ["-c", program, data.appending("store.sqlite").string, environment, "\(hours)"])
            .run()
    }

    private static let program = """
        import sqlite3, sys
        path, environment, hours = sys.argv[1:]
        with sqlite3.connect(path, timeout=30) as database:
            done = database.execute("UPDATE environments SET used = used - 3600 * ? WHERE id = ?",
                                    (int(hours), bytes.fromhex(environment)))
            assert done.rowcount == 1
        """
}
