@_exported public import Diagnostics
internal import SystemPackage

/// What can go wrong with the content store. The store is as good after any of these as it was before.
public typealias StoreError = Failure<StoreErrorCode>

public enum StoreErrorCode: FailureCode {
    /// The file system is full, or the user's quota is (`ENOSPC`, `EDQUOT`, `EFBIG`).
    case diskFull
    /// The data folder lies on a read-only file system.
    case readOnly
    /// The user may not do this there (`EACCES`, `EPERM`).
    case notPermitted
    /// What was written has another digest or size than was expected.
    case mismatch
    /// Stored content no longer has the digest it was stored under, or the index cannot be read.
    case damaged
    /// No such blob, environment, record or tag.
    case missing
    /// The index was made by a newer Chidori.
    case newerSchema
    /// Another process holds the index or a lock for too long.
    case busy
    /// Somebody still uses the environment.
    case inUse
    /// Any other refusal by the system.
    case system

    public var category: DiagnosticCategory {
        switch self {
        case .diskFull, .readOnly, .notPermitted, .busy, .system, .newerSchema: .system
        case .mismatch: .badArtifact
        case .damaged: .damaged
        case .missing, .inUse: .badInput
        }
    }
}

extension StoreError {
    /// The error number of the refused system call, where there was one.
    var errno: Errno? { cause as? Errno }

    /// A refused system call: `doing` completes "cannot …".
    init(_ errno: Errno, _ doing: String, _ path: FilePath) {
        let (code, advice): (Code, String) =
            switch errno {
            case .noSpace, .diskQuotaExceeded, .fileTooLarge:
                (.diskFull, "free some space there, or choose another folder with --data")
            case .readOnlyFileSystem:
                (.readOnly, "mount it writable, or choose another folder with --data")
            case .permissionDenied, .notPermitted:
                (.notPermitted, "check who owns it, or choose another folder with --data")
            case .notDirectory, .noSuchFileOrDirectory:
                (.system, "choose another folder with --data: here there can be none")
            case .tooManyOpenFiles, .tooManyOpenFilesInSystem:
                (.system, "raise the limit on open files (ulimit -n), or lower --jobs")
            default:
                (.system, "check the disk and the folder's mount")
            }
        self.init(code, path.string, "cannot \(doing): \(errno)", advice: advice, cause: errno)
    }
}
