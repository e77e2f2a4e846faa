internal import ContentStore
internal import Cryptography

/// What the store keeps of packages' reaches: lines of `folder NUL target`, under the tree's digest.
extension ContentStore {
    private static let reaches: RecordKind = "reaches.2"

    func setReaches(_ reaches: Set<Reach>, of tree: SHA256Digest) throws {
        let text = reaches.map { "\($0.folder)\0\($0.target)\n" }.sorted().joined()
        try setRecord(kind: Self.reaches, key: tree.hex, value: Array(text.utf8))
    }

    private static let libraries: RecordKind = "libraries.1"

    /// Keeps the names of libraries, a line each.
    func setLibraries(_ names: Set<String>, of tree: SHA256Digest) throws {
        let text = names.filter { !$0.contains("\n") }.sorted().joined(separator: "\n")
        try setRecord(kind: Self.libraries, key: tree.hex, value: Array(text.utf8))
    }

    func libraries(of trees: [SHA256Digest]) throws -> [Set<String>?] {
        let records = try records(kind: Self.libraries, keys: trees.map(\.hex))
        return trees.map { tree in
            records[tree.hex].map {
                Set(String(decoding: $0, as: UTF8.self).split(separator: "\n").map(String.init))
            }
        }
    }

    /// The reaches of each tree; `nil` for one of which the store knows nothing.
    func reaches(of trees: [SHA256Digest]) throws -> [[Reach]?] {
        let records = try records(kind: Self.reaches, keys: trees.map(\.hex))
        return trees.map { tree in
            guard let record = records[tree.hex] else { return nil }
            return String(decoding: record, as: UTF8.self).split(separator: "\n").compactMap { line in
                let parts = line.split(separator: "\0", maxSplits: 1, omittingEmptySubsequences: false)
                return parts.count == 2 ? Reach(folder: String(parts[0]), target: String(parts[1])) : nil
            }
        }
    }
}
