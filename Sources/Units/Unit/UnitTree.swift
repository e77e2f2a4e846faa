internal import ContentStore
internal import Cryptography
internal import Synchronization

/// A unit's files as its record lists them: at hand, or read from the store by whoever first looks.
///
/// The record is the bytes of generated files and the tree, each with its length before it.
final class UnitTree: Sendable {
    private enum State {
        case known(UnitFolder)
        case stored(@Sendable () throws -> [UInt8])
    }

    /// What a unit's bare facts answer when asked for files.
    struct Missing: Error {}

    private let state: Mutex<State>

    /// - Throws: ``UnitsError`` (`damagedRecord`).
    init(record: [UInt8]) throws {
        state = Mutex(.known(try Self.root(record)))
    }

    /// - Parameter load: reads the record; called once at most.
    init(load: @escaping @Sendable () throws -> [UInt8]) {
        state = Mutex(.stored(load))
    }

    /// ENV's own folder.
    ///
    /// - Throws: ``UnitsError`` (`damagedRecord`), and what reading throws.
    func root() throws -> UnitFolder {
        try state.withLock { state in
            switch state {
            case .known(let root): return root
            case .stored(let load):
                let root = try Self.root(load())
                state = .known(root)
                return root
            }
        }
    }

    /// The record as the store keeps it.
    func record() throws -> [UInt8] { try root().record }

    private static func root(_ record: [UInt8]) throws -> UnitFolder {
        try readingRecord {
            var reader = RecordReader(record)
            let generated = try reader.stretch()
            let tree = try reader.stretch()
            try reader.expectEnd()
            return UnitFolder(record: record, generated: generated, range: tree)
        }
    }
}

extension ContentStore {
    private static let kind: RecordKind = "unittree.1"

    /// Keeps units' trees, all or none.
    func setTrees(of units: [Unit]) throws {
        try setRecords(kind: Self.kind, units.map { (Self.key($0.artifact, $0.treeDigest), try $0.tree.record()) })
    }

    /// A unit whose tree this store keeps, from its facts.
    ///
    /// - Parameter lost: makes the tree again where the store has lost it.
    /// - Throws: ``UnitsError`` (`damagedRecord`).
    func unit(_ record: [UInt8], lost: @escaping @Sendable (Unit) throws -> [UInt8]) throws -> Unit {
        try Unit(record: record) { unit in
            if let tree = try self.record(kind: Self.kind, key: Self.key(unit.artifact, unit.treeDigest)) {
                return tree
            }
            return try lost(unit)
        }
    }

    private static func key(_ artifact: SHA256Digest, _ tree: SHA256Digest) -> String { "\(artifact.hex) \(tree.hex)" }
}
