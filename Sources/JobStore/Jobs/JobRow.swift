internal import JSONDocument
internal import JobModel
internal import SQLite
internal import SystemPackage

/// How a job's rows are read and written.
struct JobRow {
    var number: Int64
    var job: Job

    /// The columns in the order in which ``init(_:)`` reads them.
    static let columns = """
        jobs.number, jobs.id, jobs.state, jobs.transitions, jobs.round, jobs.intent, jobs.created, jobs.updated, \
        jobs.started, jobs.ended, jobs.tenant, jobs.user, jobs.reason, jobs.message, jobs.environments, \
        requests.document
        """

    static let byNumber = "SELECT \(columns) FROM jobs JOIN requests ON requests.job = jobs.number WHERE number = ?"
    static let byID = "SELECT \(columns) FROM jobs JOIN requests ON requests.job = jobs.number WHERE id = ?"
    static let byKey = """
        SELECT \(columns) FROM jobs JOIN requests ON requests.job = jobs.number
        WHERE tenant = ? AND user = ? AND key = ?
        """

    init(_ row: SQLRow) throws {
        number = row.integer(0)
        let id = JobID(bytes: row.bytes(1))
        job = Job(
            id: id, request: try StoredDocument.request(row.bytes(15), of: id), tenant: row.text(10),
            user: row.text(11),
            createdAt: Moment(milliseconds: row.integer(6)))
        job.state = try stored(row.text(2), of: "job \(id)")
        job.transitions = Int(row.integer(3))
        job.round = Int(row.integer(4))
        job.intent = try row.optionalText(5).map { try stored($0, of: "job \(id)") }
        job.updatedAt = Moment(milliseconds: row.integer(7))
        job.startedAt = row.moment(8)
        job.endedAt = row.moment(9)
        job.reason = row.text(12)
        job.message = row.text(13)
        job.environments = try EnvironmentColumn.read(row.optionalBytes(14), of: id)
    }
}

/// The environments that a job was admitted with: a JSON object, by group; NULL for none.
enum EnvironmentColumn {
    static func read(_ bytes: [UInt8]?, of id: JobID) throws -> [String: String] {
        guard let bytes else { return [:] }
        guard let fields = try? JSON(parsing: bytes).fields else {
            throw JobStoreError(.damaged, "job \(id)", "has environments that cannot be read")
        }
        return fields.compactMapValues { value in
            if case .string(let text) = value { text } else { nil }
        }
    }

    static func write(_ environments: [String: String]) -> SQLText? {
        environments.isEmpty ? nil : SQLText(utf8: JSON.object(environments.mapValues(JSON.string)).bytes)
    }
}

/// A word that a column holds, as the case of an enumeration.
func stored<Value: RawRepresentable>(_ word: String, of subject: String) throws -> Value
where Value.RawValue == String {
    guard let value = Value(rawValue: word) else {
        throw JobStoreError(.damaged, subject, "has the unknown word \(word.debugDescription) in a column")
    }
    return value
}

extension SQLRow {
    func moment(_ column: Int) -> Moment? { optionalInteger(column).map { Moment(milliseconds: $0) } }
}

extension JobID {
    /// Sixteen bytes, big-endian, as they are stored.
    init(bytes: [UInt8]) {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: word(bytes.prefix(8)), low: word(bytes.dropFirst(8).prefix(8)))
    }

    var stored: SQLWords { SQLWords(high, low) }
}
