public import Diagnostics

public typealias JobEngineError = Failure<JobEngineErrorCode>

/// Why a submission is refused.
public enum JobEngineErrorCode: FailureCode {
    /// The queue is not there, or takes no jobs now.
    case queue
    /// There is no driver size of this name.
    case size
    /// There is no job of this id to wait for.
    case dependency
    /// It asks for more than there will ever be.
    case neverFits
    /// There is no environment of this name.
    case environment
    /// Its environment has known vulnerabilities that are not let through.
    case vulnerable
    /// It names what is not there where drivers run, or its tenant cannot have drivers there.
    case place
    /// What it asks for cannot be worked out.
    case resources
    /// The server takes nothing more in.
    case stopping

    public var category: DiagnosticCategory {
        switch self {
        case .stopping: .unavailable
        default: .badInput
        }
    }
}
