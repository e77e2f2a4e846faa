public import Cryptography
public import PythonPackaging

/// A file that is wanted, and where it may be had.
public struct Artifact: Sendable, Hashable {
    /// Where to look for the file.
    public enum Place: Sendable, Hashable {
        /// On the project's page, whatever index has it.
        case page
        /// At a URL, which may be a `file:` one.
        case url(String)
    }

    public var project: PackageName
    public var filename: String
    /// Without it the file's own digest is computed and told.
    public var sha256: SHA256Digest?
    /// In bytes.
    public var size: UInt64?
    public var place: Place

    public init(
        project: PackageName, filename: String, sha256: SHA256Digest?, size: UInt64? = nil, place: Place = .page
    ) {
        self.project = project
        self.filename = filename
        self.sha256 = sha256
        self.size = size
        self.place = place
    }

    /// A file of a page, at the URL that the page gives.
    public init(_ file: IndexFile, of project: PackageName) {
        self.init(
            project: project, filename: file.filename, sha256: file.sha256, size: file.size, place: .url(file.url))
    }
}

/// What happens while artifacts are fetched. Each event names the artifact by its number in the list that was given.
public enum FetchEvent: Sendable {
    /// A server is asked for it now.
    case began(Int)
    /// Bytes that are there, and the whole if it is known. Not told of every piece.
    case received(Int, bytes: UInt64, of: UInt64?)
    /// It is in the store, checked.
    case ended(Int, Arrival)

    /// How an artifact came.
    public enum Arrival: Sendable, Equatable {
        /// It was there already, or another process has fetched it meanwhile.
        case stored
        /// From a server: how many bytes, beside those that an earlier run had left.
        case downloaded(bytes: UInt64, resumed: UInt64)
        /// From a local file.
        case copied(bytes: UInt64)
    }
}
