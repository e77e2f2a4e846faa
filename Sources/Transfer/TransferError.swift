@_exported public import Diagnostics

/// What can go wrong between a URL and the bytes behind it. URLs appear without user, password and query.
public typealias TransferError = Failure<TransferErrorCode>

public enum TransferErrorCode: FailureCode {
    /// The text is no URL that can be fetched: malformed, or of another scheme than http, https and file.
    case invalidURL
    /// The host's name, or the proxy's, cannot be resolved.
    case unresolvedHost
    /// Nothing takes connections there.
    case unreachable
    /// The server, or the way to it, was silent for too long.
    case timedOut
    /// The connection broke before the answer was complete.
    case interrupted
    /// The server's certificate does not prove who it is, or TLS fails otherwise.
    case tls
    /// The answer breaks the rules of HTTP.
    case malformedAnswer
    /// The server answered with a status that is no success.
    case status(Int)
    /// A redirect that would leak credentials, leave TLS, loop, or lead nowhere.
    case refusedRedirect
    /// The name leads to an address that is not asked (``TransferOptions/refusesLinkLocal``).
    case refusedAddress
    /// The answer is larger than the caller allows.
    case tooLarge
    /// The bytes have another digest than was expected.
    case digestMismatch
    /// The file has another size than was expected.
    case sizeMismatch
    /// A `file:` URL leads to nothing.
    case missingFile
    /// A local file cannot be read or written.
    case file
    /// A file of credentials cannot be understood.
    case invalidCredentialsFile
    /// libcurl is not on this machine.
    case missingLibrary

    /// Whether it may go well the next time: a server that was busy, a connection that broke.
    public var isPassing: Bool {
        switch self {
        case .unreachable, .timedOut, .interrupted: true
        case .status(let status): RetryPolicy.isPassing(status: status)
        default: false
        }
    }

    public var category: DiagnosticCategory {
        switch self {
        case .invalidURL, .invalidCredentialsFile, .status(401), .status(403), .status(407): .badInput
        case .unresolvedHost, .unreachable, .timedOut, .interrupted, .tls, .malformedAnswer, .status, .refusedRedirect,
            .refusedAddress, .missingFile:
            .unavailable
        case .tooLarge, .digestMismatch, .sizeMismatch: .badArtifact
        case .file: .system
        case .missingLibrary: .missingPrerequisite
        }
    }
}
