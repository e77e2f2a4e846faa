@_exported public import Diagnostics

public typealias HTTPServerError = Failure<HTTPServerErrorCode>

public enum HTTPServerErrorCode: FailureCode {
    /// Others than this machine could come, and what they send could be read.
    case unsafeAddress
    /// Somebody else listens on the address.
    case taken
    /// The address cannot be listened on.
    case cannotListen
    /// The certificate or its key cannot be used.
    case badCertificate

    public var category: DiagnosticCategory {
        switch self {
        case .unsafeAddress, .badCertificate: .badInput
        case .taken, .cannotListen: .system
        }
    }
}
