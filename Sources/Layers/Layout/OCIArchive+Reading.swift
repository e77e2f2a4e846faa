internal import Archive
public import ContentStore
internal import Cryptography
public import ImageSpec
public import SystemPackage

extension OCIArchive {
    /// Brings an archive's blobs into a store, every one checked against its digest.
    ///
    /// The caller keeps the store from being collected meanwhile. Files that no layout has are passed over. Blocks.
    ///
    /// - Returns: the image that the tag names; without a tag, the only one there is.
    /// - Throws: ``LayersError`` (`badLayout`), `ImageSpecError`, `ArchiveError`, `StoreError`.
    public static func read(_ path: FilePath, tag: String?, into store: ContentStore) throws -> Descriptor {
        var reader = try ArchiveReader(path, accepting: .layers)
        var index: [UInt8]?
        let folder = ImageLayout.blobs + "/"
        while let entry = try reader.next() {
            guard case .file = entry.header.kind else { continue }
            let name = entry.header.path
            if name == ImageLayout.indexName {
                index = try reader.contents()
            } else if name == ImageLayout.markerName {
                try ImageLayout.check(marker: reader.contents(), name: "\(path), \(name)")
            } else if name.hasPrefix(folder), let digest = SHA256Digest(hex: name.dropFirst(folder.count)) {
                try store.insert(expecting: digest, size: entry.header.size) { writer in
                    try reader.stream { try writer.write($0) }
                }
            }
        }
        guard let index else {
            throw LayersError(
                .badLayout, path.string, "is no archive of an image layout: it has no index.json",
                advice: "name a file that `skopeo copy … oci-archive:FILE` or Chidori has written")
        }
        return try OCILayout.image(tag: tag, in: ImageIndex(parsing: index, name: path.string), name: path.string)
    }
}
