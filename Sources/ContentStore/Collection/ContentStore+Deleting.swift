internal import Cryptography
internal import FileSystem
internal import GRDB
internal import Glibc
internal import SQLite
internal import SystemPackage

// The second step of a collection: what was discarded is deleted, once no build can rely on it (`ContentStore+Keeping`).
extension ContentStore {
    /// Deletes what removed environments have left and nothing needs any more.
    ///
    /// What a running build may have come across before it was discarded stays noted, and a later call finds it; so does
    /// everything while another process is deleting.
    @discardableResult
    public func collect() throws -> StoreCollection {
        guard try hasDiscarded() else { return StoreCollection() }
        guard let lock = try tryLock(Self.collectingKey, doing: Self.collecting) else {
            return StoreCollection(deferred: try waiting(after: -1).count)
        }
        defer { lock.release() }
        var needs = Needs()
        return try deleteDiscarded(&needs)
    }

    static let collectingKey = "collecting"
    static let collecting = "collecting what nothing needs"

    private func hasDiscarded() throws -> Bool {
        try index.read { try SQLStatement($0, "SELECT 1 FROM discarded LIMIT 1").first { _ in true } ?? false }
    }

    /// - Parameter needs: as far as they are known.
    func deleteDiscarded(_ needs: inout Needs, until isStopped: () -> Bool = { false }) throws -> StoreCollection {
        // First who lives, then what is needed: what builds that have ended meanwhile registered counts.
        let generation = try earliestGeneration()
        try index.read { try needs.refresh($0) }
        var rest = try discarded(until: generation)
        // Trees go before the packages that they link to; the next one is the last of the list.
        rest.sort { $0.order > $1.order }
        var result = StoreCollection()
        var pace = Pace()
        while !rest.isEmpty, !isStopped() {
            var graves: [(StoreContent, FilePath)] = []
            let deleted = try index.write { database in
                try needs.refresh(database)
                var deleted: [(StoreContent, UInt64)] = []
                while let content = rest.popLast() {
                    // Of what was spared meanwhile there is no note any more.
                    guard try Self.takeNote(of: content, from: database), !needs.contains(content) else { continue }
                    try deleteNow(content, database, &deleted, &graves)
                    if pace.isOver { break }
                }
                return deleted
            }
            for (content, bytes) in deleted { result.count(content, bytes: bytes) }
            pace.rest()
            for (content, grave) in graves {
                result.count(content, bytes: try grave.removeAll())
                pace.rest()
            }
        }
        result.add(StoreCollection(deferred: try waiting(after: generation).count { !needs.contains($0) }))
        return result
    }

    private static func takeNote(of content: StoreContent, from database: Database) throws -> Bool {
        let (kind, name) = content.words
        try SQLStatement(database, "DELETE FROM discarded WHERE kind = ? AND name = ?").run(kind, name)
        guard database.changesCount > 0 else { return false }
        try SQLStatement(database, "DELETE FROM sizes WHERE kind = ? AND name = ?").run(kind, name)
        return true
    }

    /// Deletes a file or document; a folder is renamed away, so that nobody sees half of it, and deleted afterwards.
    private func deleteNow(
        _ content: StoreContent, _ database: Database, _ deleted: inout [(StoreContent, UInt64)],
        _ graves: inout [(StoreContent, FilePath)]
    ) throws {
        guard let path = paths.path(of: content) else {
            guard case .record(let kind, let key) = content else { return }
            if try Self.removeRecord(kind: kind, key: key, from: database) { deleted.append((content, 0)) }
            return
        }
        guard let status = try path.status() else { return }
        if status.isFolder {
            graves.append((content, try bury(path)))
        } else if try path.unlink() {
            deleted.append((content, status.size))
        }
    }

    /// Moves a folder to where a sweep finds it should this process be killed.
    private func bury(_ path: FilePath) throws -> FilePath {
        try paths.temporary.makeFolder()
        let grave = paths.temporary.appending(NewFile.uniqueName())
        try path.rename(to: grave)
        return grave
    }

    private func discarded(until generation: Int64) throws -> [StoreContent] {
        try discarded("SELECT kind, name FROM discarded WHERE generation <= ?", generation)
    }

    /// What is noted of later generations.
    private func waiting(after generation: Int64) throws -> [StoreContent] {
        try discarded("SELECT kind, name FROM discarded WHERE generation > ?", generation)
    }

    /// Everything that is noted.
    func allDiscarded() throws -> [StoreContent] { try waiting(after: -1) }

    private func discarded(_ query: String, _ generation: Int64) throws -> [StoreContent] {
        try index.read { database in
            try SQLStatement(database, query).all(generation) { StoreContent(kind: $0.text(0), name: $0.text(1)) }
                .compactMap { $0 }
        }
    }
}

extension StoreContent {
    /// Trees go before the packages that they link to.
    fileprivate var order: Int {
        switch self {
        case .tree: 0
        case .package: 1
        case .base: 2
        case .record: 3
        case .mirror, .log: 4
        case .blob: 5
        }
    }
}
