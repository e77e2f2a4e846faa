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
    /// The digests that needed things go by, with how many of those there are.
    private var described: [SHA256Digest: Int] = [:]

    init() {}

    init(_ database: Database) throws {
        try refresh(database)
    }

    /// Whether some environment needs it. What describes an environment, or something that one needs, stays with it:
    /// environments are verified by it, and built faster.
    func contains(_ content: StoreContent) -> Bool {
        if let number = numbers[content], counts[number] > 0 { return true }
        guard case .record(_, let key) = content, key.utf8.count >= 64 else { return false }
        return key.split { !$0.isHexDigit }.contains { word in
            word.utf8.count == 64 && SHA256Digest(hex: word).map { described[$0] != nil } ?? false
        }
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
        for number in entry.contents {
            counts[number] += 1
            guard counts[number] == 1 else { continue }
            for digest in contents[number].digests { described[digest, default: 0] += 1 }
        }
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
            guard counts[number] == 0 else { continue }
            freed.append(contents[number])
            for digest in contents[number].digests {
                if let count = described[digest], count > 1 {
                    described[digest] = count - 1
                } else {
                    described[digest] = nil
                }
            }
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

extension StoreContent {
    /// What keys of documents call it by: an environment's id, a blob's digest, those in the name of a package.
    fileprivate var digests: [SHA256Digest] {
        switch self {
        case .blob(let digest), .base(let digest), .tree(let digest): [digest]
        case .package(let name): name.split(separator: "+").compactMap { SHA256Digest(hex: $0) }
        case .record, .mirror, .log: []
        }
    }
}
