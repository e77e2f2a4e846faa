public import ContentStore
internal import Cryptography
internal import PythonPackaging
internal import Transfer
internal import Workers

extension PythonIndex {
    /// The artifacts that are stored already, in their order; `nil` for those that must be fetched. Blocks.
    public func stored(_ artifacts: [Artifact]) throws -> [Blob?] {
        try artifacts.map { artifact in
            guard let digest = artifact.sha256 else { return nil }
            return try store.size(of: digest).map { Blob(digest: digest, size: $0) }
        }
    }

    /// Brings artifacts into the store, several at once, each by one process at a time, and gives them in their order.
    ///
    /// Bytes are hashed as they come and compared with what is expected; a break is gone on from, in this run or the
    /// next. A wheel must be a zip whose METADATA is of the project and version that its name says, and the same that
    /// was resolved with.
    ///
    /// - Parameters:
    ///   - jobs: how many are fetched at once.
    ///   - observe: told what happens; called from other threads, and must be quick.
    /// - Throws: the error of the first that fails: `PythonIndexError`, `TransferError`, `StoreError`, `ArchiveError`.
    ///   The others stop; what they have received stays for the next time.
    public func fetch(
        _ artifacts: [Artifact], jobs: Int = 8, observe: @escaping @Sendable (FetchEvent) -> Void = { _ in }
    ) async throws -> [Blob] {
        var blobs = try await blocking { try self.stored(artifacts) }
        for (number, blob) in blobs.enumerated() where blob != nil { observe(.ended(number, .stored)) }
        // The largest first, so that none of them is left alone at the end.
        let missing = artifacts.indices.filter { blobs[$0] == nil }
            .sorted { (artifacts[$0].size ?? 0, $1) > (artifacts[$1].size ?? 0, $0) }
        let fetched = try await concurrently(missing, atMost: jobs) { number in
            try await self.fetch(artifacts[number], number, observe)
        }
        for (number, blob) in zip(missing, fetched) { blobs[number] = blob }
        return blobs.compactMap { $0 }
    }

    /// Brings one artifact into the store.
    public func fetch(_ artifact: Artifact) async throws -> Blob {
        try await fetch(artifact, 0) { _ in }
    }

    private func fetch(
        _ artifact: Artifact, _ number: Int, _ observe: @escaping @Sendable (FetchEvent) -> Void
    ) async throws -> Blob {
        if let known = try await blocking({ try self.known(artifact) }) {
            observe(.ended(number, .stored))
            return known
        }
        var (file, isFresh) = try await locate(artifact)
        while true {
            do {
                let (blob, arrival) = try await bring(artifact, file, number, observe)
                observe(.ended(number, arrival))
                return blob
            } catch let error as TransferError {
                let refusal = refusal(error, artifact.filename)
                // The place came from a page that may be out of date.
                guard !isFresh, policy != .offline, (refusal as? PythonIndexError)?.code == .noSuchFile else {
                    throw refusal
                }
                file = try Self.match(artifact, try await page(of: artifact.project, refreshing: true))
                isFresh = true
            }
        }
    }

    // MARK: - Where it is

    /// The artifact's entry on its page, and whether asking for the page again could tell more.
    private func locate(_ artifact: Artifact) async throws -> (IndexFile, isFresh: Bool) {
        if case .url(let url) = artifact.place {
            let file = IndexFile(
                filename: artifact.filename, url: url, sha256: artifact.sha256, size: artifact.size)
            return (file, true)
        }
        let page: ProjectPage
        do {
            page = try await self.page(of: artifact.project)
        } catch let error as PythonIndexError where error.code == .notStored {
            throw notStored(artifact.filename)
        }
        let isFresh = page.fetched >= began || policy == .offline
        do {
            return (try Self.match(artifact, page), isFresh)
        } catch is PythonIndexError where !isFresh {
            return (try Self.match(artifact, try await self.page(of: artifact.project, refreshing: true)), true)
        }
    }

    private static func match(_ artifact: Artifact, _ page: ProjectPage) throws -> IndexFile {
        let named = try page.files.filter { $0.filename == artifact.filename }
        guard let expected = artifact.sha256 else {
            if let first = named.first { return first }
            throw missing(artifact, page)
        }
        if let exact = named.first(where: { $0.sha256 == expected }) { return exact }
        if var unhashed = named.first(where: { $0.sha256 == nil }) {
            unhashed.sha256 = expected
            return unhashed
        }
        guard let other = named.first?.sha256 else { throw missing(artifact, page) }
        throw PythonIndexError(
            .wrongContent, artifact.filename,
            "has the digest \(other.prefixed) on its index where \(expected.prefixed) was locked",
            advice: "the file was replaced: lock again if you trust the new one")
    }

    private static func missing(_ artifact: Artifact, _ page: ProjectPage) -> PythonIndexError {
        PythonIndexError(
            .noSuchFile, artifact.filename,
            page.isKnown ? "is not on the page of \(artifact.project)" : "is of a project that no index knows",
            advice: "lock again, or name the index or folder that has it (--index-url, --find-links)")
    }
}
