public import GRDB
internal import GRDBSQLite

/// A cached statement that is stepped by SQLite's own calls: a third of the time that GRDB's arguments and rows take, and
/// one copy of a blob instead of two.
///
/// It belongs to its connection, so that it may be used only where the connection may. The same text gives the same
/// statement: none may be run again while its rows are being read. Every function throws GRDB's `DatabaseError`.
public struct SQLStatement {
    private let statement: Statement
    private let database: Database

    public init(_ database: Database, _ sql: String) throws {
        statement = try database.cachedStatement(sql: sql)
        self.database = database
    }

    private var handle: OpaquePointer { statement.sqliteStatement }

    /// Runs it to its end.
    public func run<each Value: SQLValue>(_ values: repeat each Value) throws {
        defer { finish() }
        try bind(repeat each values)
        while try step() {}
    }

    /// What `body` makes of the first row; `nil` if there is none.
    public func first<each Value: SQLValue, Result>(
        _ values: repeat each Value, reading body: (SQLRow) throws -> Result
    ) throws -> Result? {
        defer { finish() }
        try bind(repeat each values)
        return try step() ? body(SQLRow(handle)) : nil
    }

    /// What `body` makes of each row.
    public func all<each Value: SQLValue, Result>(
        _ values: repeat each Value, reading body: (SQLRow) throws -> Result
    ) throws -> [Result] {
        defer { finish() }
        try bind(repeat each values)
        var results: [Result] = []
        while try step() { results.append(try body(SQLRow(handle))) }
        return results
    }

    /// Hands rows to `body` until it returns `false`.
    public func each<each Value: SQLValue>(_ values: repeat each Value, reading body: (SQLRow) throws -> Bool) throws {
        defer { finish() }
        try bind(repeat each values)
        while try step() {
            guard try body(SQLRow(handle)) else { return }
        }
    }

    private func bind<each Value: SQLValue>(_ values: repeat each Value) throws {
        var place: CInt = 0
        for value in repeat each values {
            place += 1
            let code = value.bind(to: handle, at: place)
            guard code == SQLITE_OK else { throw error(code) }
        }
    }

    private func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_DONE: return false
        case SQLITE_ROW: return true
        case let code: throw error(code)
        }
    }

    private func finish() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    private func error(_ code: CInt) -> DatabaseError {
        // The extended code tells a failed synchronisation from a failed write.
        let extended = sqlite3_extended_errcode(database.sqliteConnection)
        let isOfThis = extended & 0xFF == code & 0xFF
        return DatabaseError(
            resultCode: ResultCode(rawValue: isOfThis ? extended : code), message: database.lastErrorMessage,
            sql: statement.sql)
    }
}
