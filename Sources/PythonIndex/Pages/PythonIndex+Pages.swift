internal import ContentStore
internal import Cryptography
public import PythonPackaging
internal import SystemPackage
internal import Transfer
internal import Workers

extension PythonIndex {
    static let pageKind: RecordKind = "page.1"
    static let unknownKind: RecordKind = "no-page.1"

    /// The project's page from the store if it still serves, `nil` if it must be asked for. Blocks.
    ///
    /// - Throws: `PythonIndexError`.
    public func storedPage(of project: PackageName) throws -> ProjectPage? {
        let setup = try setup()
        guard let found = try setup.findLinks.stored(project) else { return nil }
        let key = PageKey(project, found, setup)
        guard let page = try read(key), serves(key, fetched: page.fetched, freshUntil: page.freshUntil) else {
            return nil
        }
        return page
    }

    /// The project's page: of the first index that knows the project, and of every find-links place.
    ///
    /// An index that has nothing (404, 410) passes the question on to the next. One that refuses (401, 403) or fails
    /// does not: another's project of the same name must not slip in.
    ///
    /// - Returns: a page that is not `isKnown` where nobody knows the project.
    /// - Throws: `PythonIndexError`, offline `.notStored` where nothing is stored of the project; `TransferError`;
    ///   `PythonPackagingError` for an answer that is no index page.
    public func page(of project: PackageName) async throws -> ProjectPage {
        if let stored = try await blocking({ try self.storedPage(of: project) }) { return stored }
        return try await page(of: project, refreshing: policy.refreshes(project))
    }

    /// Asks for the page, whatever is stored.
    ///
    /// - Parameter refreshing: whether caches on the way are told to ask too.
    func page(of project: PackageName, refreshing: Bool) async throws -> ProjectPage {
        let setup = try setup()
        let found = try await setup.findLinks.fetched(project)
        let key = PageKey(project, found, setup)
        let (previous, local) = try await blocking { (try self.read(key), try self.files(found)) }
        let page = try await ask(project, previous, local, setup, refreshing)
        // What was put together offline lacks what a server would say.
        if policy != .offline { try await blocking { try self.keep(page, key, wasKnown: previous?.isKnown) } }
        return page
    }

    /// Names of projects that are known without asking: those of stored pages and of find-links places. Blocks.
    public func knownProjects() throws -> [String] {
        let stored = try store.recordKeys(kind: Self.pageKind).compactMap { key in
            key.split(separator: "/").last.map(String.init)
        }
        return Set(stored).union(try setup().findLinks.names.map(\.description)).sorted()
    }

    // MARK: - The store

    private func read(_ key: PageKey) throws -> ProjectPage? {
        let document =
            try store.record(kind: Self.pageKind, key: key.text) ?? store.record(kind: Self.unknownKind, key: key.text)
        return document.flatMap { ProjectPage(key.project, document: $0) }
    }

    /// - Parameter wasKnown: what the stored page said, if there is one.
    private func keep(_ page: ProjectPage, _ key: PageKey, wasKnown: Bool?) throws {
        let (kind, other) = page.isKnown ? (Self.pageKind, Self.unknownKind) : (Self.unknownKind, Self.pageKind)
        try store.setRecord(kind: kind, key: key.text, value: page.document)
        if wasKnown != nil, wasKnown != page.isKnown { try store.removeRecord(kind: other, key: key.text) }
    }

    func serves(_ key: PageKey, fetched: Int64, freshUntil: Int64) -> Bool {
        if policy == .offline || key.isLocal { return true }
        // A page from the future was stored under a wrong clock.
        guard fetched <= currentTime() else { return false }
        // What was fresh when the run began serves to its end, so that no page goes out of date under a resolve.
        return fetched >= began || (began < freshUntil && !policy.refreshes(key.project))
    }

    /// Files of find-links places as a page has them, local ones with their digests. Blocks for reading new ones.
    private func files(_ found: [FoundFile]) throws -> [(IndexFile, ProjectPage.Source)] {
        let digests = LocalDigests(store: store)
        return try found.map { file in
            switch file.place {
            case .linked(let linked): return (linked, file.source)
            case .local(let path, let facts):
                let blob = try digests.blob(of: path, facts)
                let local = IndexFile(
                    filename: file.filename, url: ResourceURL.file(path).text, sha256: blob.digest, size: blob.size)
                return (local, file.source)
            }
        }
    }

    // MARK: - Asking

    private func ask(
        _ project: PackageName, _ previous: ProjectPage?, _ local: [(IndexFile, ProjectPage.Source)], _ setup: Made,
        _ refreshing: Bool
    ) async throws -> ProjectPage {
        var freshUntil = Int64.max
        for index in setup.configuration.indexes(for: project) {
            if policy == .offline, index.root.scheme != .file {
                if !local.isEmpty { break }
                throw PythonIndexError(
                    .notStored, project.description, "has no stored page, and nothing may be asked offline",
                    advice: "work online once, or name a folder that has it with --find-links")
            }
            let known = previous.flatMap { $0.validators.index == index.root.text ? $0 : nil }
            let answer = try await ask(index, project, known?.validators, refreshing)
            let now = currentTime()
            freshUntil = min(
                freshUntil,
                Freshness.until(
                    cacheControl: answer.headers.joined("Cache-Control"), age: answer.headers["Age"], now: now))
            switch answer.status {
            case 304:
                if let known { return known.refreshed(fetched: now, freshUntil: freshUntil) }
                throw TransferError(
                    .malformedAnswer, answer.url.description, "says that a page has not changed that nobody has",
                    advice: "lock again with --upgrade")
            case 404, 410: continue
            default:
                let limit = freshUntil
                return try await blocking {
                    try Self.page(project, answer, index, local, fetched: now, freshUntil: limit)
                }
            }
        }
        let now = currentTime()
        return ProjectPage(
            project, files: local, isKnown: !local.isEmpty, status: nil, validators: .init(), fetched: now,
            freshUntil: min(freshUntil, now + Freshness.usual))
    }

