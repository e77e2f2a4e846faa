public import Cryptography
public import MavenPackaging

/// What a request came to.
public struct JarResolution: Sendable {
    /// In the order of the class path: each before what it brings.
    public var jars: [ResolvedJar]
    public var leftOut: [LeftOut]
    public var notices: [MavenNotice]
}

/// A jar that was chosen, with all that a lock says of it.
public struct ResolvedJar: Sendable {
    public var coordinate: ArtifactCoordinate
    /// As the file's name has it in its repository: a snapshot's time and number, else the version.
    public var fileVersion: String
    public var repository: String
    /// Whether it comes from Maven's own default repository, of which a lock says no URL.
    public var isFromDefault: Bool
    /// Without user and password.
    public var url: String
    public var sha256: SHA256Digest
    /// In bytes.
    public var size: UInt64
    /// What the repository says beside the file; empty where it says nothing.
    public var checksums: [ChecksumKind: String]
    /// From the request's own dependency to the jar itself.
    public var path: [ArtifactCoordinate]
    public var lost: [LostVersion]
    public var relocatedFrom: [ModuleVersion]

    /// The file's name in an environment.
    public var filename: String { coordinate.filename }
}

/// Something worth telling that is no error.
public enum MavenNotice: Sendable, Equatable, CustomStringConvertible {
    /// No repository has a POM for it: what it needs is not known.
    case withoutPOM(ModuleVersion)
    /// Their POMs are not read, since the request says so.
    case ignoredPOMs([ModuleVersion])
    /// Its POM cannot be read, and nothing that it may bring is wanted.
    case unreadPOM(ModuleVersion)
    /// Nothing that the jar brings is kept out by it.
    case unusedExclusion(Exclusion, of: JarRequirement)
    /// Nothing asks for what it is about.
    case unusedConstraint(JarRequirement)
    /// A folder that the settings name as a repository or a mirror is none.
    case noFolder(repository: String, String)
    /// Its repository has no checksum beside it: only TLS vouches for it, until the lock does.
    case withoutChecksum(ArtifactCoordinate)
    /// The settings name proxies, which are not used.
    case proxiesUnused([String])
    /// The jar is a file of the machine that builds, and is not delivered.
    case atPath(ArtifactCoordinate)
    /// A dependency that is no jar: it is followed, and not delivered.
    case noJar(ArtifactCoordinate)
    /// A recipe says where a repository is whose password is in settings.xml: it is not sent there.
    case passwordWithheld(repository: String, variable: String)
    /// No default repository is known: only the recipe's and the settings' are asked.
    case noDefaultRepository

    public var description: String {
        switch self {
        case .withoutPOM(let project):
            "\(project) has no POM in any repository: what it needs is not known"
        case .ignoredPOMs(let projects):
            "taken without what they need, since their POMs are ignored (ignore-poms): "
                + projects.map(\.description).joined(separator: ", ")
        case .unreadPOM(let project):
            "the POM of \(project) cannot be read; its jar is taken alone, since everything that it brings is excluded"
        case .unusedExclusion(let exclusion, let requirement):
            "`exclude: [\(exclusion)]` of \(requirement) keeps nothing out: nothing there brings it"
        case .unusedConstraint(let requirement):
            "the constraint \(requirement) does nothing: nothing asks for \(requirement.module)"
        case .noFolder(let repository, let path):
            "the repository '\(repository)' of settings.xml is no folder, and has nothing: \(path)"
        case .withoutChecksum(let coordinate):
            "\(coordinate) has no checksum beside it in its repository; from now on the lock vouches for it"
        case .proxiesUnused(let hosts):
            "the proxies of settings.xml (\(hosts.joined(separator: ", "))) are not used: "
                + "set https_proxy where one is needed"
        case .atPath(let coordinate):
            "\(coordinate) is a file of its author's machine (scope system), and is left out"
        case .noJar(let coordinate):
            "\(coordinate) is a \(coordinate.key.fileExtension), not a jar: what it needs is there, itself it is not"
        case .passwordWithheld(let repository, let variable):
            "settings.xml has a user for '\(repository)', and it is the recipe that says where that is: the password is not "
                + "sent there unless \(variable) is its URL"
        case .noDefaultRepository:
            "Maven is not installed, so that its default repository is not known: only those of the recipe and of "
                + "settings.xml are asked"
        }
    }
}
