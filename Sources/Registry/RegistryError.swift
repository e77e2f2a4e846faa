@_exported public import Diagnostics

/// What can go wrong between a reference and an image at a registry. Places appear without user, password and query.
public typealias RegistryError = Failure<RegistryErrorCode>

public enum RegistryErrorCode: FailureCode {
    /// The registry does not have it, or does not show it to us.
    case notFound
    /// The registry, or its token service, does not take our credentials, or there are none.
    case denied
    /// The registry answers that it will not do it.
    case refused
    /// The registry does not take a manifest, for it does not find what that lists.
    case lacksContent
    /// The answer breaks the rules of the distribution specification.
    case malformedAnswer
    /// What came, or what is there, has another digest or size than was expected.
    case mismatch
    /// A manifest or list is larger, or nests deeper, than anything that is an image.
    case tooLarge
    /// What is there is of a kind that Chidori does not handle.
    case unsupported
    /// The image is not for the platform that was asked for.
    case noPlatform
    /// A file of registries or of credentials cannot be understood, or a registry is blocked by one.
    case badConfiguration
    /// A credential helper cannot be run or answers nothing that makes sense.
    case helperFailed
    /// The registry sends us where secrets or images could be read or changed on the way.
    case unsafePlace
    /// A local blob is not what its digest says.
    case damaged
    /// A registry would have to be asked, and may not be.
    case offline

    public var category: DiagnosticCategory {
        switch self {
        case .notFound, .refused, .lacksContent, .malformedAnswer, .unsafePlace, .offline: .unavailable
        case .mismatch, .tooLarge, .unsupported: .badArtifact
        case .denied, .noPlatform, .badConfiguration: .badInput
        case .helperFailed: .system
        case .damaged: .damaged
        }
    }
}
