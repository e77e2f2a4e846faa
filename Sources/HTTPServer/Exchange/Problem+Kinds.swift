internal import Diagnostics
internal import Documents
internal import DriverProvider
internal import JobAPI
internal import JobEngine
internal import JobModel
internal import JobStore

extension Problem {
    static func noJob(_ id: String) -> Problem {
        Problem(
            404, "noSuchJob", title: "There is no such job", detail: "job \(id.prefix(64)): is not there",
            subject: "job \(id.prefix(64))", advice: "`chidori job list` shows the jobs there are")
    }

    static func notFound(_ what: String, advice: String? = nil) -> Problem {
        Problem(
            404, "notFound", title: "There is no such thing", detail: "\(what): is not there", subject: what,
            advice: advice)
    }

    static func noRoute(_ path: String) -> Problem {
        Problem(
            404, "noSuchPath", title: "There is no such path", detail: "\(path.prefix(256)): leads nowhere",
            subject: String(path.prefix(256)), advice: "/openapi.json lists the paths there are")
    }

    static func methodNotAllowed(_ method: String, _ allowed: [String]) -> Problem {
        Problem(
            405, "methodNotAllowed", title: "The path does not take this method",
            detail: "\(method.prefix(32)): is not what this path takes",
            advice: "use \(allowed.joined(separator: ", "))")
    }

    static let noToken = Problem(
        401, "noToken", title: "A token is needed", detail: "the request: bears no token that is valid",
        advice: "send `Authorization: Bearer TOKEN`; the server's first token is in admin.token in its data folder")

    /// - Parameters:
    ///   - queue: the queue that it is about; `nil` for all.
    ///   - isAnyEnough: whether the role in one queue would do.
    static func forbidden(
        _ what: String, needs role: Role, in queue: String?, isAnyEnough: Bool = false
    ) -> Problem {
        let place = queue.map { " in the queue \($0)" } ?? (isAnyEnough ? " in any queue" : " for all queues")
        return Problem(
            403, "forbidden", title: "The token's roles do not allow this",
            detail: "\(what): takes the role \(role.rawValue)\(place)",
            subject: what, advice: "ask an administrator for a token with this role")
    }

    static func tooLarge(_ limit: Int) -> Problem {
        Problem(
            413, "tooLarge", title: "The body is too large", detail: "the request's body: has more than \(limit) bytes",
            advice: "send less: files are named by paths and URLs, not sent")
    }

    static func wrongMedia(_ type: String) -> Problem {
        Problem(
            415, "unsupportedMediaType", title: "The body is of a type that is not read",
            detail: "the request's body: is \(type.prefix(100))", subject: String(type.prefix(100)),
            advice: "send JSON with `Content-Type: application/json`, or YAML with `application/yaml`")
    }

    static func wrongHost(_ host: String) -> Problem {
        Problem(
            421, "wrongHost", title: "The request was meant for another host",
            detail: "the host \(host.prefix(256)): is none that this server answers for",
            subject: String(host.prefix(256)),
            advice: "use localhost, or name the host in the server's configuration: hosts")
    }

    static func tooManyRequests(_ limit: Int) -> Problem {
        Problem(
            429, "tooManyRequests", title: "Too many requests are under way",
            detail: "this user's requests: are \(limit) already, streams among them, or all users' are too many",
            advice: "end some of them, or wait; the server's configuration says how many (limits: requestsPerUser)")
    }

    static let badTarget = Problem(
        400, "badTarget", title: "The request's path or query is malformed",
        detail: "the request's target: has escapes that are none", advice: "escape as RFC 3986 has it")

    static let slowBody = Problem(
        408, "timeout", title: "The body took too long", detail: "the request's body: did not come in time",
        advice: "send it again")

    static let stale = Problem(
        412, "stale", title: "It was changed meanwhile", detail: "the thing: is not any more what `If-Match` says",
        advice: "read it again, and decide again")

    static func refused(_ order: JobVerb, _ id: JobID, _ state: JobState, _ why: String) -> Problem {
        Problem(
            409, "refused", title: "That makes no sense for the job as it is",
            detail: "job \(id): cannot \(order.rawValue): \(why.isEmpty ? "it is \(state.rawValue)" : why)",
            subject: "job \(id)")
    }

    static let stopping = Problem(
        503, "stopping", title: "The server is about to stop", detail: "the server: takes no more work",
        advice: "try again in a moment")
}

extension Problem {
    /// What any error means for whoever asked.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as DocumentError: self.init(document: error)
        case let error as JobStoreError: self.init(store: error)
        case let error as JobEngineError: self.init(diagnostic: error, code: "\(error.code)")
        case let error as DriverProviderError where error.code == .unknownAttempt:
            self = .notFound(error.subject, advice: error.advice)
        case let error as any Diagnostic: self.init(diagnostic: error, code: "\(error.category)")
        case is CancellationError: self = .stopping
        default:
            self.init(
                500, "internalFault", title: "A fault of the server's", detail: "the server: failed: \(error)",
                advice: "report it with the request's id")
        }
    }

    private init(document error: DocumentError) {
        let isSyntax = [.syntax, .notText, .tooComplex, .tooLarge].contains(error.code)
        self.init(
            isSyntax ? 400 : 422, isSyntax ? "malformed" : "invalid",
            title: isSyntax ? "The document cannot be read" : "The document says what cannot be",
            detail: error.issues.map { "\($0.subject): \($0.message)" }.joined(separator: "; "),
            subject: error.issues[0].file, advice: error.issues.count == 1 ? error.advice : nil)
        mistakes = error.issues.map {
            Mistake(at: $0.keyPath, code: "\($0.code)", message: $0.message, advice: $0.advice)
        }
    }

    private init(store error: JobStoreError) {
        let (status, title): (Int, String) =
            switch error.code {
            case .missing: (404, "There is no such thing")
            case .taken, .keyConflict: (409, "The name belongs to something else")
            case .stale: (412, "It was changed meanwhile")
            case .badRequest: (422, "The request says what cannot be")
            case .badCursor: (400, "The cursor is none of this server's")
            case .diskFull: (507, "The server's disk is full")
            case .readOnly, .closed, .inUse: (503, "The server's store takes nothing at the moment")
            case .wrongKey, .badBackup, .inTheWay: (409, "The backup cannot be used")
            case .notPermitted, .newerSchema, .damaged, .system, .illegalStep: (500, "The server's store has trouble")
            }
        self.init(
            status, "\(error.code)", title: title, detail: "\(error.subject): \(error.message)", subject: error.subject,
            advice: error.advice)
    }

    private init(diagnostic error: any Diagnostic, code: String) {
        let (status, title): (Int, String) =
            switch error.category {
            case .badInput, .usage: (422, "The request says what cannot be")
            case .vulnerable: (422, "The environment has known vulnerabilities that are not let through")
            case .noSolution: (422, "No set of versions satisfies the recipe")
            case .unavailable: (503, "Something that the work needs does not answer")
            case .timedOut: (503, "What the request needs has not come about in its time")
            default: (500, "A fault of the server's")
            }
        self.init(
            status, code, title: title, detail: "\(error.subject): \(error.message)",
            subject: error.subject, advice: error.advice)
    }
}
