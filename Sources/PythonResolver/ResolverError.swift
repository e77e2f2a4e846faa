@_exported public import Diagnostics
internal import PythonPackaging

/// Why a resolve failed.
public typealias ResolverError = Failure<ResolverErrorCode>

public enum ResolverErrorCode: FailureCode {
    /// No choice of versions satisfies everything that is asked for.
    case noSolution
    /// No index knows a project that the recipe asks for.
    case unknownProject
    /// The recipe names two URLs for one project.
    case twoURLs
    /// The recipe names a URL that is no wheel's of the project.
    case notADistribution
    /// A page that was resolved with is gone before the chosen files were looked up on it.
    case pageGone

    public var category: DiagnosticCategory {
        switch self {
        case .noSolution, .unknownProject: .noSolution
        case .twoURLs, .notADistribution: .badInput
        case .pageGone: .unavailable
        }
    }
}

extension ResolverError {
    static func twoURLs(_ name: PackageName, _ first: String, _ second: String) -> ResolverError {
        ResolverError(
            .twoURLs, name.description, "is asked for at two places, \(first) and \(second)",
            advice: "keep one of the two")
    }
}
