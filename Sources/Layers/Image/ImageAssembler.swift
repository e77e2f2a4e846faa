internal import ContentStore
internal import Cryptography
internal import ImageSpec

/// Makes an image of a plan: the base's layers as they are, layers of units, of bytecode and of glue, and a
/// configuration in which the environment's Python and scripts come first.
///
/// The image's bytes depend on the plan and the format alone.
public struct ImageAssembler: Sendable {
    public let builder: LayerBuilder

    public init(builder: LayerBuilder) {
        self.builder = builder
    }

    /// Makes the layers that are not in the store yet, and the image's documents. Blocks.
    ///
    /// - Parameter made: told of each layer that had to be made, on any thread.
    /// - Throws: ``LayersError`` (`badBase`), `ArchiveError`, `StoreError`.
    public func assemble(
        _ plan: ImagePlan, made: @escaping @Sendable (Layer) -> Void = { _ in }
    ) throws -> Image {
        if let base = plan.base { try check(base, for: plan) }
        let (contents, conflicts) = try plan.layers()
        let layers = try builder.build(contents, made: made)
        let configuration = configuration(plan, layers: layers)
        let configurationBytes = configuration.bytes
        let manifest = ImageManifest(
            configuration: Descriptor(mediaType: MediaType.configuration, of: configurationBytes),
            layers: Self.baseLayers(plan) + layers.map(\.descriptor), annotations: annotations(plan))
        let manifestBytes = manifest.bytes
        return Image(
            platform: configuration.platform, manifest: manifest, configuration: configuration, layers: layers,
            conflicts: conflicts,
            descriptor: Descriptor(mediaType: MediaType.manifest, of: manifestBytes),
            blobs: [ImageBlob(manifestBytes), ImageBlob(configurationBytes)] + layerBlobs(plan, layers))
    }

    private func check(_ base: ImageBase, for plan: ImagePlan) throws {
        let platform = base.configuration.platform
        guard platform.os == plan.platform.os, platform.architecture == plan.platform.architecture else {
            throw LayersError(
                .badBase, base.name, "is for \(platform), but the environment is for \(plan.platform)",
                advice: "choose a base for \(plan.platform)")
        }
        let place = "/" + builder.format.root
        let path = base.configuration.variable("PATH") ?? ""
        guard !path.split(separator: ":").contains(Substring(place + "/bin")) else {
            throw LayersError(
                .badBase, base.name, "holds an environment at \(place) already",
                advice: "name the base that it stands on; what is to be added belongs into the recipe")
        }
        guard base.configuration.diffIDs.count == base.manifest.layers.count else {
            throw LayersError(
                .badBase, base.name,
                "has \(base.manifest.layers.count) layers, but lists \(base.configuration.diffIDs.count) diffIDs",
                advice: "fetch the base again")
        }
    }

    private static func baseLayers(_ plan: ImagePlan) -> [Descriptor] {
        (plan.base?.manifest.layers ?? []).map { layer in
            var layer = layer
            layer.mediaType = MediaType.canonical(layer.mediaType)
            return layer
        }
    }

    private func layerBlobs(_ plan: ImagePlan, _ layers: [Layer]) -> [ImageBlob] {
        var known: Set<SHA256Digest> = []
        var blobs: [ImageBlob] = []
        for layer in plan.base?.manifest.layers ?? [] where known.insert(layer.digest).inserted {
            let file = builder.store.blobPath(layer.digest)
            blobs.append(ImageBlob(digest: layer.digest, size: layer.size, source: .file(file)))
        }
        for layer in layers where known.insert(layer.blob.digest).inserted {
            let file = builder.store.blobPath(layer.blob.digest)
            blobs.append(ImageBlob(digest: layer.blob.digest, size: layer.blob.size, source: .file(file)))
        }
        return blobs
    }

    private var created: String { Timestamp.text(builder.format.epoch) }

    private func configuration(_ plan: ImagePlan, layers: [Layer]) -> ImageConfiguration {
        let root = "/" + builder.format.root
        var configuration = plan.base?.configuration ?? ImageConfiguration(platform: plan.platform)
        configuration.platform = plan.base?.configuration.platform ?? plan.platform
        configuration.created = created
        let path = configuration.variable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        configuration.setVariable("PATH", "\(root)/bin:\(path)")
        configuration.setVariable("PYSPARK_PYTHON", "\(root)/bin/python")
        for (name, value) in plan.variables { configuration.setVariable(name, value) }
        configuration.entrypoint += plan.entrypoint
        for (name, value) in plan.environment.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            configuration.setVariable(name, value)
        }
        configuration.labels.merge(annotations(plan)) { $1 }
        configuration.labels.merge(plan.labels) { $1 }

        // Tools match history with layers one to one; a base without history gets an entry for each layer.
        let told = configuration.history.count { !$0.isEmpty }
        for _ in told..<max(told, configuration.diffIDs.count) {
            configuration.history.append(.init(createdBy: "base"))
        }
        for layer in layers {
            configuration.diffIDs.append(layer.diffID)
            configuration.history.append(.init(created: created, createdBy: "chidori: \(layer.title)"))
        }
        return configuration
    }

    private func annotations(_ plan: ImagePlan) -> [String: String] {
        var annotations = [Annotation.created: created]
        annotations[Annotation.title] = plan.title
        annotations[Annotation.version] = plan.version
        annotations[Annotation.baseName] = plan.base?.name
        annotations[Annotation.baseDigest] = plan.base?.digest.prefixed
        return annotations
    }
}
