@_exported public import Diagnostics
internal import SystemPackage

/// What keeps a process from being started, watched or ended.
public typealias SupervisionError = Failure<SupervisionErrorCode>

public enum SupervisionErrorCode: FailureCode {
    /// The system refused something of the attempt's folder.
    case folder
    /// There is an attempt's folder of that name.
    case exists
    /// A record is not what was written.
    case record
    /// The program cannot be started.
    case cannotStart
    /// The attempt was told to stop before it began.
    case stopped

    public var category: DiagnosticCategory {
        switch self {
        case .folder: .system
        case .exists, .record, .cannotStart, .stopped: .internalFault
        }
    }
}

extension SupervisionError {
    static func folder(_ path: FilePath, _ what: String, _ error: Errno) -> Self {
        Self(
            .folder, path.string, "cannot \(what): \(error)",
            advice: error == .noSpace ? "make room on the disk" : nil, cause: error)
    }
}

/// Does something to a path, and says what where the system refuses.
@discardableResult
func told<Result: ~Copyable>(
    _ what: String, _ path: FilePath, _ body: () throws(Errno) -> Result
) throws(SupervisionError) -> Result {
    do throws(Errno) {
        return try body()
    } catch {
        throw .folder(path, what, error)
    }
}
