@_exported public import Diagnostics

/// A document that is no OCI document, or a name that is no image reference.
public typealias ImageSpecError = Failure<ImageSpecErrorCode>

public enum ImageSpecErrorCode: FailureCode {
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

    public var category: DiagnosticCategory {
        switch self {
        case .notJSON, .malformed, .unsupported: .badArtifact
        case .badReference: .usage
        case .badEpoch: .badInput
        }
    }
}
