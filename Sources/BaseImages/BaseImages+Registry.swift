internal import ContentStore
public import Cryptography
public import ImageSpec

/// Images of registries as bases. Whoever can ask registries brings them into the store and says here what came; from
/// then on they are known, and need no network.
extension BaseImages {
    /// The manifest that a reference meant when it was last asked for, by reference and architecture.
    static let registryKind: RecordKind = "base-registry.1"

    private static func key(_ reference: RegistryReference, _ architecture: DebianArchitecture) -> String {
        "\(reference) \(architecture.rawValue)"
    }

    /// Keeps in mind what a reference means for an architecture: a manifest that is in the store with all it names.
    ///
    /// - Throws: ``BaseError`` (`platform`, `unusableImage`) for an image that no environment can stand on.
    public func remember(
        _ reference: RegistryReference, for architecture: DebianArchitecture, manifest: SHA256Digest
    ) throws {
        let key = Self.key(reference, architecture)
        _ = try image(manifest, reference, architecture, key: key)
        guard try store.record(kind: Self.registryKind, key: key) != manifest.bytes else { return }
        try store.setRecord(kind: Self.registryKind, key: key, value: manifest.bytes)
    }

    /// The image that a reference meant when it was last asked for, if the store has all of it.
    public func known(
        _ reference: RegistryReference, for architecture: DebianArchitecture
    ) throws -> BaseImage? {
        let key = Self.key(reference, architecture)
        guard let record = try store.record(kind: Self.registryKind, key: key),
            let manifest = SHA256Digest(bytes: record), try store.contains(manifest)
        else { return nil }
        return try image(manifest, reference, architecture, key: key)
    }

    private func image(
        _ digest: SHA256Digest, _ reference: RegistryReference, _ architecture: DebianArchitecture, key: String
    ) throws -> BaseImage? {
        let name = "docker://\(reference)"
        do {
            let manifest = try ImageManifest(parsing: store.bytes(of: digest), name: name)
            for blob in [manifest.configuration] + manifest.layers where try !store.contains(blob.digest) { return nil }
            let configuration = try ImageConfiguration(
                parsing: store.bytes(of: manifest.configuration.digest), name: name)
            guard configuration.platform.architecture == architecture.oci, configuration.platform.os == "linux" else {
                throw BaseError(
                    .platform, name, "is an image for \(configuration.platform)",
                    advice: "use a base for linux/\(architecture.oci)")
            }
            guard configuration.diffIDs.count == manifest.layers.count else {
                throw BaseError(
                    .unusableImage, name,
                    "names \(configuration.diffIDs.count) diffIDs for \(manifest.layers.count) layers",
                    advice: "check it with `skopeo inspect \(name)`")
            }
            return BaseImage(
                name: name, digest: digest, manifest: manifest, configuration: configuration, python: nil, lock: nil,
                artifacts: [], registryKey: key)
        } catch let error as ImageSpecError {
            throw BaseError(
                .unusableImage, name, "has a document that cannot be used: \(error)",
                advice: "check it with `skopeo inspect \(name)`", cause: error)
        }
    }
}
