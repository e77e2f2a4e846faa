@_exported public import Diagnostics
internal import SystemPackage

/// What goes wrong where environments become folders.
public typealias PublishingError = Failure<PublishingErrorCode>

public enum PublishingErrorCode: FailureCode {
    /// The place of a tree holds something that is no environment.
    case occupied
    /// The system refused: a full disk, a missing permission, a read-only folder.
    case refused
    /// Hard links do not reach from one file system to another.
    case otherFileSystem
    /// The tree needs an interpreter whose place is known.
    case needsInterpreter
    /// A package's folder is not what its unit says.
    case damagedPackage
    /// A folder that is to be a shared volume is none, or one of a layout that this version does not know.
    case notVolume
    case otherLayout
    /// A shared volume is not there any more.
    case disappeared
    /// An environment lies on a shared volume otherwise than it is asked for now.
    case otherVariant
    /// What a shared volume says of itself cannot be read, or what an environment there needs is gone.
    case damagedVolume
    /// A name that cannot be kept on a volume.
    case unusableName
    /// An environment or a lease that is not on a shared volume.
    case notOnVolume
    /// Others have undone what was done, over and over.
    case contended

    public var category: DiagnosticCategory {
        switch self {
        case .occupied, .notVolume, .otherLayout, .otherVariant, .unusableName, .notOnVolume: .badInput
        case .refused, .otherFileSystem: .system
        case .disappeared, .contended: .unavailable
        case .needsInterpreter: .missingPrerequisite
        case .damagedPackage, .damagedVolume: .damaged
        }
    }
}

/// What `body` does to a path, with its refusal as a `PublishingError`: `doing` completes "cannot be …".
@discardableResult
func attempt<Result>(
    _ doing: String, _ path: FilePath, _ body: () throws(Errno) -> Result
) throws(PublishingError) -> Result {
    do {
        return try body()
    } catch {
        throw PublishingError(error, doing: doing, path: path.string)
    }
}

extension PublishingError {
    /// What a system call on a path said.
    init(_ error: Errno, doing what: String, path: String) {
        let advice: String =
            switch error {
            case .noSpace, .diskQuotaExceeded:
                "free some space there, or choose another folder with --data, --to or --volume"
            case .permissionDenied, .notPermitted:
                "check who owns the folder, or choose another with --data, --to or --volume"
            case .readOnlyFileSystem: "choose a folder that can be written to with --data, --to or --volume"
            case .notDirectory, .noSuchFileOrDirectory:
                "choose another folder with --data, --to or --volume: here there can be none"
            default: "check the disk and the folder's mount"
            }
        self.init(.refused, path, "cannot be \(what): \(error)", advice: advice, cause: error)
    }
}
