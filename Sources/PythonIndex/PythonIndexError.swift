@_exported public import Diagnostics

/// What can go wrong between a project's name and its files.
public typealias PythonIndexError = Failure<PythonIndexErrorCode>

public enum PythonIndexErrorCode: FailureCode {
    /// Nobody says which index to ask, and this machine has no pip to ask for it.
    case noDefaultIndex
    /// pip's configuration, an index's URL or a find-links place cannot be understood.
    case badConfiguration
    /// The index refuses to answer without credentials, or with these: never taken for "not found".
    case refused
    /// Only what is stored may be used, and this is not.
    case notStored
    /// The index does not list the file, or the file is gone.
    case noSuchFile
    /// The file is not what the index, the lock or its own name says.
    case wrongContent
    /// The wheel's metadata is not what was resolved with.
    case metadataChanged
    /// The file came broken from every place that it can be read at, and may be sound another time.
    case cameBroken
    /// The file has no metadata that can be read without building it.
    case noMetadata
    /// A stored document cannot be read.
    case damagedRecord

    public var category: DiagnosticCategory {
        switch self {
        case .noDefaultIndex: .missingPrerequisite
        case .badConfiguration, .refused: .badInput
        case .notStored, .noSuchFile: .unavailable
        case .wrongContent, .metadataChanged, .cameBroken, .noMetadata: .badArtifact
        case .damagedRecord: .damaged
        }
    }
}
