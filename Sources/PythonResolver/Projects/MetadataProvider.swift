public import PythonPackaging

/// Where a resolve learns of projects, their files and what those depend on.
///
/// What is stored is read without waiting, on the resolver's own thread; what is not is fetched, many at once. A
/// provider decides what still counts as fresh: a stored listing that should be asked for again is not given.
public protocol MetadataProvider: Sendable {
    /// The project's listing from local storage, `nil` if it must be fetched. Blocks for as long as a read takes.
    func storedListing(of project: PackageName) throws -> ProjectListing?
    /// What is stored of the dependencies of the project's files; empty where nothing is. Blocks likewise.
    func storedDependencies(of project: PackageName) throws -> DependencyTable
    /// Keeps what was learned of projects' dependencies, for later resolves. Blocks likewise.
    func keep(_ tables: [(project: PackageName, table: DependencyTable)]) throws

    /// The project's listing; an empty one where no index knows the project.
    func fetchListing(of project: PackageName) async throws -> ProjectListing
    /// The listing of the one wheel at a URL, and its metadata.
    func fetchListing(of project: PackageName, at url: String) async throws -> (ProjectListing, FileMetadata)
    /// The metadata of a file of a listing. Metadata that breaks the standards has a `fault`; an error is thrown only
    /// where it could not be had.
    func fetchMetadata(of place: Int, in listing: ProjectListing, of project: PackageName) async throws -> FileMetadata

    /// The files of listings by their places, with digests and where they lie. Blocks for as long as a read takes.
    func files(_ chosen: [(project: PackageName, listing: ProjectListing, place: Int)]) throws -> [ChosenFile]
    /// Names of projects that exist, to suggest one for a name that does not; the ones that are known without asking.
    func knownProjects() throws -> [String]
}
