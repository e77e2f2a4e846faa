import GRDB
import SQLite
import Testing

@Suite("statements")
struct StatementTests {
    private func inDatabase<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try DatabaseQueue().writeWithoutTransaction(body)
    }

    @Test("values come back as they were given")
    func values() throws {
        try inDatabase { database in
            try database.run(script: "CREATE TABLE t (a ANY, b ANY, c ANY, d ANY, e ANY) STRICT")
            let insert = try SQLStatement(database, "INSERT INTO t VALUES (?, ?, ?, ?, ?)")
            try insert.run(Int64.min, "é\0z", [0, 255] as [UInt8], SQLWords(1, .max), String?.none)
            try insert.run(7, "", [UInt8](), SQLText(utf8: Array("ü".utf8)), Optional("x"))
            let rows = try SQLStatement(database, "SELECT * FROM t ORDER BY rowid").all { row in
                "\(row.integer(0)) \(row.text(1).debugDescription) \(row.bytes(2)) \(row.bytes(3)) \(row.optionalText(4) ?? "-")"
            }
            #expect(
                rows == [
                    "\(Int64.min) \"é\\0z\" [0, 255] [0, 0, 0, 0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255, 255, 255] -",
                    "7 \"\" [] [195, 188] x",
                ])
            let types = try SQLStatement(database, "SELECT typeof(b), typeof(c), typeof(d), typeof(e) FROM t")
                .all { row in (0..<4).map { row.text($0) } }
            #expect(types == [["text", "blob", "blob", "null"], ["text", "blob", "text", "text"]])
        }
    }

    @Test("reading stops where it is told to, and the statement serves again")
    func stopping() throws {
        try inDatabase { database in
            let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i > ?"
            for start in [0, 10] {
                var found: [Int64] = []
                try SQLStatement(database, sql).each(start) { row in
                    found.append(row.integer(0))
                    return found.count < 3
                }
                #expect(found == (1...3).map { Int64(start) + $0 })
            }
            #expect(try SQLStatement(database, "SELECT 1 WHERE 0").first { $0.integer(0) } == nil)
        }
    }

    @Test("a refusal tells SQLite's reason, and what is bound once is not bound again")
    func refusals() throws {
        try inDatabase { database in
            try database.run(script: "CREATE TABLE t (a INTEGER NOT NULL UNIQUE, b TEXT) STRICT")
            let insert = try SQLStatement(database, "INSERT INTO t VALUES (?, ?)")
            try insert.run(1, "x")
            #expect {
                try insert.run(1, "y")
            } throws: { error in
                (error as? DatabaseError)?.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE
            }
            #expect(throws: DatabaseError.self) { try database.run(script: "INSERT INTO nothing VALUES (1)") }
            try insert.run(2)
            #expect(try SQLStatement(database, "SELECT b FROM t WHERE a = 2").first { $0.isNull(0) } == true)
        }
    }

    @Test("changes and transactions are told")
    func state() throws {
        try inDatabase { database in
            try database.run(script: "CREATE TABLE t (a INTEGER) STRICT")
            let before = database.changeCount
            #expect(!database.hasTransaction)
            try database.run(script: "BEGIN; INSERT INTO t VALUES (1), (2)")
            #expect(database.hasTransaction)
            #expect(database.changeCount == before + 2)
            try database.run(script: "ROLLBACK")
            #expect(!database.hasTransaction)
        }
    }
}
