@_exported public import Diagnostics

/// A program that could not be started, ran too long, printed too much, or failed.
public typealias SubprocessError = Failure<SubprocessErrorCode>

public enum SubprocessErrorCode: FailureCode {
    /// No executable file of that name.
    case notFound
    /// The system refused to start it.
    case cannotStart
    /// It was ended after the time it was given.
    case timedOut
    /// It printed more than its reader can hold, and was ended.
    case tooMuchOutput
    /// It ended with a status other than 0, or by a signal.
    case failed

    public var category: DiagnosticCategory {
        switch self {
        case .notFound: .missingPrerequisite
        case .cannotStart, .timedOut, .tooMuchOutput, .failed: .system
        }
    }
}

extension SubprocessError {
    init(_ code: Code, _ program: Program, _ message: String, advice: String? = nil) {
        self.init(code, program.program, message, advice: advice)
    }
}
