@_exported public import Diagnostics

public typealias DriverProviderError = Failure<DriverProviderErrorCode>

public enum DriverProviderErrorCode: FailureCode {
    /// The order cannot be carried out: a missing file, a wrong configuration.
    case badLaunch
    /// Somebody with a newer token was here.
    case fenced
    /// The provider cannot keep tenants apart, and another one's drivers are here.
    case tenancy
    /// The attempt was told to stop before it was launched.
    case stopped
    /// Nothing is known of the attempt.
    case unknownAttempt
    /// The place where drivers run does not answer, or refused; later it may not.
    case unavailable

    public var category: DiagnosticCategory {
        switch self {
        case .badLaunch: .badInput
        default: .unavailable
        }
    }
}
