public import Diagnostics

/// A document that is no OCI document, or a name that is no image reference.
public struct ImageSpecError: Diagnostic {
    /// The kinds of trouble, to match on.
    public enum Code: Sendable {
        /// The text is no JSON.
        case notJSON
        /// The JSON lacks a field, or one has a wrong type or value.
        case malformed
        /// The document is valid but uses something that Chidori does not support.
        case unsupported
        /// Text given by a person is no image reference, or one of a kind that cannot be written to.
        case badReference
        /// `SOURCE_DATE_EPOCH` is no number of seconds.
        case badEpoch
    }

    public let code: Code
    public let subject: String
    public let message: String
    public let advice: String?

    public init(_ code: Code, _ subject: String, _ message: String, advice: String? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice
    }

    public var category: DiagnosticCategory {
        switch code {
        case .notJSON, .malformed, .unsupported: .badArtifact
        case .badReference: .usage
        case .badEpoch: .badInput
        }
    }
}
