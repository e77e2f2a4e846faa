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
    /// Its asker has as many under way as he may; later he has not.
    case tooMany
    /// It has taken longer than it may.
    case overdue
    /// Something else stands against it; later it may not.
    case unavailable

    public var category: DiagnosticCategory {
        switch self {
        case .unknown, .cannotBuild, .notAllowed: .badInput
        case .vulnerable: .vulnerable
        case .tooMany, .unavailable: .unavailable
        case .overdue: .timedOut
        }
    }

    /// Whether it may go well the next time, with nothing changed.
    public var isPassing: Bool { self == .unavailable || self == .tooMany }
}
