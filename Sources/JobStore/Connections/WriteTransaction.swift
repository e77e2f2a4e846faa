internal import GRDB
internal import SQLite

/// The transaction that several writes share. Lives on the writer's thread.
///
/// What many writes change in the same few rows is gathered here and written once, at the end.
final class WriteTransaction {
    let database: Database
    var facets = FacetChanges()
    /// Told once everything is durable.
    var afterwards: [@Sendable () -> Void] = []
    private var changesBefore: Int64

    init(_ database: Database) {
        self.database = database
        changesBefore = database.changeCount
    }

    func statement(_ sql: String) throws -> SQLStatement { try SQLStatement(database, sql) }

    /// The number of the row that was inserted last.
    var lastNumber: Int64 { database.lastInsertedRowID }

    /// Whether something was changed since ``standsAsItIs()``, which only a roll-back undoes.
    var isSpoilt: Bool { database.changeCount != changesBefore || facets.isUnsettled || !database.hasTransaction }

    /// What was changed until now belongs together with nothing that comes.
    func standsAsItIs() {
        changesBefore = database.changeCount
        facets.isUnsettled = false
    }
}
