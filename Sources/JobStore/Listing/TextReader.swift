internal import GRDB
internal import SQLite

/// Finds the jobs that have a text in their words.
struct TextReader {
    static let bucketText = "SELECT sets FROM trigrams WHERE place = ?"
    static let wordsText = "SELECT instr(words, ?) > 0 FROM requests WHERE job = ?"

    private let text: [UInt8]
    private let pieces: [TextIndex.Piece]
    private let buckets: SQLStatement
    private let words: SQLStatement

    init(_ text: String, in database: Database) throws {
        self.text = Array(searchable(text, limit: .max).utf8)
        pieces = TextIndex.pieces(of: self.text)
        buckets = try SQLStatement(database, Self.bucketText)
        words = try SQLStatement(database, Self.wordsText)
    }

    /// Takes those out that cannot have the text. Needs a sealed run.
    func narrow(_ jobs: inout PositionSet, of run: Int64) throws {
        for piece in pieces {
            if jobs.isEmpty { return }
            let set = try buckets.first(TextIndex.place(run, bucket: piece.bucket)) { row in
                row.withBytes(0) { TextIndex.jobs(with: piece, in: $0) }
            }
            jobs.formIntersection(set ?? PositionSet())
        }
    }

    /// Whether the job has it.
    func fits(_ number: Int64) throws -> Bool {
        try words.first(SQLText(utf8: text), number) { $0.integer(0) == 1 } ?? false
    }
}
