internal import Cryptography
internal import FileSystem
internal import MavenPackaging
internal import Synchronization
internal import SystemPackage
internal import Transfer
internal import Workers

/// Asks repositories for files, and checks what comes.
final class RepositoryClient: Sendable {
    let transfer: Transfer
    let configuration: MavenConfiguration
    let isOffline: Bool
    private let learnt = Mutex<[Repository: Learnt]>([:])

    /// What is known of the checksums that a repository has.
    private struct Learnt {
        var misses: [ChecksumKind: Int] = [:]
        var hits: Set<ChecksumKind> = []
    }

    /// A kind that a repository has not had for so many files and never had is not asked for any more.
    private static let patience = 4
    static let mostOfDocument = 16 << 20

    init(transfer: Transfer, configuration: MavenConfiguration, isOffline: Bool) {
        self.transfer = transfer
        self.configuration = configuration
        self.isOffline = isOffline
        for grant in configuration.grants { transfer.credentials.add(grant) }
        for origin in configuration.usersOrigins { transfer.credentials.allowNetrc(for: origin) }
    }

    /// The local repository as one that is asked.
    var local: Repository? {
        configuration.localRepository.map { folder in
            Repository(
                id: "local", root: .file(folder, isFolder: true), hasReleases: true, hasSnapshots: true,
                isDefault: false)
        }
    }

    /// Where a file may be, in the order in which it is looked for: in the repositories, and last of all where somebody
    /// installed it by hand.
    ///
    /// What Maven has fetched from one of them is a copy of that repository's, and of no other's; the copy of a snapshot's
    /// last build may be old. What Maven fetched from elsewhere is not looked at.
    func candidates(_ path: String, version: String) -> [Place] {
        let copy = self.copy(path)
        var result = configuration.repositories.filter { $0.has(version) }.compactMap { repository -> Place? in
            let isCopied =
                repository.root.scheme != .file && copy.ids.contains(repository.id)
                && (isOffline || !copy.isOfMovingSnapshot)
            guard !isOffline || repository.root.scheme == .file || isCopied else { return nil }
            return Place(repository: repository, path: path, copy: isCopied ? copy.path : nil)
        }
        if let local, copy.isInstalled { result.append(Place(repository: local, path: path)) }
        return result
    }

    /// Whether there are repositories that would be asked online.
    func wouldAskOthers(_ version: String) -> Bool {
        isOffline && configuration.repositories.contains { $0.has(version) && $0.root.scheme != .file }
    }

    /// What the local repository has of a file.
    struct LocalCopy {
        /// `nil` where it has none.
        var path: FilePath?
        /// The repositories that it was fetched from.
        var ids: Set<String> = []
        /// Somebody put it there by hand, or an old Maven, which noted nothing.
        var isInstalled = false
        var isOfMovingSnapshot = false
    }

    /// What the local repository has of a file. Maven notes beside it which repository it came from: `name>id=`, without an
    /// id for what was installed.
    func copy(_ path: String) -> LocalCopy {
        guard let file = local?.url(path).filePath, file.isThere, let name = file.lastComponent?.string else {
            return LocalCopy()
        }
        var copy = LocalCopy(path: file, isOfMovingSnapshot: name.contains("-SNAPSHOT"))
        let notes = try? file.removingLastComponent().appending("_remote.repositories").fileContents(limit: 1 << 20)
        for line in String(decoding: notes ?? [], as: UTF8.self).split(whereSeparator: \.isNewline) {
            guard line.hasPrefix(name + ">") else { continue }
            copy.ids.insert(String(line.dropFirst(name.count + 1).prefix { $0 != "=" }))
        }
        copy.isInstalled = copy.ids.isEmpty || copy.ids.remove("") != nil
        return copy
    }

    /// The checksum that a copy must have to count for its repository's file: what the repository says beside its own, and
    /// offline what lies beside the copy; `nil` where that is nothing.
    func checksum(ofCopyAt place: Place) async throws -> (ChecksumKind, String)? {
        guard isOffline, let local else { return try await checksum(of: place.path, in: place.repository) }
        return try await checksum(of: place.path, in: local)
    }

    // MARK: - Small files

    /// A small file from a place, and whether only its copy here vouches for it; `nil` where it is not there.
    ///
    /// - Throws: as ``document(_:in:isChecked:)``.
    func document(_ place: Place) async throws -> (bytes: [UInt8], isProvisional: Bool)? {
        if let copy = place.copy,
            let bytes = try await blocking({ try? copy.fileContents(limit: Self.mostOfDocument) })
        {
            let expected = try await checksum(ofCopyAt: place)
            let isRight = expected.map { Self.digits(of: bytes, $0.0) == $0.1 } ?? isOffline
            if isRight, !WebPage.isOne(bytes) { return (bytes, isOffline) }
        }
        if isOffline, place.repository.root.scheme != .file { return nil }
        do {
            return try await document(place.path, in: place.repository).map { ($0, false) }
        } catch let error as MavenResolverError where error.code == .webPage {
            // An error once it is needed, and not kept.
            return (WebPage.sample, true)
        }
    }