    private func ask(
        _ index: IndexConfiguration.Index, _ project: PackageName, _ validators: ProjectPage.Validators?,
        _ refreshing: Bool
    ) async throws -> Response {
        let url = index.page(of: project)
        var headers: [(name: String, value: String)] = [("Accept", SimplePage.accept)]
        if let tag = validators?.eTag { headers.append(("If-None-Match", tag)) }
        if let date = validators?.lastModified { headers.append(("If-Modified-Since", date)) }
        if refreshing { headers.append(("Cache-Control", "no-cache")) }
        let answer = try await transfer.send(Request(url, headers: headers))
        switch answer.status {
        case 200, 304, 404, 410: return answer
        case 401, 403:
            throw PythonIndexError(
                .refused, "index \(index.label)", "answers \(answer.status) when asked for \(project)",
                advice: index.adviceOnRefusal)
        default:
            try answer.orThrow()
            throw TransferError(
                .malformedAnswer, answer.url.description, "answers \(answer.status) to a request for a page",
                advice: "check the index's URL")
        }
    }

    private static func page(
        _ project: PackageName, _ answer: Response, _ index: IndexConfiguration.Index,
        _ local: [(IndexFile, ProjectPage.Source)], fetched: Int64, freshUntil: Int64
    ) throws -> ProjectPage {
        let type = answer.url.scheme == .file ? nil : answer.headers["Content-Type"] ?? ""
        let page = try SimplePage(answer.body, contentType: type, url: answer.url.text)
        let source = ProjectPage.Source(index.isDefault ? .defaultIndex : .index, url: index.root.text)
        let names = Set(local.map(\.0.filename))
        var files = local
        files.reserveCapacity(local.count + page.files.count)
        // Eggs come from find-links places alone: indexes take none any more (PEP 715), and old ones must not surprise.
        for file in page.files where mayLead(from: answer.url, to: file) && !file.filename.hasSuffix(".egg") {
            if names.isEmpty || !names.contains(file.filename) { files.append((file, source)) }
        }
        let validators = ProjectPage.Validators(
            eTag: answer.headers["ETag"], lastModified: answer.headers["Last-Modified"], index: index.root.text)
        return ProjectPage(
            project, files: files, isKnown: true, status: page.status, validators: validators,
            fetched: fetched, freshUntil: freshUntil)
    }
}

/// Under which a project's page is kept: what may serve it, and the state of every local part of that.
struct PageKey: Sendable {
    let project: PackageName
    let text: String
    /// Whether everything that may serve the project is local, so that the key alone tells whether it has changed.
    let isLocal: Bool

    init(_ project: PackageName, _ found: [FoundFile], _ setup: PythonIndex.Made) {
        let pinned = setup.configuration.indexes.contains { $0.packages.contains(project) }
        let indexes = setup.configuration.indexes(for: project)
        let scope = pinned ? PythonIndex.scope(indexes) : setup.scope
        var marks = found.map(\.mark)
        for index in indexes {
            guard let path = index.page(of: project).filePath else { continue }
            marks.append("\(path) " + (LocalFolder.facts(of: path).map { "\($0.size) \($0.changed)" } ?? "-"))
        }
        let state = marks.isEmpty ? "" : "-" + SHA256Digest(of: marks.joined(separator: "\n")).hex.prefix(16)
        self.project = project
        text = "\(scope)\(state)/\(project)"
        isLocal = indexes.allSatisfy { $0.root.scheme == .file }
    }
}

extension PythonIndex {
    /// Whether a page's link is followed. A server's page must not lead to local files, and a page that came over TLS
    /// not to files that anyone on the way could change, unless their digests tell.
    static func mayLead(from page: ResourceURL, to file: IndexFile) -> Bool {
        // Nearly every link is written like this.
        if file.url.utf8.starts(with: "https://".utf8) { return true }
        func starts(_ scheme: String) -> Bool {
            file.url.utf8.lazy.prefix(scheme.utf8.count).map { $0 | 0x20 }.elementsEqual(scheme.utf8)
        }
        if starts("https:") { return true }
        if starts("http:") { return page.scheme != .https || file.sha256 != nil }
        return page.scheme == .file && starts("file:")
    }
}

extension IndexConfiguration.Index {
    /// Where the project's page lies. A folder laid out as an index has no server that would find its pages' names.
    func page(of project: PackageName) -> ResourceURL {
        let folder = root.appending(project.description, isFolder: true)
        return root.scheme == .file ? folder.appending("index.html") : folder
    }

    /// What to do about an index that wants credentials, or other ones.
    var adviceOnRefusal: String {
        let variables = variableName.map { word in
            "CHIDORI_INDEX_\(word)_USERNAME and _PASSWORD" + (isUsers ? ", " : " with CHIDORI_INDEX_\(word)_URL, ")
        }
        return "give credentials for \(root.origin.host): \(variables ?? "")netrc or the keyring file; "
            + "or keep the index for its own packages with 'packages:' in the recipe"
    }
}
