internal import Cryptography
internal import GRDB
internal import SQLite

/// What the environments of the index need, each list parsed once and counted.
struct Needs {
    private struct Entry {
        let document: SHA256Digest
        let contents: [Int]
    }

    private var numbers: [StoreContent: Int] = [:]
    private var contents: [StoreContent] = []
    /// How many environments need it, by its number.
    private var counts: [Int] = []
    private var environments: [SHA256Digest: Entry] = [:]

    init() {}

    init(_ database: Database) throws {
        try refresh(database)
    }

    /// Whether some environment needs it.
    func contains(_ content: StoreContent) -> Bool { numbers[content].map { counts[$0] > 0 } ?? false }

    /// The ids of the environments, the digests of needed blobs, and those in the names of needed packages, as keys of
    /// documents have them.
    var digests: Set<Substring> {
        var digests: Set<Substring> = []
        for (number, content) in contents.enumerated() where counts[number] > 0 {
            switch content {
            case .blob(let digest), .base(let digest), .tree(let digest): digests.insert(Substring(digest.hex))
            case .package(let name): digests.formUnion(name.split(separator: "+"))
            case .record, .mirror, .log: break
            }
        }
        return digests
    }

    /// Takes in what has changed in the index since the last time: environments that came, went, or need more.
    mutating func refresh(_ database: Database) throws {
        let rows = try SQLStatement(database, "SELECT id, document FROM environments").all { row in
            (row.withBytes(0) { SHA256Digest(bytes: $0) }, row.withBytes(1) { SHA256Digest(bytes: $0) })
        }
        var present: Set<SHA256Digest> = []
        present.reserveCapacity(rows.count)
        let query = try SQLStatement(database, "SELECT contents FROM environments WHERE id = ?")
        for (id, document) in rows {
            guard let id, let document else { throw ContentStore.unreadable(id) }
            present.insert(id)
            if environments[id]?.document == document { continue }
            let lines = try query.first(id.bytes) { $0.bytes(0) } ?? []
            guard let needed = EnvironmentDocument.contents(lines: lines) else { throw ContentStore.unreadable(id) }
            remove(id)
            add(id, document: document, needed + [.blob(document), .tree(id)])
        }
        for id in environments.keys where !present.contains(id) { remove(id) }
    }

    private mutating func add(_ id: SHA256Digest, document: SHA256Digest, _ needed: [StoreContent]) {
        let entry = Entry(document: document, contents: needed.map { number(of: $0) })
        for number in entry.contents { counts[number] += 1 }
        environments[id] = entry
    }

    /// Counts an environment no more.
    ///
    /// - Returns: what nothing else needs.
    @discardableResult
    mutating func remove(_ id: SHA256Digest) -> [StoreContent] {
        guard let entry = environments.removeValue(forKey: id) else { return [] }
        var freed: [StoreContent] = []
        for number in entry.contents {
            counts[number] -= 1
            if counts[number] == 0 { freed.append(contents[number]) }
        }
        return freed
    }

    private mutating func number(of content: StoreContent) -> Int {
        if let number = numbers[content] { return number }
        numbers[content] = contents.count
        contents.append(content)
        counts.append(0)
        return contents.count - 1
    }
}
