internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import ImageSpec
internal import SystemPackage

/// An image in an OCI image layout that somebody else made (OCI image-spec §image-layout), as a base.
struct BaseLayout {
    let folder: FilePath
    let tag: String?
    let store: ContentStore

    /// Documents are small; a larger one is no document.
    private static let limit = 16 << 20

    /// Reads the manifest for an architecture and brings it and all it names into the store, every digest checked.
    ///
    /// - Throws: ``BaseError``: nothing there, no such tag or platform, or an image that is broken.
    func image(_ architecture: DebianArchitecture) throws -> BaseImage {
        do {
            let index = try ImageIndex(parsing: document(folder.appending(ImageLayout.indexName)), name: name)
            let entry = try descend(choose(index.manifests), architecture)
            let manifest = try ImageManifest(parsing: blob(entry), name: name)
            let configuration = try ImageConfiguration(parsing: blob(manifest.configuration), name: name)
            guard configuration.platform.architecture == architecture.oci, configuration.platform.os == "linux" else {
                throw BaseError(
                    .platform, name, "is an image for \(configuration.platform)",
                    advice: "use a base for linux/\(architecture.oci)")
            }
            guard configuration.diffIDs.count == manifest.layers.count else {
                throw broken("names \(configuration.diffIDs.count) diffIDs for \(manifest.layers.count) layers")
            }
            for descriptor in [entry, manifest.configuration] + manifest.layers {
                _ = try store.insert(
                    copying: path(descriptor.digest), expecting: descriptor.digest, size: descriptor.size)
            }
            return BaseImage(
                name: name, digest: entry.digest, manifest: manifest, configuration: configuration, python: nil,
                lock: nil,
                artifacts: [])
        } catch let error as ImageSpecError {
            throw broken("has a document that cannot be used", cause: error)
        } catch let error as StoreError where error.code == .mismatch {
            throw broken("has a blob that is not what its digest says", cause: error)
        } catch let error as Errno {
            throw broken("cannot be read", cause: error)
        }
    }

    private var name: String { tag.map { "oci:\(folder):\($0)" } ?? "oci:\(folder)" }

    private func choose(_ manifests: [Descriptor]) throws -> Descriptor {
        let tags = manifests.filter { $0.artifactType == nil }.compactMap { $0.annotations[Annotation.referenceName] }
            .joined(separator: ", ")
        if let tag {
            if let match = manifests.first(where: { $0.annotations[Annotation.referenceName] == tag }) { return match }
            throw BaseError(
                .notFound, name, "has no such tag", advice: tags.isEmpty ? "leave the tag out" : "it has: \(tags)")
        }
        let images = manifests.filter { $0.artifactType == nil }
        guard let only = images.first else { throw broken("holds no image") }
        guard images.count == 1 else {
            throw BaseError(
                .notFound, name, "holds several images", advice: "say which: oci:\(folder):TAG with one of \(tags)")
        }
        return only
    }

    /// Follows indexes to the manifest for the platform.
    private func descend(_ entry: Descriptor, _ architecture: DebianArchitecture) throws -> Descriptor {
        var entry = entry
        for _ in 0..<4 {
            guard MediaType.canonical(entry.mediaType) == MediaType.index else { return entry }
            let manifests = try ImageIndex(parsing: blob(entry), name: name).manifests
            let match = manifests.first { $0.platform?.architecture == architecture.oci && $0.platform?.os == "linux" }
            guard let match else {
                let platforms = manifests.compactMap { $0.platform?.description }.joined(separator: ", ")
                throw BaseError(
                    .platform, name, "has no image for linux/\(architecture.oci)", advice: "it has: \(platforms)")
            }
            entry = match
        }
        throw broken("nests indexes too deeply")
    }

    private func blob(_ descriptor: Descriptor) throws -> [UInt8] {
        let bytes = try document(path(descriptor.digest))
        guard SHA256Digest(of: bytes) == descriptor.digest else {
            throw broken("has a blob that is not \(descriptor.digest.prefixed)")
        }
        return bytes
    }

    private func path(_ digest: SHA256Digest) -> FilePath {
        folder.appending(ImageLayout.blobs).appending(digest.hex)
    }

    private func document(_ path: FilePath) throws -> [UInt8] {
        do {
            return try path.fileContents(limit: Self.limit)
        } catch .fileTooLarge {
            throw broken("has a document of more than \(Self.limit) bytes")
        } catch {
            throw BaseError(
                .notFound, name, "lacks \(path.lastComponent?.string ?? path.string): \(error)",
                advice: "name the folder of an OCI image layout: it has an index.json and a folder blobs", cause: error)
        }
    }

    private func broken(_ message: String, cause: (any Error)? = nil) -> BaseError {
        BaseError(
            .unusableImage, name, cause.map { "\(message): \($0)" } ?? message,
            advice: "check it with `skopeo inspect \(name)`, or copy it anew",
            cause: cause)
    }
}
