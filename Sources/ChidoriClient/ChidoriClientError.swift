@_exported public import Diagnostics
public import JobAPI

/// Why a server did not do what it was asked for.
public struct ChidoriClientError: Diagnostic {
    public enum Code: Sendable, Equatable {
        /// The server answered with problem details.
        case refused(Problem)
        /// What answers there is no Chidori, or one that cannot be understood.
        case notUnderstood
        /// The server's URL is none that a token may be sent to.
        case unsafeServer
        /// The token's file cannot be read.
        case noToken
        /// Nobody answers there.
        case unreachable
    }

    public let code: Code
    public let subject: String
    public let message: String
    public let advice: String?
    public let category: DiagnosticCategory

    public init(_ code: Code, _ subject: String, _ message: String, advice: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice
        switch code {
        case .refused(let problem): category = problem.category
        case .notUnderstood, .unreachable: category = .unavailable
        case .unsafeServer, .noToken: category = .badInput
        }
    }

    init(_ problem: Problem) {
        let prefix = problem.subject.map { "\($0): " }
        var message = problem.detail
        if let prefix, message.hasPrefix(prefix) { message.removeFirst(prefix.count) }
        if problem.mistakes.count > 1 {
            let lines = problem.mistakes.map { mistake in
                "\n  \(mistake.at.isEmpty ? "" : "\(mistake.at): ")\(mistake.message)"
                    + (mistake.advice.map { " (try: \($0))" } ?? "")
            }
            message = "\(problem.mistakes.count) mistakes" + lines.joined()
        } else if let mistake = problem.mistakes.first {
            message = "\(mistake.at.isEmpty ? "" : "\(mistake.at): ")\(mistake.message)"
        }
        self.init(.refused(problem), problem.subject ?? "the server", message, advice: problem.advice)
    }

    /// The problem that the server told of.
    public var problem: Problem? {
        guard case .refused(let problem) = code else { return nil }
        return problem
    }
}

extension Problem {
    /// What it means for a script.
    fileprivate var category: DiagnosticCategory {
        switch (code, status) {
        case ("vulnerable", _): .vulnerable
        case ("noSolution", _): .noSolution
        case (_, 408), (_, 429), (_, 502...504): .unavailable
        case (_, 507): .system
        case (_, 500...599): .internalFault
        default: .badInput
        }
    }
}
