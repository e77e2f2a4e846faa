internal import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// The distributions of folders, pages and single files (pip's `--find-links`), by project.
///
/// Folders are read once a run, when the first project is asked for. A file that is offered beside an index's files of
/// the same project is as good as them.
final class FindLinks: Sendable {
    private struct State {
        var files: [PackageName: [FoundFile]] = [:]
        var hasLocal = false
        /// How many of the pages have been taken in.
        var pages = 0
    }

    private let local: [ResourceURL]
    private let pages: [ResourceURL]
    private let transfer: Transfer
    private let store: ContentStore
    private let policy: CachePolicy
    private let state = Mutex(State())
    private static let kind: RecordKind = "links-page.1"

    init(_ places: [ResourceURL], transfer: Transfer, store: ContentStore, policy: CachePolicy) {
        local = places.filter { $0.scheme == .file }
        pages = places.filter { $0.scheme != .file }
        self.transfer = transfer
        self.store = store
        self.policy = policy
    }

    var isEmpty: Bool { local.isEmpty && pages.isEmpty }

    /// What is offered of a project, from what can be had without asking a server; `nil` if a page must be fetched
    /// first. Blocks.
    func stored(_ project: PackageName) throws -> [FoundFile]? {
        if isEmpty { return [] }
        try readLocal()
        for number in try missingPages() {
            guard let page = try storedPage(pages[number]), policy == .offline || page.freshUntil > currentTime(),
                policy == .offline || !policy.refreshes(project)
            else { return nil }
            try take(page, number)
        }
        return try found(project)
    }

    /// What is offered of a project.
    ///
    /// - Throws: `PythonIndexError`, `TransferError`, `PythonPackagingError`.
    func fetched(_ project: PackageName) async throws -> [FoundFile] {
        if isEmpty { return [] }
        try await blocking { try self.readLocal() }
        for number in try missingPages() {
            let page = try await fetch(pages[number])
            try take(page, number)
        }
        return try await blocking { try self.found(project) }
    }

    /// What is known of a project. Egg folders are looked through now, which nobody does for other projects' ones.
    private func found(_ project: PackageName) throws -> [FoundFile] {
        try state.withLock { $0.files[project] ?? [] }.map { file in
            guard case .local(let path, let facts) = file.place, facts.isFolder else { return file }
            var file = file
            file.place = .local(path, try EggFolder(path).facts)
            return file
        }
    }

    /// Every project that is offered, as far as it is known by now.
    var names: [PackageName] { state.withLock { Array($0.files.keys) } }

    // MARK: - Local places

    private func readLocal() throws {
        try state.withLock { state in
            guard !state.hasLocal else { return }
            for place in local {
                guard let path = place.filePath else { continue }
                for file in try Self.read(path, place) {
                    guard let project = FoundFile.project(of: file.filename) else { continue }
                    state.files[project, default: []].append(file)
                }
            }
            state.hasLocal = true
        }
    }

    private static func read(_ path: FilePath, _ place: ResourceURL) throws -> [FoundFile] {
        let source = ProjectPage.Source(.findLinks, url: place.text)
        guard let facts = LocalFolder.facts(of: path) else {
            throw PythonIndexError(
                .badConfiguration, path.string, "is named as a find-links place and is not there",
                advice: "check the path in --find-links, the recipe or pip's configuration")
        }
        let ownName = path.lastComponent?.string ?? ""
        if facts.isFolder, EggFolder.isEgg(path) {
            return [FoundFile(filename: ownName, place: .local(path, facts), source: source)]
        }
        if facts.isFolder {
            guard let names = LocalFolder.names(in: path) else {
                throw PythonIndexError(
                    .badConfiguration, path.string, "cannot be listed", advice: "check who may read it")
            }
            return names.compactMap { name in
                guard FoundFile.project(of: name) != nil, let facts = LocalFolder.facts(of: path.appending(name)),
                    facts.isFile || EggFolder.isEgg(path.appending(name))
                else { return nil }
                return FoundFile(filename: name, place: .local(path.appending(name), facts), source: source)
            }
        }
        if FoundFile.project(of: ownName) != nil {
            return [FoundFile(filename: ownName, place: .local(path, facts), source: source)]
        }
        guard let text = LocalFolder.text(of: path, limit: 64 << 20) else {
            throw PythonIndexError(.badConfiguration, path.string, "cannot be read as a page of links")
        }
        let page = try SimplePage(Array(text.utf8), contentType: nil, url: place.text)
        return page.files.map { found($0, source) }
    }

