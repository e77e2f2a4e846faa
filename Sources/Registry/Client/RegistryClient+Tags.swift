public import ImageSpec
internal import JSONDocument
internal import Transfer

extension RegistryClient {
    /// The tags of a repository, sorted, as not every registry does it (distribution-spec §listing tags).
    ///
    /// - Throws: ``RegistryError`` (`notFound`, `denied`, `malformedAnswer`, `tooLarge`), `TransferError`.
    public func tags(of reference: RegistryReference) async throws -> [String] {
        try await reading(reference) { endpoint in try await self.tags(at: endpoint) }
    }

    func tags(at endpoint: RegistryEndpoint) async throws -> [String] {
        let access = try await authenticator.access(of: endpoint)
        let first = try access.url(endpoint.repository, "tags/list").adding(query: [("n", "1000")])
        var tags: [String] = []
        try await pages(from: first, at: endpoint) { fields in
            switch fields["tags"] {
            case .array(let page):
                for case .string(let tag) in page { tags.append(tag) }
            case nil, .null: break
            default: throw malformed("lists tags that are no list", endpoint)
            }
        }
        return tags.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Reads a list page by page, following `Link: <…>; rel="next"` (RFC 8288) where it stays at the registry.
    ///
    /// - Parameter budget: how many bytes all pages may have together.
    /// - Returns: whether there was a list at all, where `isOptional`.
    @discardableResult
    func pages(
        from first: ResourceURL, at endpoint: RegistryEndpoint, isOptional: Bool = false,
        budget: Int = RegistryManifest.budget,
        _ read: ([String: JSON]) throws -> Void
    ) async throws -> Bool {
        var next: ResourceURL? = first
        var seen: Set<ResourceURL> = []
        var bytes = 0
        while let url = next {
            guard seen.insert(url).inserted, seen.count <= 1000 else {
                throw RegistryError(
                    .tooLarge, endpoint.reference.place, "has a list that does not end",
                    advice: "report it to who runs \(endpoint.host)")
            }
            let response = try await send(
                Request(url, bodyLimit: Self.pageLimit), to: endpoint,
                for: [RegistryScope(endpoint.repository, .pull)])
            if isOptional, seen.count == 1, [400, 404, 405, 501].contains(response.status) { return false }
            guard response.isSuccess else {
                throw failure(response, endpoint.reference.place, endpoint, isRepository: true)
            }
            bytes += response.body.count
            guard bytes <= budget else {
                throw RegistryError(
                    .tooLarge, endpoint.reference.place, "has a list of more than \(budget >> 10) KiB",
                    advice: "report it to who runs \(endpoint.host)")
            }
            guard let fields = (try? JSON(parsing: response.body))?.fields else {
                throw malformed("answers with a list that is no JSON object", endpoint)
            }
            try read(fields)
            next = try nextPage(response, endpoint)
        }
        return true
    }

    private static let pageLimit = 8 << 20

    private func nextPage(_ response: Response, _ endpoint: RegistryEndpoint) throws -> ResourceURL? {
        for link in (response.headers.joined("Link") ?? "").split(separator: ",") {
            guard link.contains("next"), let open = link.firstIndex(of: "<"), let close = link.firstIndex(of: ">"),
                open < close
            else { continue }
            let next = try response.url.resolving(String(link[link.index(after: open)..<close]))
            guard next.origin == response.url.origin else {
                throw RegistryError(
                    .unsafePlace, endpoint.reference.place, "has a list that goes on at \(next.origin)",
                    advice: "report it to who runs \(endpoint.host)")
            }
            return next.with(credentials: nil)
        }
        return nil
    }

    func malformed(_ message: String, _ endpoint: RegistryEndpoint) -> RegistryError {
        RegistryError(
            .malformedAnswer, endpoint.reference.place, message, advice: "report it to who runs \(endpoint.host)")
    }
}
