public import ContentStore
internal import Cryptography
internal import Diagnostics
public import PythonIndex
public import PythonPackaging
internal import Synchronization
internal import Workers

/// What the resolver reads, from package indexes and the store.
///
/// Beside what the index keeps, three small documents of the resolver's own lie in the store: a listing for each
/// project (made from its page), what its files depend on, and the details of the files that were chosen last. A
/// resolve whose answers are all stored reads these and nothing else.
public final class IndexProvider: MetadataProvider {
    private static let listingKind: RecordKind = "listing.1"
    private static let dependenciesKind: RecordKind = "dependencies.1"
    private static let chosenKind: RecordKind = "chosen-files.1"

    private let index: PythonIndex
    private let store: ContentStore
    private let sources: (any SourceReader)?
    private let fileURL: @Sendable (String) -> String
    /// The pages whose files' metadata is being fetched, the most recent last.
    private let pages = Mutex<[ProjectPage]>([])
    private static let pageLimit = 32
    /// The files that the recipe names by URL, by their URLs.
    private let directFiles = Mutex<[String: IndexFile]>([:])

    /// - Parameters:
    ///   - sources: reads source distributions; only for requests that let none be built may it be left out.
    ///   - fileURL: the URL of a file that a recipe names, which may do so by a path from its own folder.
    public init(
        _ index: PythonIndex, store: ContentStore, sources: (any SourceReader)? = nil,
        fileURL: @escaping @Sendable (String) -> String = { $0 }
    ) {
        self.index = index
        self.store = store
        self.sources = sources
        self.fileURL = fileURL
    }

    // MARK: Listings

    public func storedListing(of project: PackageName) throws -> ProjectListing? {
        try index.storedDocument(Self.listingKind, of: project).flatMap { ProjectListing(encoded: $0) }
    }

    public func fetchListing(of project: PackageName) async throws -> ProjectListing {
        let page = try await index.page(of: project)
        keep(page)
        return try await blocking { [self] in
            if let document = try index.storedDocument(Self.listingKind, madeFrom: page),
                let listing = ProjectListing(encoded: document)
            {
                return listing
            }
            let listing = ProjectListing(try page.files, of: project, page: page.digest.hex)
            try index.keep(listing.encoded(), Self.listingKind, madeFrom: page)
            return listing
        }
    }

    public func fetchListing(
        of project: PackageName, at url: String
    ) async throws -> (ProjectListing, FileMetadata) {
        let url = fileURL(url)
        if let sources, let tree = SourceTreeURL(url) {
            let (file, metadata) = try await sources.tree(at: tree, project)
            return (listing(file, of: project), FileMetadata(metadata))
        }
        let file = try await index.identified(try DirectFile.file(at: url, of: project))
        return (listing(file, of: project), try await metadata(of: file, project))
    }

    /// The listing of the one file that a recipe names by its URL.
    private func listing(_ file: IndexFile, of project: PackageName) -> ProjectListing {
        directFiles.withLock { $0[file.url] = file }
        return ProjectListing([file], of: project, page: file.url)
    }

    private func keep(_ page: ProjectPage) {
        pages.withLock { pages in
            pages.removeAll { $0.project == page.project }
            pages.append(page)
            if pages.count > Self.pageLimit { pages.removeFirst() }
        }
    }

    /// The page that a listing was made from, or the project's page of today where that one is gone.
    private func page(of project: PackageName, as listing: ProjectListing) async throws -> ProjectPage {
        if let kept = pages.withLock({ $0.first { $0.project == project } }), kept.digest.hex == listing.page {
            return kept
        }
        let page = try await index.page(of: project)
        keep(page)
        return page
    }

    // MARK: Dependencies

    public func storedDependencies(of project: PackageName) throws -> DependencyTable {
        try store.record(kind: Self.dependenciesKind, key: project.description)
            .flatMap { DependencyTable(encoded: $0) } ?? DependencyTable()
    }

