internal import MavenPackaging
internal import Transfer

extension RepositoryClient {
    /// What all repositories together list of a module; `nil` where none lists any version.
    func listing(of module: ModuleName) async throws -> ModuleListing? {
        var listing = ModuleListing(versions: [])
        var changed = ""
        var isKnown = false
        for (repository, name) in lists where !isOffline || repository.root.scheme == .file {
            let path = "\(Layout.folder(module))/\(name)"
            guard let bytes = try await document(path, in: repository) else { continue }
            let metadata = try RepositoryMetadata(bytes, subject: "\(repository.url(path))")
            isKnown = true
            let known = Set(listing.versions)
            listing.versions += metadata.versions.filter { repository.has($0) && !known.contains($0) }
            let updated = metadata.lastUpdated ?? ""
            if listing.latest == nil || updated > changed { listing.latest = metadata.latest ?? listing.latest }
            if listing.release == nil || updated > changed { listing.release = metadata.release ?? listing.release }
            changed = max(changed, updated)
        }
        return isKnown ? listing : nil
    }

    private var lists: [(Repository, String)] {
        configuration.repositories.flatMap { repository -> [(Repository, String)] in
            // A local repository of Maven's may be named as one to be asked, as Debian's is.
            repository.root.scheme == .file
                ? [(repository, "maven-metadata.xml"), (repository, "maven-metadata-local.xml")]
                : [(repository, "maven-metadata.xml")]
        } + (local.map { [($0, "maven-metadata-local.xml")] } ?? [])
    }

    /// Where a snapshot's file is: the newest of all repositories; `nil` where no repository says anything of it.
    func snapshot(_ coordinate: ArtifactCoordinate) async throws -> (repository: Repository, version: String)? {
        var best: (repository: Repository, version: String, updated: String)?
        let folder = Layout.folder(coordinate.project)
        let asked =
            configuration.repositories.filter(\.hasSnapshots).map { ($0, "maven-metadata.xml") }
            + (local.map { [($0, "maven-metadata-local.xml")] } ?? [])
        for (repository, name) in asked where !isOffline || repository.root.scheme == .file {
            guard let bytes = try await document("\(folder)/\(name)", in: repository) else { continue }
            let metadata = try RepositoryMetadata(bytes, subject: "\(repository.url("\(folder)/\(name)"))")
            guard let found = metadata.fileVersion(of: coordinate.key, version: coordinate.version) else { continue }
            if best.map({ $0.updated < found.updated }) ?? true { best = (repository, found.text, found.updated) }
        }
        return best.map { ($0.repository, $0.version) }
    }

    /// A project's POM, from the first repository that has it.
    ///
    /// - Returns: `nil` where none has it.
    /// - Throws: `MavenResolverError.Code.notStored` where repositories would have to be asked that are not offline.
    func pom(of project: ModuleVersion) async throws -> (bytes: [UInt8], url: ResourceURL)? {
        let coordinate = ArtifactCoordinate(ArtifactKey(project.module, fileExtension: "pom"), project.version)
        for (repository, path) in try await places(of: coordinate) {
            if let bytes = try await document(path, in: repository) { return (bytes, repository.url(path)) }
        }
        guard !wouldAskOthers(project.version) else { throw Self.notStored("\(project)", "its POM") }
        return nil
    }

    /// Where a file may be, in the order in which it is looked for.
    func places(of coordinate: ArtifactCoordinate) async throws -> [(Repository, String)] {
        let plain = Layout.file(coordinate)
        var places: [(Repository, String)] = []
        if coordinate.version.hasSuffix("-SNAPSHOT"), let found = try await snapshot(coordinate) {
            places.append((found.repository, Layout.file(coordinate, version: found.version)))
        }
        return places + candidates(plain, version: coordinate.version).map { ($0, plain) }
    }

    static func notStored(_ subject: String, _ what: String) -> MavenResolverError {
        MavenResolverError(
            .notStored, subject, "is not stored (\(what)), and nothing may be asked offline",
            advice: "work online once, or name a folder that has it as a repository (file:///path)")
    }
}
