public import Diagnostics

/// A program that could not be started, ran too long, printed too much, or failed.
public struct SubprocessError: Diagnostic, Equatable {
    public enum Code: Sendable, Equatable {
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
    }

    public let code: Code
    public let subject: String
    public let message: String
    public let advice: String?

    public var category: DiagnosticCategory {
        switch code {
        case .notFound: .missingPrerequisite
        case .cannotStart, .timedOut, .tooMuchOutput, .failed: .system
        }
    }

    init(_ code: Code, _ program: Program, _ message: String, advice: String? = nil) {
        self.code = code
        self.subject = program.program
        self.message = message
        self.advice = advice
    }
}
