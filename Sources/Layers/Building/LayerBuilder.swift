internal import Archive
public import ContentStore
internal import Cryptography
internal import Units
public import Workers

/// Makes layers from units: each a reproducible tar, compressed, kept in the store and found there again.
///
/// With gzip a wheel's compressed bytes are carried over as they are, so that a layer costs one pass of inflating and
/// hashing. Every file's size, CRC-32 and SHA-256 is checked on the way. The bytes depend on the units, the format and
/// nothing else: not on the machine, the number of workers or what was built before.
public struct LayerBuilder: Sendable {
    public let store: ContentStore
    public let format: LayerFormat
    public let workers: Workers

    public init(store: ContentStore, format: LayerFormat, workers: Workers) {
        self.store = store
        self.format = format
        self.workers = workers
    }

    /// The layers for some contents, in their order: those that the store has, and those that are made now.
    ///
    /// Of many processes that want a layer one makes it, and the others wait. Blocks.
    ///
    /// - Parameter made: told of each layer that had to be made, on any thread.
    /// - Throws: ``LayersError``, `ArchiveError` for a broken artifact, `StoreError`.
    public func build(
        _ contents: [LayerContent], made: @escaping @Sendable (Layer) -> Void = { _ in }
    ) throws -> [Layer] {
        let keys = contents.map { LayerRecord.key($0, format: format) }
        var layers = try found(contents, keys: keys)
        guard layers.contains(where: { $0 == nil }) else { return layers.compactMap(\.self) }
        // In one order everywhere, so that two processes never wait for each other.
        let wanted = contents.indices.filter { layers[$0] == nil }.map { SHA256Digest(of: keys[$0]).hex }
        let locks = try Set(wanted).sorted().map { try store.lock("layer-\($0)", doing: "making layers") }
        defer { for lock in locks { lock.release() } }
        layers = try found(contents, keys: keys)
        // The largest first: what is left at the end is small, and shared out well. One deflate stream of TensorFlow's is
        // half of its environment, so nothing may hold it up.
        let missing = contents.indices.filter { layers[$0] == nil }
            .sorted { (Self.size(contents[$0]), $1) > (Self.size(contents[$1]), $0) }
        let new = try store.batch { batch in
            try workers.map(longestFirst: missing) { index in
                let layer = try make(contents[index], in: batch)
                made(layer)
                return layer
            }
        }
        try store.setRecords(
            kind: LayerRecord.kind, zip(missing, new).map { (keys[$0], LayerRecord.bytes($1)) })
        for (index, layer) in zip(missing, new) { layers[index] = layer }
        return layers.compactMap(\.self)
    }

    /// The layers that the store has, by their place.
    private func found(_ contents: [LayerContent], keys: [String]) throws -> [Layer?] {
        let records = try store.records(kind: LayerRecord.kind, keys: keys)
        return try zip(contents, keys).map { content, key in
            guard let record = records[key],
                let layer = LayerRecord.layer(record, title: content.title, compression: format.compression),
                try store.size(of: layer.blob.digest) == layer.blob.size
            else { return nil }
            return layer
        }
    }

    private func make(_ content: LayerContent, in batch: BlobBatch) throws -> Layer {
        var facts: (diffID: SHA256Digest, size: UInt64, parts: [Layer.Part])?
        let blob = try batch.insert { writer in
            facts = try LayerWriter(content, format: format, store: store, to: writer).write()
        }
        guard let facts else { preconditionFailure("a blob without an expected digest is always written") }
        return Layer(
            title: content.title, diffID: facts.diffID, blob: blob, size: facts.size,
            compression: format.compression, parts: facts.parts)
    }

    private static func size(_ content: LayerContent) -> UInt64 {
        content.units.reduce(0) { $0 + $1.unit.size }
    }
}