    public func keep(_ tables: [(project: PackageName, table: DependencyTable)]) throws {
        try store.setRecords(
            kind: Self.dependenciesKind, tables.map { ($0.project.description, $0.table.encoded()) })
    }

    /// Forgets what files of projects depend on, where it has turned out to be wrong.
    public static func forgetDependencies(of projects: [PackageName], in store: ContentStore) throws {
        try store.setRecords(kind: dependenciesKind, projects.map { ($0.description, []) })
    }

    public func fetchMetadata(
        of place: Int, in listing: ProjectListing, of project: PackageName
    ) async throws -> FileMetadata {
        let page = try await page(of: project, as: listing)
        return try await metadata(of: try listing.file(at: place, on: page), project)
    }

    private func metadata(of file: IndexFile, _ project: PackageName) async throws -> FileMetadata {
        if let sources, ![".whl", ".egg"].contains(where: file.filename.hasSuffix) {
            // What fails to build stops everything: an older version that happens to build is nobody's wish.
            let (metadata, isStatic) = try await sources.metadata(of: file, project)
            var known = FileMetadata(metadata)
            known.isPassing = !isStatic
            return known
        }
        do {
            let document = try await index.metadata(of: file)
            return FileMetadata(try document.metadata(of: try BuiltFilename(file.filename)))
        } catch let error as PythonPackagingError where error.category == .badArtifact {
            return FileMetadata(fault: error.message)
        } catch let error as PythonIndexError where error.code == .cameBroken {
            // Nothing says that the version cannot be used: no other one is to be taken for it behind anybody's back.
            throw error
        } catch let error as any Diagnostic where error.category == .badArtifact {
            // The wheel itself is broken, as far as this version of Chidori can tell.
            let names = error.subject.contains(file.filename) ? "" : "\(file.filename): "
            return FileMetadata(fault: "\(names)\(error.subject) \(error.message)", isPassing: true)
        }
    }

    // MARK: Chosen files

    public func files(_ chosen: [(project: PackageName, listing: ProjectListing, place: Int)]) throws -> [ChosenFile] {
        try chosen.map { choice in
            if let file = directFiles.withLock({ $0[choice.listing.page] }) {
                return ChosenFile(file: file, source: nil)
            }
            return try file(choice.project, choice.listing, choice.place)
        }
    }

    private func file(_ project: PackageName, _ listing: ProjectListing, _ place: Int) throws -> ChosenFile {
        var known = try index.storedDocument(Self.chosenKind, of: project).flatMap { ChosenFiles(encoded: $0) }
        if known?.page != listing.page { known = nil }
        if let file = known?.files[place] { return file }
        guard let page = try pages.withLock({ $0.first { $0.project == project } }) ?? index.storedPage(of: project)
        else {
            throw ResolverError(
                .pageGone, project.description, "has a stored page that went out of date during the resolve",
                advice: "run the same again")
        }
        let onPage = try listing.place(at: place, on: page)
        let file = ChosenFile(file: try page.file(onPage), source: try page.source(of: onPage))
        guard page.digest.hex == listing.page else { return file }
        var files = known ?? ChosenFiles(page: listing.page)
        files.files[place] = file
        try index.keep(files.encoded(), Self.chosenKind, madeFrom: page)
        return file
    }

    public func knownProjects() throws -> [String] {
        try index.knownProjects()
    }
}

extension ProjectListing {
    /// Where a file of this listing stands on a page, which may be a later one of the same project.
    fileprivate func place(at place: Int, on page: ProjectPage) throws -> Int {
        if page.digest.hex == self.page { return place }
        let key = files.first { $0.place == place }?.key
        let found = try page.files.firstIndex { FileKey.of($0) == key }
        guard let found else {
            throw ResolverError(
                .pageGone, page.project.description, "has a page that changed during the resolve",
                advice: "run the same again")
        }
        return found
    }

    fileprivate func file(at place: Int, on page: ProjectPage) throws -> IndexFile {
        try page.file(try self.place(at: place, on: page))
    }
}
