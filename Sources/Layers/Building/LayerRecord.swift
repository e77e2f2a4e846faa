internal import Archive
internal import ContentStore
internal import Cryptography
internal import Units

/// How the store remembers what a layer came to.
enum LayerRecord {
    static let kind: RecordKind = "layer.1"
    /// Changes with whatever changes a layer's bytes and is told by nothing else in the key.
    private static let version = 1

    /// A digest over everything that a layer's bytes depend on.
    static func key(_ content: LayerContent, format: LayerFormat) -> String {
        var hasher = SHA256Hasher()
        let encoder =
            switch format.compression {
            case .gzip: "gzip deflate-\(DeflateEncoder.version)"
            case .zstd: ZstdEncoder.library
            }
        hasher.update("layer \(version)\n\(encoder)\n\(format.root)\n\(format.epoch)\n")
        for item in content.units {
            hasher.update("unit \(SHA256Digest(of: item.unit.record).hex)\n")
            for path in item.excluded.sorted() { hasher.update("without \(path)\0") }
        }
        for entry in content.glue {
            let text =
                switch entry.content {
                case .file(let bytes, let isExecutable):
                    "file \(isExecutable) \(SHA256Digest(of: bytes).hex)"
                case .link(let target): "link \(target)"
                case .folder: "folder"
                }
            hasher.update("\(text)\0\(entry.isOutside ? "/" : "")\(entry.path)\0")
        }
        return hasher.finalize().hex
    }

    /// One line of facts and one for each part.
    static func bytes(_ layer: Layer) -> [UInt8] {
        var text = "\(layer.diffID.hex) \(layer.blob.digest.hex) \(layer.blob.size) \(layer.size)\n"
        for part in layer.parts {
            text += "\(part.files) \(part.size) \(part.compressedSize) \(part.title)\n"
        }
        return Array(text.utf8)
    }

    /// The layer of a record; `nil` for one that cannot be read, which is then made again.
    static func layer(_ record: [UInt8], title: String, compression: LayerFormat.Compression) -> Layer? {
        let lines = String(decoding: record, as: UTF8.self).split(separator: "\n")
        guard let facts = lines.first?.split(separator: " "), facts.count == 4,
            let diffID = SHA256Digest(hex: facts[0]), let digest = SHA256Digest(hex: facts[1]),
            let blobSize = UInt64(facts[2]), let size = UInt64(facts[3])
        else { return nil }
        var parts: [Layer.Part] = []
        for line in lines.dropFirst() {
            let fields = line.split(separator: " ", maxSplits: 3)
            guard fields.count == 4, let files = Int(fields[0]), let size = UInt64(fields[1]),
                let compressed = UInt64(fields[2])
            else { return nil }
            parts.append(Layer.Part(title: String(fields[3]), files: files, size: size, compressedSize: compressed))
        }
        return Layer(
            title: title, diffID: diffID, blob: Blob(digest: digest, size: blobSize), size: size,
            compression: compression, parts: parts)
    }
}
