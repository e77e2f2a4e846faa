internal import Archive
internal import Cryptography
internal import Units

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#endif

/// One entry of a layer's tar.
struct LayerEntry {
    enum Content {
        case directory
        case link(String)
        case bytes([UInt8], isExecutable: Bool, digest: SHA256Digest)
        /// A member of the artifact of the unit with this index.
        case member(unit: Int, index: Int, isExecutable: Bool, size: UInt64, digest: SHA256Digest)
        /// The artifact of the unit with this index, whole.
        case artifact(unit: Int, size: UInt64, digest: SHA256Digest)
    }

    /// From the image's root, without a `/` at either end.
    let path: String
    let content: Content
    /// The part that the entry's bytes are counted for; `nil` for what belongs to no unit.
    let part: Int?
}

/// Puts a layer's entries together.
enum LayerEntries {
    /// Every entry sorted by the bytes of its path, with every parent folder once.
    ///
    /// Throws `pathConflict` if two files share a path, or a file and a folder do.
    static func list(_ content: LayerContent, root: String) throws -> [LayerEntry] {
        let below = root.isEmpty ? "" : root + "/"
        var entries: [LayerEntry] = []
        entries.reserveCapacity(content.units.reduce(content.glue.count) { $0 + $1.unit.fileCount })
        for (index, item) in content.units.enumerated() {
            for file in try item.unit.files() where !item.excludes(file.path) {
                let content: LayerEntry.Content =
                    switch file.origin {
                    case .generated(let bytes):
                        .bytes(bytes, isExecutable: file.isExecutable, digest: file.digest)
                    case .member(let member):
                        .member(
                            unit: index, index: member, isExecutable: file.isExecutable, size: file.size,
                            digest: file.digest)
                    case .artifact: .artifact(unit: index, size: file.size, digest: file.digest)
                    }
                entries.append(LayerEntry(path: below + file.path, content: content, part: index))
            }
        }
        for item in content.glue {
            let content: LayerEntry.Content =
                switch item.content {
                case .file(let bytes, let isExecutable):
                    .bytes(bytes, isExecutable: isExecutable, digest: SHA256Digest(of: bytes))
                case .link(let target): .link(target)
                case .folder: .directory
                }
            let path = item.isOutside ? item.path : below + item.path
            entries.append(LayerEntry(path: path, content: content, part: nil))
        }
        // One unit's files come sorted; only where several meet is there something to do.
        if content.units.count + content.glue.count > 1 { entries.sort { precedes($0.path, $1.path) } }
        return try merge(entries, parents(of: entries), title: content.title)
    }

    /// Every folder above an entry, sorted.
    private static func parents(of entries: [LayerEntry]) -> [LayerEntry] {
        var known: Set<Substring> = []
        for entry in entries {
            var path = entry.path[...]
            while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
                path = path[..<slash]
                guard known.insert(path).inserted else { break }
            }
        }
        return known.map(String.init).sorted(by: precedes)
            .map { LayerEntry(path: $0, content: .directory, part: nil) }
    }

    private static func merge(
        _ entries: [LayerEntry], _ folders: [LayerEntry], title: String
    ) throws -> [LayerEntry] {
        var merged: [LayerEntry] = []
        merged.reserveCapacity(entries.count + folders.count)
        var rest = folders[...]
        for entry in entries {
            while let folder = rest.first, precedes(folder.path, entry.path) {
                merged.append(folder)
                rest.removeFirst()
            }
            if case .directory = entry.content, rest.first?.path == entry.path { continue }
            guard rest.first?.path != entry.path, merged.last?.path != entry.path else {
                throw LayersError(
                    .pathConflict, title, "holds two things at \(entry.path)",
                    advice: "two packages of the environment own this path; leave one of them out")
            }
            merged.append(entry)
        }
        return merged + rest
    }

    /// Whether a path's bytes come before another's.
    private static func precedes(_ a: String, _ b: String) -> Bool {
        let order = a.utf8.withContiguousStorageIfAvailable { first in
            b.utf8.withContiguousStorageIfAvailable { second -> Bool in
                guard let left = first.baseAddress, let right = second.baseAddress else {
                    return first.count < second.count
                }
                let order = memcmp(left, right, min(first.count, second.count))
                return order == 0 ? first.count < second.count : order < 0
            }
        }
        return (order ?? nil) ?? a.utf8.lexicographicallyPrecedes(b.utf8)
    }
}
