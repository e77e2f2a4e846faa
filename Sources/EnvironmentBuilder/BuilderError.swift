@_exported public import Diagnostics

/// What goes wrong between the services: inputs that do not fit together, environments that are not there.
public typealias BuilderError = Failure<BuilderErrorCode>

public enum BuilderErrorCode: FailureCode {
    /// A file cannot be told to be a recipe, a lock or requirements.
    case unknownInput
    /// A file or folder is not there, or cannot be read or written.
    case unreadable
    case unwritable
    /// `--locked` or `--check`, and the lock is missing or does not answer the recipe.
    case staleLock
    /// A package of the lock has no wheel for a platform, or the lock is not for that platform.
    case noWheel
    /// An environment is for another kind of machine than this one.
    case wrongPlatform
    /// A chosen file is none of those whose hashes the recipe allows.
    case wrongHash
    /// A name or id fits no environment, or several.
    case unknownEnvironment
    case ambiguousEnvironment
    /// Nobody of that name keeps an environment.
    case notHeld
    /// An environment is in use.
    case inUse
    /// A delivered tree, image or environment is not what it should be.
    case damaged
    /// The recipe's own tests failed.
    case testsFailed
    /// More room than the recipe's budget allows.
    case overBudget
    /// A package that is not in the lock.
    case unknownPackage
    /// A repository cannot be fetched from.
    case unreachable
    /// Something must be asked of an index, and may not be.
    case offline
    /// The lock names no recipe, where one is needed.
    case noRecipe
    /// The recipe asks for no jars, where it is about them.
    case noJars
    /// What a source distribution is to be built with cannot be resolved.
    case noTools
    /// A program that is neither in an environment nor on the machine.
    case unknownProgram
    /// An input of somebody else's asks for what only the machine's user may have.
    case foreignInput
    /// A recipe cannot be released as it is: it has no version, or shares its name with another one.
    case unreleasable
    /// Preflight found conflicts that the recipe does not accept.
    case conflicts
    /// This machine has no means to run an image's programs.
    case noContainer

    public var category: DiagnosticCategory {
        switch self {
        case .unknownInput, .staleLock, .noWheel, .wrongPlatform, .unknownEnvironment, .ambiguousEnvironment, .notHeld,
            .unknownPackage,
            .noRecipe, .noJars, .overBudget, .unreadable, .foreignInput, .unreleasable:
            .badInput
        case .offline, .unreachable: .unavailable
        case .noTools: .noSolution
        case .unwritable, .inUse: .system
        case .wrongHash: .badArtifact
        case .unknownProgram, .noContainer: .missingPrerequisite
        case .damaged: .damaged
        case .testsFailed: .testsFailed
        case .conflicts: .conflicts
        }
    }
}

extension BuilderError {
    init(_ code: Code, subject: String, message: String, advice: String? = nil) {
        self.init(code, subject, message, advice: advice)
    }
}
