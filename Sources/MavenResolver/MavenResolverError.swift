@_exported public import Diagnostics

/// What can go wrong between a jar's coordinate and its bytes.
public typealias MavenResolverError = Failure<MavenResolverErrorCode>

public enum MavenResolverErrorCode: FailureCode {
    /// Nobody says which repository to ask, and this machine has no Maven to ask for its own.
    case noDefaultRepository
    /// A repository's URL or the settings cannot be understood.
    case badConfiguration
    /// The settings say that the repository must not be asked.
    case blocked
    /// The repository refuses to answer without credentials, or with these: never taken for "not found".
    case refused
    /// Only what is stored may be used, and this is not.
    case notStored
    /// A repository that may have it cannot be asked.
    case unreachable
    /// A folder that is named as a repository is none.
    case noSuchRepository
    /// Every repository was asked, and none has the artifact.
    case noSuchArtifact
    /// A file that was there when it was locked, or a moment ago, is not there any more, or cannot be read.
    case noLongerThere
    /// The bytes are not what the repository's checksum, the lock or an earlier resolution says.
    case wrongChecksum
    /// A web page came in the artifact's place.
    case webPage
    /// A repository's list of versions cannot be understood.
    case badList
    /// A stored document cannot be read.
    case damagedRecord

    public var category: DiagnosticCategory {
        switch self {
        case .noDefaultRepository: .missingPrerequisite
        case .badConfiguration, .refused, .blocked, .noSuchRepository: .badInput
        case .notStored, .unreachable, .noLongerThere: .unavailable
        case .noSuchArtifact: .noSolution
        case .wrongChecksum, .webPage, .badList: .badArtifact
        case .damagedRecord: .damaged
        }
    }
}
