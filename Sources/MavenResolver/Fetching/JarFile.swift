public import Cryptography
public import MavenPackaging

/// A jar as a lock names it, to be brought into the store.
public struct JarFile: Sendable, Hashable {
    public var coordinate: ArtifactCoordinate
    /// As the file's name has it in its repository.
    public var fileVersion: String
    /// Where it is; `nil` to look for it in the repositories.
    public var url: String?
    public var sha256: SHA256Digest
    /// In bytes.
    public var size: UInt64?

    public init(
        coordinate: ArtifactCoordinate, fileVersion: String? = nil, url: String?, sha256: SHA256Digest,
        size: UInt64? = nil
    ) {
        self.coordinate = coordinate
        self.fileVersion = fileVersion ?? coordinate.version
        self.url = url
        self.sha256 = sha256
        self.size = size
    }

    /// A jar that was resolved.
    public init(_ jar: ResolvedJar) {
        self.init(
            coordinate: jar.coordinate, fileVersion: jar.fileVersion, url: jar.isFromDefault ? nil : jar.url,
            sha256: jar.sha256, size: jar.size)
    }
}

/// What happens while jars are fetched. Each event names the jar by its number in the list that was given, or that was
/// chosen.
public enum JarFetchEvent: Sendable {
    /// A repository is asked for it now.
    case began(Int, ArtifactCoordinate)
    /// Bytes that are there, and the whole if it is known. Not told of every piece.
    case received(Int, bytes: UInt64, of: UInt64?)
    /// It is in the store, checked. `bytes` came from elsewhere just now.
    case ended(Int, bytes: UInt64)
}