    /// A link of a page; one that leads to a local file is that file.
    private static func found(_ file: IndexFile, _ source: ProjectPage.Source) -> FoundFile {
        if file.url.hasPrefix("file:"), let path = (try? ResourceURL(file.url))?.filePath,
            let facts = LocalFolder.facts(of: path)
        {
            return FoundFile(filename: file.filename, place: .local(path, facts), source: source)
        }
        return FoundFile(filename: file.filename, place: .linked(file), source: source)
    }

    // MARK: - Pages

    private func missingPages() throws -> Range<Int> {
        state.withLock { $0.pages..<pages.count }
    }

    private func take(_ page: ProjectPage, _ number: Int) throws {
        let source = ProjectPage.Source(.findLinks, url: pages[number].text)
        let files = try page.files.compactMap { file in
            PythonIndex.mayLead(from: pages[number], to: file) ? Self.found(file, source) : nil
        }
        state.withLock { state in
            // Another task may have taken it in meanwhile.
            guard state.pages == number else { return }
            for file in files {
                guard let project = FoundFile.project(of: file.filename) else { continue }
                state.files[project, default: []].append(file)
            }
            state.pages += 1
        }
    }

    /// A page of links is kept as a page of one project of no particular name.
    private static let anyProject = (try? PackageName("links")) ?? nil

    private func storedPage(_ url: ResourceURL) throws -> ProjectPage? {
        if [".whl", ".egg"].contains(where: url.lastComponent.hasSuffix) { return page(ofFile: url) }
        guard let project = Self.anyProject, let document = try store.record(kind: Self.kind, key: url.text) else {
            return nil
        }
        return ProjectPage(project, document: document)
    }

    private func fetch(_ url: ResourceURL) async throws -> ProjectPage {
        let stored = try await blocking { try self.storedPage(url) }
        if let stored, policy == .offline || (policy == .normal && stored.freshUntil > currentTime()) { return stored }
        guard policy != .offline else {
            throw PythonIndexError(
                .notStored, url.description, "is a find-links page that is not stored", advice: "work online once")
        }
        let response = try await transfer.get(url, headers: [("Accept", SimplePage.accept)])
        let page = page(
            try SimplePage(
                response.body, contentType: response.headers["Content-Type"], url: response.url.text
            ).files, url, response)
        try await blocking { try self.store.setRecord(kind: Self.kind, key: url.text, value: page.document) }
        return page
    }

    /// A place that is itself a wheel or an egg needs no page.
    private func page(ofFile url: ResourceURL) -> ProjectPage {
        let file = IndexFile(
            filename: url.lastComponent, url: url.text, sha256: Self.digest(inFragment: url.fragment))
        return page([file], url)
    }

    private func page(_ files: [IndexFile], _ url: ResourceURL, _ response: Response? = nil) -> ProjectPage {
        let now = currentTime()
        let freshUntil = Freshness.until(
            cacheControl: response?.headers.joined("Cache-Control"), age: response?.headers["Age"], now: now)
        let source = ProjectPage.Source(.findLinks, url: url.text)
        guard let project = Self.anyProject else { preconditionFailure("'links' is a project's name") }
        return ProjectPage(
            project, files: files.map { ($0, source) }, isKnown: true, status: nil,
            validators: ProjectPage.Validators(), fetched: now, freshUntil: freshUntil)
    }

    private static func digest(inFragment fragment: String?) -> SHA256Digest? {
        fragment.flatMap { $0.hasPrefix("sha256=") ? SHA256Digest(hex: $0.dropFirst("sha256=".count)) : nil }
    }
}
