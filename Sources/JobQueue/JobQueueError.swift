public import Diagnostics

public typealias JobQueueError = Failure<JobQueueErrorCode>

public enum JobQueueErrorCode: FailureCode {
    /// The queue does not answer; later it may.
    case unavailable
    /// The queue has no room left.
    case full
    /// A message that says nothing that is understood.
    case badMessage

    public var category: DiagnosticCategory {
        switch self {
        case .badMessage: .badInput
        default: .unavailable
        }
    }
}
