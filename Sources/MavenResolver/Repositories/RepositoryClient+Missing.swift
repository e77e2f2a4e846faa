internal import Diagnostics
internal import FileSystem
internal import MavenPackaging
internal import SystemPackage
internal import Transfer

/// What to say of something that is not there.
extension RepositoryClient {
    /// Asks a repository; one that cannot be asked is told with those that were asked before it.
    ///
    /// - Parameters:
    ///   - what: what is looked for, within a sentence.
    ///   - lacking: those that did not have it.
    /// - Throws: `MavenResolverError.Code.unreachable`; what asking throws.
    func asking<Answer>(
        _ repository: Repository, about subject: String, _ what: String, after lacking: [Repository] = [],
        _ ask: () async throws -> Answer
    ) async throws -> Answer {
        do {
            return try await ask()
        } catch let error as TransferError where error.category == .unavailable {
            let others = Self.names(lacking.filter { $0 != repository })
            throw MavenResolverError(
                .unreachable, subject,
                "may be in \(Self.names([repository])), which cannot be asked for \(what): \(error.subject) "
                    + error.message + (others.isEmpty ? "" : "; not in \(others)"),
                advice: "check the name and the version, then the network and the repository's URL"
                    + (repository.isDefault
                        ? "; `jars.default-repository: false` leaves Maven's own repository out" : ""),
                cause: error)
        }
    }

    /// That something is not stored and nobody may be asked.
    func notStored(_ subject: String, _ what: String) -> MavenResolverError {
        let folders = configuration.repositories.filter { $0.root.scheme == .file }
        let others = configuration.repositories.filter { $0.root.scheme != .file }
        return MavenResolverError(
            .notStored, subject,
            "is not stored (\(what)), "
                + (folders.isEmpty ? "" : "\(Self.names(folders)) \(folders.count == 1 ? "lacks" : "lack") it, ")
                + (others.isEmpty ? "and nothing" : "and \(Self.names(others))") + " may not be asked offline",
            advice: folders.isEmpty
                ? "work online once, or name a folder that has it as a repository (file:///path)"
                : "work online once, or check the name and the version")
    }

    /// The same, with what the folders have in its place.
    func notStored(_ project: ModuleVersion, _ what: String) async -> MavenResolverError {
        let error = notStored("\(project)", what)
        guard let hint = await hint(about: project) else { return error }
        return MavenResolverError(error.code, error.subject, error.message + hint.message, advice: hint.advice)
    }

    /// What repositories have in place of something that none has: its other versions, or names like it.
    ///
    /// - Returns: a sentence to add, and what to do; `nil` where nothing is known.
    func hint(about project: ModuleVersion) async -> (message: String, advice: String)? {
        let known = ((try? await listing(of: project.module)) ?? nil)?.versions ?? []
        if !known.isEmpty, !known.contains(project.version) {
            let newest = known.map(MavenVersion.init).sorted().suffix(5).reversed().map(\.text)
            let list = newest.joined(separator: ", ")
            return (
                known.count > newest.count
                    ? "; of its \(known.count) versions the newest are \(list)" : "; what there is: \(list)",
                "use one of its versions, such as \(project.module):\(newest[0])"
            )
        }
        let near = nearest(to: project.module.artifact, among: Set(artifacts(of: project.module.group)))
            .filter { $0 != project.module.artifact }
        if near.isEmpty { return nil }
        return ("", "did you mean \(near.map { "\(project.module.group):\($0)" }.joined(separator: " or "))?")
    }

    /// The artifacts of a group that folders have.
    private func artifacts(of group: String) -> [String] {
        configuration.repositories.flatMap { repository -> [String] in
            guard let root = repository.root.filePath else { return [] }
            let folder = group.split(separator: ".").reduce(root) { $0.appending(String($1)) }
            return ((try? folder.folderNames()) ?? []).filter { folder.appending($0).isFolder }
        }
    }

    /// Names of repositories: an id, or the URL of one that has none.
    static func names(_ repositories: [Repository]) -> String {
        var names: [String] = []
        for repository in repositories {
            let url = repository.root.text
            let isNamed = !repository.id.contains("/")
            let name = isNamed ? "'\(repository.id)' (\(url))" : url
            if !names.contains(name) { names.append(name) }
        }
        guard let last = names.last, names.count > 1 else { return names.first ?? "" }
        return names.dropLast().joined(separator: ", ") + " and " + last
    }
}
