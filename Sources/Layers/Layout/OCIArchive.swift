internal import Archive
internal import Cryptography
internal import FileSystem
internal import ImageSpec
public import SystemPackage

/// A layout of one image in one file: a canonical tar (what `skopeo` calls `oci-archive`).
public enum OCIArchive {
    /// Writes the file, by a rename, in place of what is there. A file that holds the image already is left alone.
    ///
    /// The bytes depend on the image and the tag alone. Throws ``LayersError``.
    public static func write(_ image: ImageSet, tag: String?, to path: FilePath) throws {
        let pieces = try pieces(image, tag: tag)
        if try holds(path, pieces) { return }
        try Files.makeFolder(path.removingLastComponent().isEmpty ? "." : path.removingLastComponent())
        let file = try LayoutFile(path)
        for piece in pieces {
            switch piece {
            case .bytes(let bytes): try bytes.withUnsafeBytes(file.write)
            case .content(let blob): try file.write(blob)
            }
        }
        try file.finish(.contentAndName)
    }

    /// A stretch of the tar.
    private enum Piece {
        /// Headers, padding, documents.
        case bytes([UInt8])
        /// A blob that lies in a file.
        case content(ImageBlob)
    }

    /// The whole tar: folders and files by the bytes of their paths.
    private static func pieces(_ image: ImageSet, tag: String?) throws -> [Piece] {
        var pieces: [Piece] = []
        var bytes: [UInt8] = []
        func add(_ path: String, _ size: UInt64, _ content: Piece) throws {
            try TarHeader(path: path, mode: 0o644, size: size).append(to: &bytes)
            switch content {
            case .bytes(let content): bytes += content
            case .content:
                pieces += [.bytes(bytes), content]
                bytes = []
            }
            bytes.append(contentsOf: repeatElement(0, count: TarHeader.padding(after: size)))
        }
        for folder in ["blobs", ImageLayout.blobs] {
            try TarHeader(path: folder, kind: .directory, mode: 0o755).append(to: &bytes)
        }
        for blob in image.blobs.sorted(by: { $0.digest < $1.digest }) {
            let path = "\(ImageLayout.blobs)/\(blob.digest.hex)"
            switch blob.source {
            case .bytes(let content): try add(path, blob.size, .bytes(content))
            case .file: try add(path, blob.size, .content(blob))
            }
        }
        let index = OCILayout.add(image.descriptor, tag: tag, to: nil).bytes
        try add(ImageLayout.indexName, UInt64(index.count), .bytes(index))
        try add(ImageLayout.markerName, UInt64(ImageLayout.marker.count), .bytes(ImageLayout.marker))
        return pieces + [.bytes(bytes + TarHeader.end)]
    }

    /// Whether a file is this tar: as long, with the same headers and documents. Layers are known by the digests in
    /// their headers; their bytes are not read again.
    private static func holds(_ path: FilePath, _ pieces: [Piece]) throws -> Bool {
        guard let size = Files.size(path) else { return false }
        let file = try FileSource(path)
        var offset: UInt64 = 0
        for piece in pieces {
            switch piece {
            case .content(let blob): offset += blob.size
            case .bytes(let bytes):
                let end = offset + UInt64(bytes.count)
                guard end <= size, try file.bytes(in: offset..<end) == bytes else { return false }
                offset = end
            }
        }
        return offset == size
    }
}
