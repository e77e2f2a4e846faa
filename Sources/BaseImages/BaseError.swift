@_exported public import Diagnostics

/// What can go wrong with a base image, from its definition to its interpreter.
public typealias BaseError = Failure<BaseErrorCode>

public enum BaseErrorCode: FailureCode {
    /// A reference that names nothing: no such layout, tag, definition or lock.
    case notFound
    /// A reference to a registry that cannot be understood.
    case registry
    /// A definition or lock that cannot be understood.
    case malformed
    /// A program that building needs is not on the machine.
    case missingProgram
    /// The machine's package sources do not serve the suites.
    case noSources
    /// The package sources could not be read.
    case unreachable
    /// The packages asked for do not exist or do not fit together.
    case unsolvable
    /// A locked package is served no longer, and nobody here has kept it.
    case packageGone
    /// A package is not what the lock says.
    case wrongContent
    /// The base has nothing for the platform asked for, or it cannot be built on this machine.
    case platform
    /// A file that cannot be written.
    case unwritable
    /// Building the root file system failed.
    case buildFailed
    /// The image is not one that can be built on: broken, or of an unknown form.
    case unusableImage
    /// The base has no interpreter of the version that is needed.
    case noInterpreter
    /// The interpreter is there and cannot be run here.
    case interpreterFails

    public var category: DiagnosticCategory {
        switch self {
        case .notFound, .registry, .malformed, .platform: .badInput
        case .missingProgram, .noSources, .noInterpreter, .interpreterFails: .missingPrerequisite
        case .unreachable, .packageGone: .unavailable
        case .unsolvable: .noSolution
        case .wrongContent, .unusableImage: .badArtifact
        case .buildFailed, .unwritable: .system
        }
    }
}
