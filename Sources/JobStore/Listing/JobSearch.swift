internal import GRDB
internal import JobModel
internal import SQLite

/// A search, a run after the other, the latest one first.
struct JobSearch {
    static let runsText = """
        SELECT run, earliest, latest, sealed FROM runs WHERE run <= ? ORDER BY run DESC
        """
    static let createdText = "SELECT created FROM jobs WHERE number = ?"

    private struct Run {
        let number: Int64
        let created: ClosedRange<Int64>
        let isSealed: Bool
    }

    private let facets: FacetReader
    private let text: TextReader?
    /// In milliseconds.
    private let created: Range<Int64>
    private let runs: SQLStatement
    private let times: SQLStatement

    init(_ filter: JobFilter, in database: Database) throws {
        facets = try FacetReader(filter.requirements, in: database)
        text = try filter.text.flatMap { $0.isEmpty ? nil : try TextReader($0, in: database) }
        let earliest = filter.createdAfter?.milliseconds ?? .min
        created = earliest..<max(earliest, filter.createdBefore?.milliseconds ?? .max)
        runs = try SQLStatement(database, Self.runsText)
        times = try SQLStatement(database, Self.createdText)
    }

    /// The numbers of the jobs that fit, the highest first.
    func numbers(before number: Int64?, limit: Int) throws -> [Int64] {
        var found: [Int64] = []
        let border = number.map { JobPlace(number: $0) }
        try runs.each(border?.run ?? .max) { row in
            let times = row.integer(1)...max(row.integer(1), row.integer(2))
            guard created.overlaps(times) else { return true }
            let run = Run(number: row.integer(0), created: times, isSealed: row.integer(3) == 1)
            var jobs = try facets.jobs(of: run.number)
            if let border, border.run == run.number { jobs.formIntersection(PositionSet(below: border.position)) }
            if let text, run.isSealed { try text.narrow(&jobs, of: run.number) }
            while found.count < limit, let position = jobs.popLast() {
                let number = JobPlace(run: run.number, position: position).number
                if try fits(number, of: run) { found.append(number) }
            }
            return found.count < limit
        }
        return found
    }

    /// What sets do not tell.
    private func fits(_ number: Int64, of run: Run) throws -> Bool {
        if !(created.contains(run.created.lowerBound) && created.contains(run.created.upperBound)) {
            guard let time = try times.first(number, reading: { $0.integer(0) }), created.contains(time) else {
                return false
            }
        }
        return try text?.fits(number) ?? true
    }
}
