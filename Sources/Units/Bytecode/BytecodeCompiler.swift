public import ContentStore
internal import Cryptography
public import Workers

/// Makes bytecode for units, once for each unit and build of the interpreter, and keeps it in the store.
///
/// The files are unchecked-hash `.pyc` (PEP 552): Python loads them without looking at the source, so they serve in
/// read-only trees and survive copying. Their bytes depend on the source, its path below ENV and the interpreter's
/// build alone: see ``CanonicalMarshal``. The code carries the relative path as its file name; on import Python puts
/// the real one in its place, so tracebacks show files and lines as ever.
public struct BytecodeCompiler: Sendable {
    static let kind: RecordKind = "bytecode.6"

    /// How far the work is.
    public struct Progress: Sendable, Equatable {
        /// Files compiled or skipped.
        public let done: Int
        /// Files that there are to compile.
        public let total: Int
    }

    private let store: ContentStore
    private let workers: Workers

    /// - Parameter workers: as many interpreters run at once.
    public init(store: ContentStore, workers: Workers) {
        self.store = store
        self.workers = workers
    }

    /// The bytecode that is in the store already, `nil` for units that need compiling. Blocks.
    public func known(_ units: [Unit], build: InterpreterBuild) throws -> [Bytecode?] {
        let buildKey = build.key
        let keys = units.map { Self.key($0, buildKey) }
        let records = try store.records(kind: Self.kind, keys: keys)
        return try keys.map { key in
            guard let record = records[key], let bytecode = try? stored(record, key) else { return nil }
            if let unit = bytecode.unit, try !store.contains(unit.artifact) { return nil }
            return bytecode
        }
    }

    /// The bytecode of some units, compiled where it is not known. Blocks.
    ///
    /// Processes that need the same bytecode make it once: the others wait.
    ///
    /// - Parameter progress: called now and then from the working threads.
    /// - Throws: ``UnitsError`` (`compilationFailed`, `missingArtifact`, `wrongContent`), `ArchiveError`, `StoreError`.
    public func bytecode(
        of units: [Unit], interpreter: Interpreter, progress: @escaping @Sendable (Progress) -> Void = { _ in }
    ) throws -> [Bytecode] {
        let first = try known(units, build: interpreter.build)
        let missing = units.indices.filter { first[$0] == nil }
        if missing.isEmpty { return first.compactMap { $0 } }

        let buildKey = interpreter.build.key
        let keys = Set(missing.map { Self.key(units[$0], buildKey) }).sorted()
        let locks = try keys.map { try store.lock("bytecode-" + $0, doing: "compiling Python modules") }
        defer { for lock in locks { lock.release() } }

        let second = try known(units, build: interpreter.build)
        var wanted: [Unit] = []
        for (unit, known) in zip(units, second) where known == nil && !wanted.contains(unit) { wanted.append(unit) }
        let run = try CompilationRun(
            units: wanted, interpreter: interpreter, store: store, progress: progress
        ) { [store] unit, bytecode in
            if let made = bytecode.unit { try store.setTrees(of: [made]) }
            try store.setRecord(kind: Self.kind, key: Self.key(unit, buildKey), value: bytecode.record)
        }
        let made = try run.run(workers)
        let byTree = Dictionary(zip(wanted.map(\.treeDigest), made)) { first, _ in first }
        return zip(units, second).compactMap { $1 ?? byTree[$0.treeDigest] }
    }

    private func stored(_ record: [UInt8], _ key: String) throws -> Bytecode {
        try Bytecode(record: record) { facts in
            try store.unit(facts) { unit in
                // Nothing but a new compilation tells the tree; the next run sees that it has to be made.
                try store.removeRecord(kind: Self.kind, key: key)
                throw UnitsError(
                    .damagedRecord, "the bytecode of \(unit)",
                    "has lost its description in the store",
                    advice: "run the command again, which makes it anew")
            }
        }
    }

    private static func key(_ unit: Unit, _ buildKey: SHA256Digest) -> String {
        "\(unit.treeDigest.hex) \(buildKey.hex)"
    }
}
