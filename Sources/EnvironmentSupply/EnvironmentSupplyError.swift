public import Diagnostics

public typealias EnvironmentSupplyError = Failure<EnvironmentSupplyErrorCode>

public enum EnvironmentSupplyErrorCode: FailureCode {
    /// There is no such environment.
    case unknown
    /// The recipe is wrong, or cannot be resolved or built.
    case cannotBuild
    /// It is to be delivered where the server may not write.
    case notAllowed
    /// It has known vulnerabilities that are not let through.
    case vulnerable
    /// Something else stands against it; later it may not.
    case unavailable

    public var category: DiagnosticCategory {
        switch self {
        case .unknown, .cannotBuild, .notAllowed: .badInput
        case .vulnerable: .vulnerable
        case .unavailable: .unavailable
        }
    }
}
