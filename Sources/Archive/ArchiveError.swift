@_exported public import Diagnostics

/// What is wrong with an archive, or with reading or writing one.
public typealias ArchiveError = Failure<ArchiveErrorCode>

public enum ArchiveErrorCode: String, FailureCode, CaseIterable {
    /// The bytes are no archive of the expected format.
    case notAnArchive
    /// The archive ends before what it promises.
    case truncated
    /// Two places of the archive contradict each other, or a field has an impossible value.
    case malformed
    /// A name would leave the folder it is unpacked into, or cannot be a path.
    case unsafeName
    /// One path stands in the archive twice, or as a file and as a folder.
    case duplicateMember
    /// A symbolic link, device node, pipe or socket where only files and folders may be.
    case unsupportedType
    /// A member is encrypted.
    case encrypted
    /// A member is compressed with a method other than stored or deflate.
    case unsupportedMethod
    /// Two members claim the same bytes.
    case overlap
    /// More bytes, members or a higher ratio than the limits allow.
    case tooLarge
    /// A member has another size than it claims.
    case wrongSize
    /// A member has another CRC-32 than it claims.
    case wrongChecksum
    /// A compressed stream is broken, ends early, or goes on after its end.
    case brokenStream
    /// No member has the wanted name.
    case noSuchMember
    /// The tail given to find a zip's directory is too short; a longer one may do.
    case tailTooShort
    /// The file cannot be opened or read.
    case unreadable
    /// The output cannot be written, or holds what the format cannot express.
    case unwritable

    public var category: DiagnosticCategory {
        switch self {
        case .unreadable, .unwritable: .system
        default: .badArtifact
        }
    }

    public var advice: String? {
        switch self {
        case .notAnArchive, .truncated, .wrongChecksum, .wrongSize, .brokenStream:
            "fetch the file again; if it stays broken, choose another version and tell its publisher"
        case .tooLarge:
            "choose another version or build of the package: no honest one is so large"
        case .malformed, .unsafeName, .duplicateMember, .unsupportedType, .encrypted, .unsupportedMethod, .overlap:
            "choose another version or build of the package, and tell its publisher"
        case .noSuchMember, .tailTooShort:
            nil
        case .unreadable:
            "check that the file exists and may be read"
        case .unwritable:
            "check the folder's permissions and the free space"
        }
    }
}

extension ArchiveError {
    /// An error about one member of an archive.
    init(_ code: Code, _ archive: String, member: some StringProtocol, _ message: String) {
        self.init(code, Self.subject(archive, member: member), message)
    }

    /// `archive, member "name"`, with whatever a hostile name holds made harmless for a terminal.
    static func subject(_ archive: String, member: some StringProtocol) -> String {
        "\(archive), member \(String(member).debugDescription)"
    }
}
