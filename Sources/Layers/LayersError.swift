public import Diagnostics

/// What can go wrong when layers and images are made.
public struct LayersError: Diagnostic {
    /// The kinds of trouble, to match on.
    public enum Code: Sendable {
        /// Two files of one layer have the same path.
        case pathConflict
        /// A unit's file is not what the unit says: another size or digest.
        case wrongContent
        /// The base has so many layers that none are left under the limit.
        case tooManyLayers
        /// A layout, or something in it, is missing or broken.
        case badLayout
        /// The base is for another platform, or contradicts itself.
        case badBase
        /// A layout or archive cannot be written.
        case unwritable
    }

    public let code: Code
    public let subject: String
    public let message: String
    public let advice: String?
    /// The error beneath, if there is one.
    public let cause: (any Error)?

    public init(_ code: Code, _ subject: String, _ message: String, advice: String? = nil, cause: (any Error)? = nil) {
        self.code = code
        self.subject = subject
        self.message = message
        self.advice = advice
        self.cause = cause
    }

    public var category: DiagnosticCategory {
        switch code {
        case .pathConflict, .tooManyLayers: .badInput
        case .wrongContent: .badArtifact
        case .badLayout: .damaged
        case .badBase: .badInput
        case .unwritable: .system
        }
    }
}
