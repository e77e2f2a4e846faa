internal import Cryptography
internal import HTTPTypes
internal import JSONDocument
internal import JobAPI
internal import JobModel

/// `/v2/`: images as a registry offers them, to be read only (OCI distribution-spec 1.1, its pull and content discovery).
///
/// Its paths are no routes of the table: repositories' names have slashes in them. What goes wrong is told in the spec's
/// own form, and a token may be the password of Basic authentication, since registries' clients know nothing else.
struct RegistryDoor: Sendable {
    let images: any ImageService
    let files: FileSender
    /// How long to wait for an image that is being made, before saying that it is.
    let patience: Duration
    /// Is closed when the server stops.
    let feed: ChangeFeed

    static let methods = ["GET", "HEAD"]

    /// Whether a request's path leads here.
    func isMeant(by path: String?) -> Bool { path.map { $0.hasPrefix("/v2/") || $0 == "/v2" } ?? false }

    func reply(to exchange: Exchange) async throws -> Reply {
        guard Self.methods.contains(exchange.method) else {
            throw MethodNotAllowed(method: exchange.method, allowed: Self.methods)
        }
        guard exchange.caller.roles.contains(where: { $0.role >= .viewer }) else {
            throw DistributionError(403, .denied, "pulling takes the role viewer")
        }
        switch try RegistryRequest(exchange.target.segments.dropFirst()) {
        case .support: return .json(.object([JSON.Member]()))
        case .catalog:
            let page = try Page(of: try await images.repositories(), exchange, path: "/v2/_catalog")
            return page.reply(.object([.init("repositories", JSON(page.items))]))
        case .tags(let repository):
            guard let tags = try await images.tags(of: repository) else {
                throw DistributionError.unknownRepository(repository)
            }
            let page = try Page(of: tags, exchange, path: "/v2/\(repository)/tags/list")
            return page.reply(.object([.init("name", .string(repository)), .init("tags", JSON(page.items))]))
        case .manifest(let repository, let reference):
            return try await manifest(reference, of: repository, exchange)
        case .blob(let repository, let digest):
            return try await blob(digest, of: repository, exchange)
        case .referrers(let repository, let subject):
            return try await referrers(to: subject, in: repository, exchange)
        case .upload: throw MethodNotAllowed(method: exchange.method, allowed: Self.methods)
        }
    }

    // MARK: - Manifests

    private func manifest(
        _ reference: RegistryRequest.Reference, of repository: String, _ exchange: Exchange
    ) async throws -> Reply {
        let wanted: ManifestReference
        switch reference {
        case .tag(let tag): wanted = .tag(tag)
        case .digest(.sha256(let digest)): wanted = .digest(digest)
        case .digest(.other): throw DistributionError.unknownManifest("of that algorithm", in: repository)
        }
        let manifest = try await whileServing {
            try await images.manifest(wanted, of: repository, for: exchange.caller.asker, patience: patience)
        }
        switch manifest {
        case .unknownRepository: throw DistributionError.unknownRepository(repository)
        case .unknownManifest: throw DistributionError.unknownManifest(wanted.text, in: repository)
        case .making(let build, let message): throw DistributionError.making(repository, build: build, message)
        case .manifest(let manifest):
            guard exchange.accepts(manifest.mediaType) else {
                throw DistributionError(
                    404, .manifestUnknown,
                    "\(repository): \(wanted.text) is a \(manifest.mediaType), which the request's Accept leaves out")
            }
            let reply = Reply(
                200,
                headers: [
                    (.contentType, manifest.mediaType), (.dockerContentDigest, manifest.digest.prefixed),
                    (.vary, "Accept"), (.cacheControl, wanted.isDigest ? FileSender.forEver : "no-cache"),
                ], body: .bytes(manifest.bytes))
            return reply.tagged(EntityTag(manifest.digest), for: exchange)
        }
    }

    /// Waits for something, and no longer than the server serves: what stops keeps nobody waiting.
    private func whileServing<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
        -> Result
    {
        try await withThrowingTaskGroup(of: Result.self) { tasks in
            tasks.addTask { try await body() }
            tasks.addTask {
                while !feed.isClosed { try await Task.sleep(for: .milliseconds(250)) }
                throw Problem.stopping
            }
            defer { tasks.cancelAll() }
            guard let result = try await tasks.next() else { throw CancellationError() }
            return result
        }
    }

    // MARK: - Blobs

