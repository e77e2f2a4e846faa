internal import Cryptography
internal import GRDB
internal import Glibc
internal import SQLite
internal import SystemPackage

/// The bytes of what is in the store. Each is measured once and remembered in the index: blobs and packages never change,
/// and other folders are measured again where they are not the ones that were measured.
struct StoreSizes {
    private struct Known {
        var stamp: Int64
        var bytes: UInt64
    }

    private let paths: StorePaths
    private var known: [String: [String: Known]] = [:]
    private var fresh: [(content: StoreContent, Known)] = []

    init(_ paths: StorePaths) {
        self.paths = paths
    }

    /// With what the index remembers.
    init(_ paths: StorePaths, remembered database: Database) throws {
        self.paths = paths
        try SQLStatement(database, "SELECT kind, name, stamp, bytes FROM sizes").each { row in
            known[row.text(0), default: [:]][row.text(1)] = Known(
                stamp: row.integer(2), bytes: UInt64(clamping: row.integer(3)))
            return true
        }
    }

    /// The bytes of something on disk; `nil` if it is not there. Documents of the index count nothing.
    mutating func bytes(of content: StoreContent) throws -> UInt64? {
        guard let path = paths.path(of: content) else { return 0 }
        let (kind, name) = content.words
        var stamp: Int64 = 0
        if !content.isImmutable {
            guard let status = try path.status() else { return nil }
            guard status.isFolder else { return status.size }
            stamp = Int64(status.st_mtim.tv_sec) << 30 + Int64(status.st_mtim.tv_nsec)
        }
        if let known = known[kind]?[name], known.stamp == stamp { return known.bytes }
        guard let bytes = try path.totalSize() else { return nil }
        let measured = Known(stamp: stamp, bytes: bytes)
        known[kind, default: [:]][name] = measured
        fresh.append((content, measured))
        return bytes
    }

    /// Writes down what was measured, in short transactions.
    ///
    /// - Parameter gone: what is not there any more.
    mutating func remember(in index: Index, except gone: Set<StoreContent>) throws {
        fresh.removeAll { gone.contains($0.content) }
        while !fresh.isEmpty {
            let part = fresh.suffix(2000)
            try index.write { database in
                let statement = try SQLStatement(
                    database, "INSERT OR REPLACE INTO sizes (kind, name, stamp, bytes) VALUES (?, ?, ?, ?)")
                for (content, known) in part {
                    let (kind, name) = content.words
                    try statement.run(kind, name, known.stamp, Int64(clamping: known.bytes))
                }
            }
            fresh.removeLast(part.count)
        }
    }
}

extension StoreContent {
    /// Whether it never changes as long as it is there.
    fileprivate var isImmutable: Bool {
        switch self {
        case .blob, .package: true
        case .record, .tree, .base, .mirror, .log: false
        }
    }
}
