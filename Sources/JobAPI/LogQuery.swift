public import Documents

/// Which part of which log `GET /api/v1/jobs/ID/logs` gives.
public struct LogQuery: Hashable, Sendable {
    /// `GROUP`, `GROUP/INDEX`, or an index of the ordinary group; the first task without an answer.
    public var task: String?
    /// Counts from 1; the last one without an answer.
    public var attempt: Int?
    /// Lines from the end.
    public var tail: Int?
    /// Whether the answer goes on until the job has ended.
    public var follow = false
    /// Where to begin, in bytes.
    public var from: Int64?
    /// How long to wait, in milliseconds, where there is nothing yet from there on.
    public var wait: Int64 = 0

    public init() {}

    public static let shape = Shape(
        "Which part of which log.", initial: LogQuery(),
        fields: [
            Field(
                "task", \.task, .text(1...64), examples: ["workers/3"],
                "`GROUP`, `GROUP/INDEX`, or an index of the job's one group. The first task without an answer."),
            Field(
                "attempt", \.attempt, .integer(1...Int.max),
                "Which try; the last one without an answer. The next one that may come is waited for."),
            Field("tail", \.tail, .integer(0...1_000_000), synonyms: ["lines"], "Only so many lines from the end."),
            Field("follow", \.follow, .flag, "Whether the answer goes on until the attempts are over."),
            Field("from", \.from, .integer(0...Int64.max), synonyms: ["offset"], "Where to begin, in bytes."),
            Field(
                "wait", \.wait, .duration(0...25_000),
                "How long to wait where there is nothing yet from there on."),
        ]
    ) { query, entries, mark, reading in
        guard query.tail != nil, query.from != nil else { return }
        let place = entries.first { $0.key == "tail" }?.keyMark ?? mark
        reading.under("tail") { $0.report(.conflict, at: place, "excludes `from`", advice: "keep one of the two") }
    }

    /// Where the bytes of the answer begin in the log.
    public static let startHeader = "Chidori-Log-Start"
    /// Where the bytes of the answer end in it: `from` for the next piece.
    public static let endHeader = "Chidori-Log-End"
    /// `true` where nothing more will come.
    public static let completeHeader = "Chidori-Log-Complete"
    /// Which attempt's log it is: `GROUP/INDEX/NUMBER`.
    public static let attemptHeader = "Chidori-Log-Attempt"
}

/// How long `GET /api/v1/jobs/ID` waits for a change.
public struct ChangeQuery: Hashable, Sendable {
    /// Milliseconds.
    public var wait: Int64 = 0

    public init() {}

    public static let shape = Shape(
        "How long to wait for a change.", initial: ChangeQuery(),
        fields: [
            Field(
                "wait", \.wait, .duration(0...25_000), examples: ["20s"],
                "With `If-None-Match`: how long to wait for the job to become another; 304 where it does not.")
        ])
}