    /// A small file, checked against the best checksum that is beside it; `nil` where there is none.
    ///
    /// - Throws: `MavenResolverError.Code.refused`, `.wrongChecksum`, `.webPage`; `TransferError`.
    func document(_ path: String, in repository: Repository, isChecked: Bool = true) async throws -> [UInt8]? {
        let url = repository.url(path)
        guard let answer = try await ask(url, repository, limit: Self.mostOfDocument) else { return nil }
        guard !WebPage.isOne(answer.body) else { throw webPage(url, repository) }
        guard isChecked else { return answer.body }
        let named = Self.announced(answer)
        var expected = named
        if expected == nil { expected = try await checksum(of: path, in: repository) }
        if let (kind, digits) = expected, let found = Self.digits(of: answer.body, kind), found != digits {
            throw wrong(url, kind, says: digits, is: found, repository)
        }
        return answer.body
    }

    /// A file's checksum in the headers that it came with.
    private static func announced(_ answer: Response) -> (ChecksumKind, String)? {
        for kind in [ChecksumKind.sha512, .sha256, .sha1] {
            for name in ["x-checksum-\(kind.rawValue)", "x-goog-meta-checksum-\(kind.rawValue)"] {
                if let value = answer.headers[name], let digits = ChecksumFile.digits(in: value.utf8, of: kind) {
                    return (kind, digits)
                }
            }
        }
        return nil
    }

    static func digits(of bytes: [UInt8], _ kind: ChecksumKind) -> String? {
        guard var hasher = ChecksumHasher(kind.rawValue) else { return nil }
        bytes.withUnsafeBytes { hasher.update($0) }
        return hasher.hex()
    }

    /// The best checksum that the repository has beside a file; `nil` where it has none. Asked for files that are there.
    func checksum(of path: String, in repository: Repository) async throws -> (ChecksumKind, String)? {
        for kind in ChecksumKind.allCases {
            let isHopeless = learnt.withLock { learnt in
                let known = learnt[repository] ?? Learnt()
                // SHA-1 is what all have: it is asked for always; in a folder looking costs nothing.
                return kind != .sha1 && repository.root.scheme != .file && !known.hits.contains(kind)
                    && known.misses[kind] ?? 0 >= Self.patience
            }
            if isHopeless { continue }
            let url = repository.url("\(path).\(kind.rawValue)")
            let answer: Response?
            do {
                answer = try await ask(url, repository, limit: 1 << 20)
            } catch let error as MavenResolverError where error.code == .refused {
                // Some hosts refuse what they do not have; the file itself they have given.
                answer = nil
            }
            let digits = answer.flatMap { ChecksumFile.digits(in: $0.body, of: kind) }
            learnt.withLock { learnt in
                if digits == nil {
                    learnt[repository, default: Learnt()].misses[kind, default: 0] += 1
                } else {
                    learnt[repository, default: Learnt()].hits.insert(kind)
                }
            }
            if let digits { return (kind, digits) }
        }
        return nil
    }

    private func ask(_ url: ResourceURL, _ repository: Repository, limit: Int) async throws -> Response? {
        let answer = try await transfer.send(Request(url, bodyLimit: limit))
        switch answer.status {
        case 404, 410: return nil
        case 401, 403, 407: throw refusal(TransferError(status: answer.status, url), repository)
        default: return try answer.orThrow()
        }
    }

    // MARK: - Errors

    func refusal(_ error: TransferError, _ repository: Repository) -> MavenResolverError {
        MavenResolverError(
            .refused, "repository '\(repository.id)'", "refuses: \(error.subject) \(error.message)",
            advice:
                "give credentials: a <server> of that id in settings.xml (and, for a repository of the recipe's own, "
                + "CHIDORI_REPOSITORY_…_URL), the keyring file or netrc; or take the repository out", cause: error)
    }

    func webPage(_ url: ResourceURL, _ repository: Repository) -> MavenResolverError {
        MavenResolverError(
            .webPage, "\(url)", "is a web page where an artifact should be",
            advice:
                "check the URL of the repository '\(repository.id)', its credentials, and that no proxy or login page "
                + "stands in between")
    }

    func wrong(
        _ url: ResourceURL, _ kind: ChecksumKind, says: String, is found: String, _ repository: Repository
    ) -> MavenResolverError {
        MavenResolverError(
            .wrongChecksum, "\(url)",
            "has the \(kind.rawValue) \(found) where the repository '\(repository.id)' says \(says)",
            advice: "try again; if it persists, the file or its checksum is broken there: tell who runs it, or use "
                + "another repository")
    }
}

/// Recognises a page of HTML that came in place of something else.
enum WebPage {
    /// What stands for a page that came.
    static let sample = Array("<html>".utf8)

    static func isOne(_ bytes: some Sequence<UInt8>) -> Bool {
        let head = String(decoding: Array(bytes.prefix(1024)), as: UTF8.self).lowercased()
        var rest = head.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        // Comments and declarations may stand before it.
        while rest.hasPrefix("<?xml") || rest.hasPrefix("<!--") {
            guard let end = rest.firstIndex(of: ">") else { return false }
            rest = rest[rest.index(after: end)...].drop { $0.isWhitespace }
        }
        return rest.hasPrefix("<!doctype html") || rest.hasPrefix("<html")
    }
}
