internal import Cryptography
internal import ImageSpec

/// The documents and blobs that make an image, found from its root, within bounds of depth and number.
struct ImageGraph {
    /// What messages call the image.
    let name: String
    /// Manifests before the indexes that name them: the order in which they can be pushed.
    private(set) var documents: [RegistryManifest] = []
    /// Configurations and layers, each once.
    private(set) var blobs: [Descriptor] = []
    /// The manifest for the platform, where one was asked for.
    private(set) var chosen: Descriptor?
    private var known: Set<SHA256Digest> = []
    /// How many bytes the documents may have together; they are all kept.
    private let budget: Int
    private var bytes = 0

    init(name: String, budget: Int = RegistryManifest.budget) {
        (self.name, self.budget) = (name, budget)
    }

    /// Adds a document and what it names.
    ///
    /// - Parameter fetch: the document that a descriptor means.
    /// - Throws: ``RegistryError`` (`tooLarge`, `noPlatform`, `mismatch`), `ImageSpecError`, and what `fetch` throws.
    mutating func add(
        _ document: RegistryManifest, _ platforms: PlatformChoice, depth: Int = 0,
        fetch: (Descriptor) async throws -> RegistryManifest
    ) async throws {
        guard known.insert(document.descriptor.digest).inserted else { return }
        guard documents.count < RegistryManifest.most, depth <= RegistryManifest.deepest else {
            throw RegistryError(
                .tooLarge, name,
                depth > RegistryManifest.deepest ? "nests indexes too deeply" : "has more than a thousand manifests",
                advice: "name one of its images by its digest")
        }
        bytes += document.bytes.count
        guard bytes <= budget else {
            throw RegistryError(
                .tooLarge, name, "has manifests of more than \(budget >> 10) KiB together",
                advice: "name one of its images by its digest")
        }
        switch try document.contents(name: name) {
        case .manifest(let manifest):
            if case .one = platforms, chosen == nil {
                chosen = document.descriptor
            }
            for blob in [manifest.configuration] + manifest.layers where known.insert(blob.digest).inserted {
                blobs.append(blob)
            }
        case .index(let index):
            for entry in try entries(of: index, platforms) {
                guard [MediaType.index, MediaType.manifest].contains(MediaType.canonical(entry.mediaType)) else {
                    throw RegistryError(
                        .unsupported, name, "lists something that is no image: \(entry.mediaType)",
                        advice: "choose one of its images with --platform, or name it by its digest")
                }
                guard entry.size <= UInt64(RegistryManifest.limit) else {
                    throw RegistryError(
                        .tooLarge, name, "lists a manifest of \(entry.size) bytes",
                        advice: "name one of its images by its digest")
                }
                guard !known.contains(entry.digest) else { continue }
                let next = try await fetch(entry)
                try await add(next, platforms, depth: depth + 1, fetch: fetch)
            }
        }
        documents.append(document)
    }

    private func entries(of index: ImageIndex, _ platforms: PlatformChoice) throws -> [Descriptor] {
        guard case .one(let platform) = platforms else { return index.manifests }
        if let entry = index.manifest(for: platform) { return [entry] }
        // An index may list indexes, which name no platform.
        let nested = index.manifests.filter {
            MediaType.canonical($0.mediaType) == MediaType.index && $0.platform == nil
        }
        guard nested.isEmpty else { return Array(nested.prefix(1)) }
        let there = Set(index.manifests.compactMap { $0.platform?.description }.filter { !$0.hasPrefix("unknown") })
        throw RegistryError(
            .noPlatform, name, "has no image for \(platform)",
            advice: there.isEmpty ? "choose another image" : "it has: \(there.sorted().joined(separator: ", "))")
    }
}

extension [Descriptor] {
    /// So that no long one is begun when all others have ended.
    var largestFirst: [Descriptor] { sorted { $0.size > $1.size } }
}
