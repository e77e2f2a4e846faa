public import ContentStore
public import Cryptography

/// Every unit that a store describes, by the digest of its tree: wheels' and their bytecode's. For looking after the
/// store; a build asks for the units it needs.
public struct StoredUnits: Sendable {
    private let units: [SHA256Digest: Unit]

    /// Reads the facts of all units; a tree is read when somebody looks into it. Blocks.
    public init(of store: ContentStore) throws {
        var units: [SHA256Digest: Unit] = [:]
        @discardableResult
        func add(_ facts: [UInt8]) throws -> Unit {
            let unit = try store.unit(facts) { unit in
                throw UnitsError(
                    .damagedRecord, unit.description, "has lost its description in the store",
                    advice: "build again what uses it, which makes it anew")
            }
            units[unit.treeDigest] = unit
            return unit
        }
        // A record that cannot be read describes nothing; `StoreVerification` drops it.
        for facts in try store.allRecords(UnitCatalog.kind) { _ = try? add(facts) }
        for record in try store.allRecords(BytecodeCompiler.kind) { _ = try? Bytecode(record: record, unit: add) }
        self.units = units
    }

    /// All of them, in no order.
    public var all: [Unit] { Array(units.values) }

    /// The unit of a tree; `nil` where nothing describes it any more.
    public subscript(tree: SHA256Digest) -> Unit? { units[tree] }
}

extension ContentStore {
    fileprivate func allRecords(_ kind: RecordKind) throws -> [[UInt8]] {
        Array(try records(kind: kind, keys: recordKeys(kind: kind)).values)
    }
}
