import Cryptography
import PythonIndex
import PythonPackaging
import PythonResolver
import Recipes
import Synchronization

/// An index made up by a test, which can have everything in storage or make every answer wait.
final class MadeUpIndex: MetadataProvider {
    struct Release {
        var file: IndexFile
        var metadata: FileMetadata
    }

    private struct State {
        var projects: [PackageName: [Release]] = [:]
        var kept: [PackageName: DependencyTable] = [:]
        var underWay = 0
        var mostUnderWay = 0
        var fetchedListings: [String] = []
        var fetchedMetadata: [String] = []
    }

    private let state = Mutex(State())
    let isStored: Bool

    /// - Parameter isStored: whether everything is in storage; otherwise every answer is fetched.
    init(isStored: Bool = true) {
        self.isStored = isStored
    }

    /// Adds a wheel: `index.add("foo", "1.0", needs: ["bar>=2"])`.
    func add(
        _ name: String, _ version: String, needs: [String] = [], tags: String = "py3-none-any", build: String = "",
        extras: [String] = [], python: String? = nil, metadataPython: String? = nil, yanked: String? = nil,
        fault: String? = nil, isSource: Bool = false
    ) throws {
        let stem = "\(name.split(separator: "-").joined(separator: "_"))-\(version)"
        let filename = isSource ? "\(stem).tar.gz" : "\(stem)\(build.isEmpty ? "" : "-\(build)")-\(tags).whl"
        var file = IndexFile(filename: filename, url: "https://example.org/\(filename)")
        file.sha256 = SHA256Digest(of: Array(filename.utf8))
        if let python { file.requiresPython = try SpecifierSet(python) }
        if let yanked { file.yanked = .yes(reason: yanked) }
        let metadata = FileMetadata(
            requirements: try needs.map { try Requirement($0) },
            requiresPython: try metadataPython.map { try SpecifierSet($0) },
            providedExtras: try extras.map { try ExtraName($0) }, fault: fault)
        let project = try PackageName(name)
        state.withLock { $0.projects[project, default: []].append(Release(file: file, metadata: metadata)) }
    }

    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }
    var fetchedMetadata: [String] { state.withLock { $0.fetchedMetadata } }
    var fetchedListings: [String] { state.withLock { $0.fetchedListings } }
    var projects: [PackageName: [Release]] { state.withLock { $0.projects } }

    private func releases(_ project: PackageName) -> [Release] {
        state.withLock { $0.projects[project] ?? [] }
    }

    private func listing(_ project: PackageName) -> ProjectListing {
        ProjectListing(releases(project).map(\.file), of: project, page: "\(project)")
    }

    func storedListing(of project: PackageName) -> ProjectListing? {
        isStored ? listing(project) : nil
    }

    func storedDependencies(of project: PackageName) -> DependencyTable {
        state.withLock { $0.kept[project] } ?? DependencyTable()
    }

    func keep(_ tables: [(project: PackageName, table: DependencyTable)]) {
        state.withLock { state in
            for (project, table) in tables { state.kept[project] = table }
        }
    }

    private func waiting<Value>(_ body: () -> Value) async -> Value {
        state.withLock { state in
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
        }
        if !isStored { try? await Task.sleep(for: .milliseconds(1)) }
        state.withLock { $0.underWay -= 1 }
        return body()
    }

    func fetchListing(of project: PackageName) async -> ProjectListing {
        state.withLock { $0.fetchedListings.append(project.description) }
        return await waiting { listing(project) }
    }

    struct NoSuchFile: Error {}

    func fetchListing(of project: PackageName, at url: String) async throws -> (ProjectListing, FileMetadata) {
        guard let release = releases(project).first(where: { $0.file.url == url }) else { throw NoSuchFile() }
        return (ProjectListing([release.file], of: project, page: url), release.metadata)
    }

    func fetchMetadata(
        of place: Int, in listing: ProjectListing, of project: PackageName
    ) async throws -> FileMetadata {
        let release = releases(project)[place]
        state.withLock { $0.fetchedMetadata.append(release.file.filename) }
        return await waiting { release.metadata }
    }

    func files(_ chosen: [(project: PackageName, listing: ProjectListing, place: Int)]) throws -> [ChosenFile] {
        try chosen.map { choice in
            if choice.listing.page.hasPrefix("https:") {
                guard let direct = releases(choice.project).first(where: { $0.file.url == choice.listing.page }) else {
                    throw NoSuchFile()
                }
                return ChosenFile(file: direct.file, source: nil)
            }
            return ChosenFile(
                file: releases(choice.project)[choice.place].file,
                source: ProjectPage.Source(.defaultIndex, url: "https://example.org/simple"))
        }
    }

    func knownProjects() -> [String] {
        state.withLock { $0.projects.keys.map(\.description) }
    }
}

extension MadeUpIndex {
    /// Resolves requirements for CPython 3.11 on Linux x86_64 with glibc 2.28, or as `change` says.
    func resolve(
        _ requirements: String..., change: (inout ResolutionRequest) throws -> Void = { _ in }
    ) async throws -> Resolution {
        var request = ResolutionRequest(
            try requirements.map { Recipe.Request(try Requirement($0)) }, python: PythonVersion(3, 11),
            platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)))
        try change(&request)
        return try await Resolver(self).resolve(request)
    }
}

extension Resolution {
    /// `name==version` of every package, in order.
    var pins: [String] {
        packages.map { "\($0.name)==\($0.version)" }
    }
}
