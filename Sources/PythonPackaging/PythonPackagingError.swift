public import Diagnostics

/// What is wrong with a piece of Python packaging text: a version, a requirement, a file name, an index page.
public struct PythonPackagingError: Diagnostic, Located, Equatable {
    /// What kind of text is malformed, for callers that match on it.
    public enum Code: Sendable, Equatable {
        case invalidVersion
        case invalidSpecifier
        case invalidName
        case invalidMarker
        case undefinedComparison
        case invalidRequirement
        case invalidPythonVersion
        case invalidPlatform
        case invalidTag
        case invalidWheelFilename
        case invalidSourceDistributionFilename
        case invalidEggFilename
        case invalidMetadata
        case invalidEggRequirements
        case invalidRecord
        case invalidEntryPoints
        case invalidWheelMetadata
        case unsupportedWheelVersion
        case notAnIndexPage
        case malformedIndexPage
    }

    public let code: Code
    public let subject: String
    public let message: String
    public let advice: String?
    /// Where in the subject the trouble starts: a 1-based column in characters, where one is known.
    public let column: Int?

    public init(code: Code, subject: String, message: String, advice: String? = nil, column: Int? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice
        self.column = column
    }

    public var category: DiagnosticCategory {
        switch code {
        case .invalidWheelFilename, .invalidSourceDistributionFilename, .invalidEggFilename, .invalidMetadata,
            .invalidEggRequirements, .invalidRecord, .invalidEntryPoints, .invalidWheelMetadata,
            .unsupportedWheelVersion:
            .badArtifact
        case .notAnIndexPage, .malformedIndexPage:
            .unavailable
        default:
            .badInput
        }
    }

    /// `subject: message (column 7)`, and the advice on a line of its own.
    public var description: String {
        let place = column.map { " (column \($0))" } ?? ""
        return "\(subject): \(message)\(place)" + (advice.map { "\n  try: \($0)" } ?? "")
    }
}
