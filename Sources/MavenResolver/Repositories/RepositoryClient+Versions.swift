internal import FileSystem
internal import MavenPackaging
internal import SystemPackage
internal import Transfer

extension RepositoryClient {
    /// What all repositories together list of a module; `nil` where none lists any version.
    func listing(of module: ModuleName) async throws -> ModuleListing? {
        var listing = ModuleListing(versions: [])
        var changed = ""
        var isKnown = false
        var listed: Set<Repository> = []
        for (repository, name) in lists where !isOffline || repository.root.scheme == .file {
            let path = "\(Layout.folder(module))/\(name)"
            guard
                let bytes = try await asking(
                    repository, about: "\(module)", "its versions", { try await document(path, in: repository) })
            else { continue }
            listed.insert(repository)
            let metadata = try RepositoryMetadata(bytes, subject: "\(repository.url(path))")
            isKnown = true
            let known = Set(listing.versions)
            listing.versions += metadata.versions.filter { repository.has($0) && !known.contains($0) }
            let updated = metadata.lastUpdated ?? ""
            if listing.latest == nil || updated > changed { listing.latest = metadata.latest ?? listing.latest }
            if listing.release == nil || updated > changed { listing.release = metadata.release ?? listing.release }
            changed = max(changed, updated)
        }
        // A folder that has no list shows what it has: Debian's repository, or one that was filled by hand.
        for repository in configuration.repositories
        where repository.root.scheme == .file && !listed.contains(repository) {
            let versions = Self.versions(of: module, in: repository)
            isKnown = isKnown || !versions.isEmpty
            listing.versions += versions.filter { repository.has($0) && !listing.versions.contains($0) }
        }
        return isKnown ? listing : nil
    }

    /// The versions whose POM or jar a folder has.
    private static func versions(of module: ModuleName, in repository: Repository) -> [String] {
        guard let folder = repository.root.filePath?.appending(Layout.folder(module)) else { return [] }
        return ((try? folder.folderNames()) ?? []).filter { version in
            let file = folder.appending(version).appending("\(module.artifact)-\(version)")
            return ["pom", "jar"].contains { FilePath("\(file).\($0)").isThere }
        }.sorted()
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
    ///
    /// - Parameter build: the one that the file must belong to, as its POM's name has it; the last one if `nil`.
    /// - Returns: no repository for a build that may be in any of them: another one may have a newer build by now.
    func snapshot(
        _ coordinate: ArtifactCoordinate, build: String?
    ) async throws -> (repository: Repository?, version: String)? {
        var best: (repository: Repository, version: String, updated: String)?
        let folder = Layout.folder(coordinate.project)
        for (asked, repository, name) in snapshotLists {
            guard let bytes = try await document("\(folder)/\(name)", in: asked, isChecked: asked == repository) else {
                continue
            }
            let metadata = try RepositoryMetadata(bytes, subject: "\(asked.url("\(folder)/\(name)"))")
            guard let found = metadata.fileVersion(of: coordinate.key, version: coordinate.version) else { continue }
            let pom = ArtifactKey(coordinate.module, fileExtension: "pom")
            if let build, metadata.fileVersion(of: pom, version: coordinate.version)?.text == build {
                return (nil, found.text)
            }
            if best.map({ $0.updated < found.updated }) ?? true { best = (repository, found.text, found.updated) }
        }
        return best.map { build.map { (nil, $0) } ?? ($0.repository, $0.version) }
    }

    /// Where builds of snapshots are listed: whom to ask, for which repository, under what name.
    private var snapshotLists: [(Repository, Repository, String)] {
        let repositories = configuration.repositories.filter(\.hasSnapshots).compactMap { repository in
            if !isOffline || repository.root.scheme == .file { return (repository, repository, "maven-metadata.xml") }
            // As Maven has kept it.
            return local.map { ($0, repository, "maven-metadata-\(repository.id).xml") }
        }
        return repositories + (local.map { [($0, $0, "maven-metadata-local.xml")] } ?? [])
    }

    /// A project's POM, from the first repository that has it; `nil` where none has it.
    ///
    /// - Throws: `MavenResolverError.Code.notStored` where repositories would have to be asked that are not offline.
    func pom(of project: ModuleVersion) async throws -> POMRecord? {
        let coordinate = ArtifactCoordinate(ArtifactKey(project.module, fileExtension: "pom"), project.version)
        var lacking: [Repository] = []
        for place in try await places(of: coordinate) {
            // Before it is read: what changes meanwhile is read again the next time.
            let stamp = FileStamp(place.url)
            let read = try await asking(place.repository, about: "\(project)", "it", after: lacking) {
                try await document(place)
            }
            guard let (bytes, isProvisional) = read else {
                lacking.append(place.repository)
                continue
            }
            var record = POMRecord(learnt: currentTime(), url: place.url.text, bytes: bytes)
            record.fileVersion = coordinate.fileVersion(in: place.name)
            record.stamp = stamp
            record.isProvisional = isProvisional
            return record
        }
        guard !wouldAskOthers(project.version) else { throw await notStored(project, "its POM") }
        return nil
    }

    /// Where a file may be, in the order in which it is looked for.
    ///
    /// - Parameter build: of a snapshot, the build that its POM is of.
    func places(of coordinate: ArtifactCoordinate, build: String? = nil) async throws -> [Place] {
        let plain = Layout.file(coordinate)
        var places: [Place] = []
        if RepositoryVersion(coordinate.version).isMoving, let found = try await snapshot(coordinate, build: build) {
            let path = Layout.file(coordinate, version: found.version)
            places = candidates(path, version: coordinate.version).filter { place in
                found.repository.map { $0 == place.repository } ?? true
            }
            if let build, build != coordinate.version { return places }
        }
        return places + candidates(plain, version: coordinate.version)
    }
}
