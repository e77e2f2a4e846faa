public import Documents
public import JobModel

/// Which jobs `GET /api/v1/jobs` lists: those that fit everything that is said here.
public struct JobQuery: Hashable, Sendable {
    /// One of these; empty for any.
    public var states: [JobState] = []
    /// `science` for the queue itself, `science.*` for it and all below it.
    public var queue: String?
    public var user: String?
    public var schema: String?
    public var table: String?
    /// An environment's id, or what it was asked for by.
    public var environment: String?
    public var createdAfter: Moment?
    public var createdBefore: Moment?
    public var text: String?
    /// `NAME=VALUE` each.
    public var labels: [String] = []
    /// For administrators of all tenants.
    public var tenant: String?
    public var limit = 100
    public var cursor: String?

    public init() {}
}

extension JobQuery {
    public static let shape = Shape("Which jobs are listed.", initial: JobQuery(), fields: fields) {
        query, entries, mark, reading in
        for label in query.labels where !label.utf8.contains(UInt8(ascii: "=")) {
            let place = entries.first { $0.key == "label" }?.keyMark ?? mark
            reading.under("label") {
                $0.report(.badValue, at: place, "`\(label)` has no value", advice: "write NAME=VALUE")
            }
        }
    }

    private static let fields: [Field<JobQuery>] = [
        Field("state", \.states, .several(of: .word), "One of these states; repeat it, or put commas between."),
        Field(
            "queue", \.queue, .text(1...130), examples: ["science.*"],
            "A queue by its name; with `.*` behind it, all below it too."),
        Field("user", \.user, .text(1...255), "Who submitted it."),
        Field("schema", \.schema, .text(1...1024), "The label `schema`."),
        Field("table", \.table, .text(1...1024), "The label `table`."),
        Field("environment", \.environment, .text(1...256), "An environment's id, or what it was asked for by."),
        Field("createdAfter", \.createdAfter, .moment, "Submitted then or later (RFC 3339, or a date)."),
        Field("createdBefore", \.createdBefore, .moment, "Submitted earlier (RFC 3339, or a date)."),
        Field("text", \.text, .text(1...256), synonyms: ["search", "q"], "In the name, program, id or a label."),
        Field(
            "label", \.labels, .several(of: .text(1...2048)), synonyms: ["labels"],
            "`NAME=VALUE`; repeat it for several."),
        Field("tenant", \.tenant, .text(1...255), "Whose jobs; for administrators of all tenants."),
        Field("limit", \.limit, .integer(1...1000), synonyms: ["size", "pageSize"], "How many at most."),
        Field("cursor", \.cursor, .text(1...256), synonyms: ["page", "after", "from"], "`next` of the page before."),
    ]
}

/// A part of a list of jobs, the newest first.
public struct JobList: Hashable, Sendable {
    public var jobs: [Job]
    /// `cursor` for the next part; `nil` at the end.
    public var next: String?

    public init(jobs: [Job] = [], next: String? = nil) {
        self.jobs = jobs
        self.next = next
    }

    public static let shape = Shape(
        "A part of a list of jobs, the newest first.", initial: JobList(),
        fields: [
            Field("jobs", \.jobs, .list(of: Job.shape.codec), isAlwaysWritten: true, "The jobs."),
            Field("next", \.next, .anyText, "`cursor` for the next part; left out at the end."),
        ])
}

extension Codec {
    /// Values of a query: its key stands once for each, or once with commas between them.
    public static func several<Item: Sendable>(of item: Codec<Item>) -> Codec where Value == [Item] {
        let list = Codec.list(of: item)
        return Codec(
            schema: list.schema,
            read: { node, reading in
                guard case .scalar(let text, let kind) = node.content else { return list.read(node, &reading) }
                let words = text.split(separator: ",").map { SourceNode(.scalar(String($0), kind), at: node.mark) }
                return list.read(SourceNode(.sequence(words), at: node.mark), &reading)
            }, write: list.write)
    }
}