    private func blob(
        _ digest: RegistryRequest.Digest, of repository: String, _ exchange: Exchange
    ) async throws -> Reply {
        guard let digest = digest.sha256, let path = try await images.blob(digest, of: repository) else {
            throw DistributionError.unknownBlob(in: repository)
        }
        do {
            return try await files.reply(
                path, digest: digest, to: exchange,
                headers: [(.contentType, "application/octet-stream"), (.dockerContentDigest, digest.prefixed)])
        } catch let trouble as FileSender.Trouble {
            switch trouble {
            case .crowded: throw DistributionError.crowded
            case .gone: throw DistributionError.unknownBlob(in: repository)
            case .noSuchRange(let size): throw DistributionError.noSuchRange(size: size)
            }
        }
    }

    // MARK: - Referrers

    private func referrers(
        to subject: RegistryRequest.Digest, in repository: String, _ exchange: Exchange
    ) async throws -> Reply {
        var found: [Referrer] = []
        if let digest = subject.sha256 {
            guard let referrers = try await images.referrers(to: digest, in: repository) else {
                throw DistributionError.unknownRepository(repository)
            }
            found = referrers
        }
        let filter = exchange.target.query.last { $0.name == "artifactType" }?.value
        if let filter { found.removeAll { $0.artifactType != filter } }
        let index: JSON = .object([
            .init("schemaVersion", .integer(2)), .init("mediaType", .string(Self.indexType)),
            .init("manifests", .array(found.map(\.descriptor))),
        ])
        var reply = Reply(200, headers: [(.contentType, Self.indexType)], body: .bytes(Array(index.compact.utf8)))
        if filter != nil { reply.headers.append((.filtersApplied, "artifactType")) }
        return reply
    }

    private static let indexType = "application/vnd.oci.image.index.v1+json"
}

/// A part of a list, as `n` and `last` ask for it (OCI distribution-spec, "Listing Tags").
private struct Page {
    let items: [String]
    /// Where the list goes on.
    private let next: String?

    /// - Parameter path: of the list.
    /// - Throws: ``DistributionError`` for an `n` that is no number.
    init(of all: [String], _ exchange: Exchange, path: String) throws {
        func value(_ name: String) -> String? { exchange.target.query.last { $0.name == name }?.value }
        var rest = all.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }[...]
        if let last = value("last") { rest = rest.drop { !last.utf8.lexicographicallyPrecedes($0.utf8) } }
        guard let text = value("n") else {
            (items, next) = (Array(rest), nil)
            return
        }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw DistributionError(400, .paginationNumberInvalid, "n=\(text.prefix(32)): is no number")
        }
        // More than any number of tags.
        let count = Int(text) ?? .max
        items = Array(rest.prefix(count))
        next = rest.count > items.count && count > 0 ? items.last.map { "\(path)?n=\(count)&last=\($0)" } : nil
    }

    func reply(_ json: JSON) -> Reply {
        let reply = Reply.json(json)
        return next.map { reply.with(.link, "<\($0)>; rel=\"next\"") } ?? reply
    }
}

extension ManifestReference {
    fileprivate var text: String {
        switch self {
        case .tag(let tag): tag
        case .digest(let digest): digest.prefixed
        }
    }

    fileprivate var isDigest: Bool {
        if case .digest = self { true } else { false }
    }
}

extension Referrer {
    fileprivate var descriptor: JSON {
        var members: [JSON.Member] = [
            .init("mediaType", .string(manifest.mediaType)), .init("digest", .string(manifest.digest.prefixed)),
            .init("size", JSON(manifest.bytes.count)), .init("artifactType", .string(artifactType)),
        ]
        if !annotations.isEmpty { members.append(.init("annotations", .object(annotations.mapValues(JSON.string)))) }
        return .object(members)
    }
}

extension Exchange {
    /// Whether `Accept` takes a media type (RFC 9110 §12.5.1); without one, everything is taken.
    fileprivate func accepts(_ mediaType: String) -> Bool {
        let headers = headers[values: .accept]
        guard !headers.isEmpty else { return true }
        let family = mediaType.prefix { $0 != "/" }
        return headers.joined(separator: ",").split(separator: ",").contains { item in
            let parts = item.lowercased().split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let range = parts.first else { return false }
            let isRefused = parts.dropFirst().contains { $0.wholeMatch(of: /q=0(\.0*)?/) != nil }
            return !isRefused && (range == mediaType || range == "*/*" || range == "\(family)/*")
        }
    }
}

extension HTTPField.Name {
    static let dockerContentDigest = known("Docker-Content-Digest")
    static let link = known("Link")
    static let filtersApplied = known("OCI-Filters-Applied")
    static let registryVersion = known("Docker-Distribution-API-Version")
}
