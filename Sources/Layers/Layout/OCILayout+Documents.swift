internal import Archive
public import Cryptography
public import ImageSpec
internal import SystemPackage

extension OCILayout {
    /// The manifest that has a tag, whatever it is of; `nil` where there is none.
    public func manifest(tag: String) throws -> Descriptor? {
        try index()?.manifests.first { $0.annotations[Annotation.referenceName] == tag }
    }

    /// What is said of a manifest in this layout, in the order of the list.
    public func referrers(of subject: SHA256Digest) throws -> [(descriptor: Descriptor, manifest: ImageManifest)] {
        try (index()?.manifests ?? []).compactMap { entry in
            guard entry.artifactType != nil else { return nil }
            let manifest = try ImageManifest(parsing: document(entry), name: "\(path), \(entry.digest.prefixed)")
            return manifest.subject?.digest == subject ? (entry, manifest) : nil
        }
    }

    /// The content of a small blob, such as a manifest.
    ///
    /// - Throws: ``LayersError`` (`badLayout`) where it is missing, or is not what its descriptor says.
    public func document(_ descriptor: Descriptor) throws -> [UInt8] {
        guard let bytes = try Files.read(blobPath(descriptor.digest)) else {
            throw LayersError(
                .badLayout, path.string, "lacks the blob \(descriptor.digest.prefixed)",
                advice: "write the image there again")
        }
        let digest = SHA256Digest(of: bytes)
        guard digest == descriptor.digest, UInt64(bytes.count) == descriptor.size else {
            throw LayersError(
                .badLayout, path.string,
                "has a blob of \(bytes.count) bytes with the digest \(digest.prefixed) in the place of one of "
                    + "\(descriptor.size) bytes with \(descriptor.digest.prefixed)",
                advice: "somebody has changed it: write the image there again")
        }
        return bytes
    }
}

extension OCILayout {
    /// Reads a blob of any size and holds it to its size and digest.
    ///
    /// - Throws: ``LayersError`` (`badLayout`).
    public func check(_ descriptor: Descriptor) throws {
        let file = blobPath(descriptor.digest)
        guard Files.size(file) != nil else {
            throw LayersError(
                .badLayout, path.string, "lacks the blob \(descriptor.digest.prefixed)",
                advice: "write the image there again")
        }
        var hasher = SHA256Hasher()
        let source = try FileSource(file)
        let size = source.size
        try source.forEachPiece { hasher.update($0) }
        let digest = hasher.finalize()
        guard size == descriptor.size, digest == descriptor.digest else {
            throw LayersError(
                .badLayout, path.string,
                "has a blob of \(size) bytes with the digest \(digest.prefixed) in the place of one of "
                    + "\(descriptor.size) bytes with \(descriptor.digest.prefixed)",
                advice: "somebody has changed it: write the image there again")
        }
    }
}
