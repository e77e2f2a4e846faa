internal import Cryptography
public import ImageSpec
internal import JSONDocument
internal import Transfer

extension RegistryClient {
    /// Fetches the manifest or index of a reference: of its digest if it has one, else of its tag, else of `latest`.
    ///
    /// - Throws: ``RegistryError`` (`notFound`, `denied`, `mismatch`, `tooLarge`, `unsupported`, `malformedAnswer`),
    ///   `TransferError`, `CancellationError`.
    public func manifest(_ reference: RegistryReference) async throws -> RegistryManifest {
        try await reading(reference) { endpoint in try await self.manifest(at: endpoint) }
    }

    /// The type, digest and size of a reference's manifest or index, as far as possible without fetching it.
    ///
    /// - Throws: as ``manifest(_:)``.
    public func resolve(_ reference: RegistryReference) async throws -> Descriptor {
        try await reading(reference) { endpoint in
            if let known = try await self.head(manifest: endpoint.reference.name, at: endpoint) { return known }
            return try await self.manifest(at: endpoint).descriptor
        }
    }

    /// - Parameter scopes: what the token is to be for; without any, for reading.
    func manifest(at endpoint: RegistryEndpoint, scopes: [RegistryScope]? = nil) async throws -> RegistryManifest {
        let response = try await send(
            try await manifestRequest(.get, endpoint.reference.name, endpoint), to: endpoint,
            for: scopes ?? [RegistryScope(endpoint.repository, .pull)])
        guard response.isSuccess else { throw failure(response, endpoint.reference.description, endpoint) }
        return try checked(response, endpoint)
    }

    /// What a HEAD tells of a manifest; `nil` where it is not there, or the answer does not tell all.
    func head(
        manifest name: String, at endpoint: RegistryEndpoint, scopes: [RegistryScope]? = nil
    ) async throws -> Descriptor? {
        let response = try await send(
            try await manifestRequest(.head, name, endpoint), to: endpoint,
            for: scopes ?? [RegistryScope(endpoint.repository, .pull)])
        guard response.isSuccess,
            let digest = response.headers["Docker-Content-Digest"].flatMap({ SHA256Digest(prefixed: $0) }),
            let size = response.headers["Content-Length"].flatMap({ UInt64($0) }),
            let type = Self.plainType(response.headers["Content-Type"])
        else { return nil }
        if let asked = endpoint.reference.digest, asked.prefixed == name, asked != digest { return nil }
        return Descriptor(mediaType: type, digest: digest, size: size)
    }

    private func manifestRequest(
        _ method: Request.Method, _ name: String, _ endpoint: RegistryEndpoint
    ) async throws -> Request {
        let access = try await authenticator.access(of: endpoint)
        // A digest is of the bytes as they are.
        return Request(
            try access.url(endpoint.repository, "manifests/\(name)"), method: method,
            headers: [("Accept", MediaType.manifests.joined(separator: ", "))], acceptsCompression: false,
            bodyLimit: RegistryManifest.limit)
    }

    private func checked(_ response: Response, _ endpoint: RegistryEndpoint) throws -> RegistryManifest {
        let subject = endpoint.reference.description
        let type = Self.plainType(response.headers["Content-Type"])
        let written = Self.mediaType(in: response.body)
        // What the document says counts; some registries call everything JSON.
        guard let type = written ?? type, [MediaType.index, MediaType.manifest].contains(MediaType.canonical(type))
        else {
            let told = written ?? type ?? "something without a type"
            throw RegistryError(
                .unsupported, subject, "is \(told), no image manifest or index",
                advice: told.contains("manifest.v1")
                    ? "push the image anew with a newer tool: this form was given up long ago"
                    : "check the name, and that no login page or proxy answers in place of \(endpoint.host)")
        }
        let manifest = RegistryManifest(mediaType: type, response.body)
        let claimed = response.headers["Docker-Content-Digest"].flatMap { SHA256Digest(prefixed: $0) }
        for expected in [endpoint.reference.digest, claimed].compactMap(\.self)
        where expected != manifest.descriptor.digest {
            throw RegistryError(
                .mismatch, subject,
                "came with the digest \(manifest.descriptor.digest.prefixed) where \(expected.prefixed) was expected",
                advice: "try again; if it persists, do not trust \(endpoint.host) or what lies between")
        }
        return manifest
    }

    /// A type without parameters.
    static func plainType(_ header: String?) -> String? {
        guard let header else { return nil }
        let type = header.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased()
        return type.isEmpty ? nil : type
    }

    /// What a document says that it is. One without the word is known by what it holds (image-spec §manifest: the word
    /// may be missing).
    static func mediaType(in bytes: [UInt8]) -> String? {
        guard let fields = (try? JSON(parsing: bytes))?.fields else { return nil }
        if case .string(let type) = fields["mediaType"] { return type }
        guard case .integer(2) = fields["schemaVersion"] else { return nil }
        if case .array = fields["manifests"] { return MediaType.index }
        return fields["config"] == nil ? nil : MediaType.manifest
    }

    // MARK: - Writing

    /// Puts a manifest or index under a name: a tag, or its digest.
    ///
    /// - Returns: whether the registry keeps lists of referrers, where the document has a subject (`OCI-Subject`).
    @discardableResult
    func put(_ manifest: RegistryManifest, as name: String, at endpoint: RegistryEndpoint) async throws -> Bool {
        let access = try await authenticator.access(of: endpoint)
        let subject = "\(endpoint.reference.place)\(name.hasPrefix("sha256:") ? "@" : ":")\(name)"
        let response = try await send(
            Request(
                try access.url(endpoint.repository, "manifests/\(name)"), method: .put, acceptsCompression: false,
                bodyLimit: 1 << 20, body: .init(manifest.bytes, type: manifest.descriptor.mediaType), triesAgain: true),
            to: endpoint, for: [RegistryScope(endpoint.repository, .pullAndPush)])
        if [400, 404].contains(response.status), Self.lacks.contains(where: { RegistryFault.has($0, response) }) {
            throw RegistryError(
                .lacksContent, subject,
                "is refused by \(endpoint.host), which does not find what it lists: \(RegistryFault.text(response) ?? "")",
                advice: "push the image again; if it persists, ask who runs \(endpoint.host) what removes blobs there")
        }
        guard response.isSuccess else { throw failure(response, subject, endpoint) }
        if let claimed = response.headers["Docker-Content-Digest"].flatMap({ SHA256Digest(prefixed: $0) }),
            claimed != manifest.descriptor.digest
        {
            throw RegistryError(
                .mismatch, subject,
                "was kept as \(claimed.prefixed) where \(manifest.descriptor.digest.prefixed) was sent",
                advice: "do not trust \(endpoint.host), or the proxy before it that changes documents")
        }
        return response.headers["OCI-Subject"] != nil
    }

    /// What a registry says of a blob or manifest that it lacks, or that another push is just putting in its place
    /// (distribution-spec §error codes).
    private static let lacks = ["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN", "DIGEST_INVALID"]
}
