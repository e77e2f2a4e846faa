/// The kinds of trouble that one module tells apart, to match on.
public protocol FailureCode: Sendable, Equatable {
    /// What each kind means for a script: it decides the exit status.
    var category: DiagnosticCategory { get }
    /// What helps with every trouble of the kind, where an error has no advice of its own.
    var advice: String? { get }
}

extension FailureCode {
    public var advice: String? { nil }
}

/// A module's error. Each module has its own codes, and so an error type of its own:
/// `public typealias UnitsError = Failure<UnitsErrorCode>`.
public struct Failure<Kind: FailureCode>: Diagnostic {
    public typealias Code = Kind

    public let code: Kind
    public let subject: String
    public let message: String
    public let advice: String?
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    public init(
        _ code: Kind, _ subject: String, _ message: String, advice: String? = nil, cause: (any Error)? = nil
    ) {
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice ?? code.advice
        self.cause = cause
    }

    public var category: DiagnosticCategory { code.category }
}

extension Failure: Equatable {
    /// Whether both say the same; what led to them does not count.
    public static func == (a: Self, b: Self) -> Bool {
        a.code == b.code && a.subject == b.subject && a.message == b.message && a.advice == b.advice
    }
}
