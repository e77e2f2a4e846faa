@_exported public import Diagnostics
internal import SystemPackage

/// What can go wrong with the store of jobs. After any of these it is as good as it was before, and nothing of what was
/// refused is in it.
public typealias JobStoreError = Failure<JobStoreErrorCode>

public enum JobStoreErrorCode: FailureCode {
    /// The file system is full, or the user's quota is.
    case diskFull
    /// The data folder lies on a read-only file system.
    case readOnly
    /// The user may not do this there.
    case notPermitted
    /// Another process has the store open.
    case inUse
    /// The store was closed meanwhile.
    case closed
    /// The database was made by a newer Chidori.
    case newerSchema
    /// The database, or a row of it, cannot be read.
    case damaged
    /// Any other refusal by the system. Whether a write that was refused so is kept shows at the next opening.
    case system
    /// No such job, token or version.
    case missing
    /// There is a job of this id, or a token of this name.
    case taken
    /// A request that could not be read back as it is: one that no door lets in.
    case badRequest
    /// The idempotency key belongs to a job that was asked for in other words.
    case keyConflict
    /// What is written follows on something else than what is stored: another writer was faster.
    case stale
    /// A step from one state to another that no job takes.
    case illegalStep
    /// A cursor that this store has not given.
    case badCursor
    /// A backup that is not whole, or not what it says.
    case badBackup
    /// The backup is sealed, and the key is missing or another one.
    case wrongKey
    /// There is a database already where one is to be restored.
    case inTheWay

    public var category: DiagnosticCategory {
        switch self {
        case .diskFull, .readOnly, .notPermitted, .inUse, .newerSchema, .system, .inTheWay: .system
        case .closed, .stale: .unavailable
        case .damaged: .damaged
        case .missing, .taken, .badRequest, .keyConflict, .badCursor, .wrongKey: .badInput
        case .illegalStep: .internalFault
        case .badBackup: .badArtifact
        }
    }
}

extension JobStoreError {
    /// A refused system call: `doing` completes "cannot …".
    init(_ errno: Errno, _ doing: String, _ path: FilePath) {
        let (code, advice): (Code, String) =
            switch errno {
            case .noSpace, .diskQuotaExceeded, .fileTooLarge:
                (.diskFull, "free some space there; the work goes on once there is room")
            case .readOnlyFileSystem: (.readOnly, "mount it writable, or choose another folder")
            case .permissionDenied, .notPermitted:
                (.notPermitted, "check who owns it, or choose another folder")
            default: (.system, "check the disk and the folder's mount")
            }
        self.init(code, path.string, "cannot \(doing): \(errno)", advice: advice, cause: errno)
    }
}

/// What `body` does to a path, with its refusal as a `JobStoreError`: `doing` completes "cannot …".
func attempt<Result>(
    _ doing: @autoclosure () -> String, _ path: FilePath, _ body: () throws(Errno) -> Result
) throws(JobStoreError) -> Result {
    do {
        return try body()
    } catch {
        throw JobStoreError(error, doing(), path)
    }
}
