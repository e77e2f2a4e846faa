public import Documents

/// What went wrong with a request: problem details (RFC 9457) with what Chidori's errors know beyond them.
public struct Problem: Hashable, Sendable, Error {
    public static let mediaType = "application/problem+json"

    /// The HTTP status.
    public var status: Int
    /// What kind of trouble it is: a word to match on, which keeps its meaning.
    public var code: String
    /// The same for people; for one code always the same.
    public var title: String
    /// What is wrong with what, this time.
    public var detail: String
    /// What it is about: `job 01k…`, `queue science`.
    public var subject: String?
    /// What to do next.
    public var advice: String?
    /// Every mistake of a document, where it is one that is wrong.
    public var mistakes: [Mistake] = []
    /// The request's id, which the server's log and audit have too.
    public var request: String?

    public struct Mistake: Hashable, Sendable {
        /// The keys that lead to it: `groups[1].driverMemory`; empty for the whole.
        public var at = ""
        public var code = ""
        public var message = ""
        public var advice: String?

        public init(at: String = "", code: String = "", message: String = "", advice: String? = nil) {
            self.at = at
            self.code = code
            self.message = message
            self.advice = advice
        }
    }

    public init(
        _ status: Int, _ code: String, title: String, detail: String, subject: String? = nil, advice: String? = nil
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.subject = subject
        self.advice = advice
    }
}

extension Problem {
    public static let shape = Shape(
        "What went wrong (RFC 9457).", initial: Problem(500, "unknown", title: "", detail: ""),
        fields: [
            Field(derived: "type", .anyText, "Names the kind of trouble.") { "urn:chidori:problem:\($0.code)" },
            Field("title", \.title, .anyText, required: true, "The kind of trouble, for people."),
            Field("status", \.status, .integer(100...599), required: true, "The HTTP status."),
            Field("detail", \.detail, .anyText, required: true, "What is wrong with what."),
            Field("code", \.code, .anyText, required: true, "The kind of trouble: a word to match on."),
            Field("subject", \.subject, .anyText, "What it is about."),
            Field("advice", \.advice, .anyText, "What to do next."),
            Field("mistakes", \.mistakes, .list(of: mistake.codec), "Every mistake of a document."),
            Field("request", \.request, .anyText, "The request's id."),
        ])

    private static let mistake = Shape(
        "One mistake of a document.", initial: Mistake(),
        fields: [
            Field("at", \.at, .anyText, required: true, "The keys that lead to it."),
            Field("code", \.code, .anyText, required: true, "A word to match on."),
            Field("message", \.message, .anyText, required: true, "What is wrong."),
            Field("advice", \.advice, .anyText, "What to do next."),
        ])
}
