internal import Archive
public import ContentStore
internal import Cryptography
internal import FileSystem
internal import ImageSpec
public import SystemPackage

/// An environment in one file that is unpacked where it is to run: what `spark.archives`, Databricks and HDInsight take.
///
/// ENV is the archive's root. The bytes depend on the content and the format alone.
public struct TreeArchive: Sendable {
    public enum Format: String, Sendable, CaseIterable {
        /// A tar of gzip members, which every gzip reads as one file (RFC 1952 §2.2).
        case tarGzip
        /// Without links, which most programs that unpack zips do not know.
        case zip

        /// The format that a file's name asks for: `.tar.gz`, `.tgz` or `.zip`; `nil` for any other.
        public init?(named name: String) {
            switch name {
            case _ where name.hasSuffix(".tar.gz") || name.hasSuffix(".tgz"): self = .tarGzip
            case _ where name.hasSuffix(".zip"): self = .zip
            default: return nil
            }
        }
    }

    /// The archive's file in the store.
    public let blob: Blob
    public let format: Format
    public let files: Int
    /// Bytes of the files.
    public let size: UInt64

    /// Writes the archive to a file, in place of what is there, by a rename. It is durable on return.
    ///
    /// - Throws: ``LayersError`` (`unwritable`), `StoreError`.
    public func write(to path: FilePath, from store: ContentStore) throws {
        let folder = path.removingLastComponent()
        try Files.makeFolder(folder.isEmpty ? "." : folder)
        let file = try LayoutFile(path)
        try file.write(
            ImageBlob(digest: blob.digest, size: blob.size, source: .file(store.blobPath(blob.digest))))
        try file.finish(.contentAndName)
    }
}

extension LayerBuilder {
    /// The archive of a content, made where the store does not have it. Blocks.
    ///
    /// - Parameter content: for a zip without links.
    /// - Throws: as ``build(_:made:)``.
    public func archive(_ content: LayerContent, as format: TreeArchive.Format) throws -> TreeArchive {
        let atRoot = LayerBuilder(
            store: store, format: LayerFormat(compression: .gzip, root: "", epoch: self.format.epoch),
            workers: workers)
        switch format {
        case .tarGzip:
            let layer = try atRoot.build([content])[0]
            return TreeArchive(
                blob: layer.blob, format: format, files: layer.parts.reduce(content.glue.count) { $0 + $1.files },
                size: layer.parts.reduce(0) { $0 + $1.size })
        case .zip: return try atRoot.zip(content)
        }
    }

    private func zip(_ content: LayerContent) throws -> TreeArchive {
        let key = LayerRecord.key(content, format: format)
        if let known = try knownZip(key) { return known }
        let name = SHA256Digest(of: "zip \(key)").hex
        return try store.exclusively("archive-\(name)", doing: "making an archive") {
            if let known = try knownZip(key) { return known }
            var facts = (files: 0, size: UInt64(0))
            let blob = try store.insert { facts = try ZipTreeWriter(content, store: store, to: $0).write() }
            let line = "\(blob.digest.hex) \(blob.size) \(facts.files) \(facts.size)\n"
            try store.setRecord(kind: Self.zips, key: key, value: Array(line.utf8))
            return TreeArchive(blob: blob, format: .zip, files: facts.files, size: facts.size)
        }
    }

    private static var zips: RecordKind { "zip.1" }

    private func knownZip(_ key: String) throws -> TreeArchive? {
        guard let record = try store.record(kind: Self.zips, key: key) else { return nil }
        let fields = String(decoding: record.dropLast(), as: UTF8.self).split(separator: " ")
        guard fields.count == 4, let digest = SHA256Digest(hex: fields[0]), let size = UInt64(fields[1]),
            let files = Int(fields[2]), let content = UInt64(fields[3]), try store.size(of: digest) == size
        else { return nil }
        return TreeArchive(blob: Blob(digest: digest, size: size), format: .zip, files: files, size: content)
    }
}
