internal import Cryptography
internal import ImageSpec

/// What a repository has under a name before another image takes the name: most images differ from the one before in a
/// layer or two, and the registry need not be asked about all the others.
struct PresentImage {
    /// The digest of the manifest or index; `nil` where the name means nothing yet.
    var root: SHA256Digest?
    /// What its manifests list, and the registry most likely has: it has taken these manifests, and most take none whose
    /// blobs they lack. The specification lets them take it, and lets them lose blobs. Where a registry refuses the next
    /// manifest for one, every blob is asked about (``RegistryClient/push(_:from:to:mounting:after:observe:)``); where one
    /// neither keeps nor checks what it is given, the next image lacks what the one before has lost.
    var blobs: Set<SHA256Digest> = []
}

extension RegistryClient {
    /// Looks what an endpoint's name means. Whatever cannot be read there counts as nothing: the push itself tells what
    /// is wrong with a registry.
    ///
    /// - Parameter deep: whether manifests that an index lists are looked into.
    func presentImage(
        at endpoint: RegistryEndpoint, deep: Bool, scopes: [RegistryScope]
    ) async throws -> PresentImage {
        var found = PresentImage()
        do {
            let root = try await manifest(at: endpoint, scopes: scopes)
            found.root = root.descriptor.digest
            guard deep || MediaType.canonical(root.descriptor.mediaType) == MediaType.manifest else { return found }
            var graph = ImageGraph(name: endpoint.reference.description)
            try await graph.add(root, .all) { entry in
                let place = endpoint.with(endpoint.reference.with(digest: entry.digest))
                return try await manifest(at: place, scopes: scopes)
            }
            found.blobs = Set(graph.blobs.map(\.digest))
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            found.blobs = []
        }
        return found
    }
}
