@_exported public import Diagnostics

/// What can be wrong with what is said of software: signatures, envelopes and advisories.
public typealias SupplyChainError = Failure<SupplyChainErrorCode>

public enum SupplyChainErrorCode: FailureCode {
    /// A signature, or what it is over, is not of the form that it should be.
    case malformed
    /// Nothing is signed with the key.
    case unsigned
    /// Something is signed with the key, and it is about another image or place.
    case otherSubject
    /// More, or larger, than anything that is said of an image.
    case tooMuch
    /// A file is no advisory in OSV's form, or no export of them.
    case noAdvisory
    /// There are no advisories to audit by.
    case noAdvisories
    /// A file or folder is not there, or cannot be read.
    case unreadable
    /// What is kept of advisories cannot be read or written.
    case unusableStore
    /// A known vulnerability is one that the policy does not let through.
    case vulnerable

    public var category: DiagnosticCategory {
        switch self {
        case .malformed, .unsigned, .otherSubject, .tooMuch: .badArtifact
        case .noAdvisory, .noAdvisories, .unreadable: .badInput
        case .unusableStore: .system
        case .vulnerable: .vulnerable
        }
    }
}
