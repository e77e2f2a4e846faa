internal import ContentStore
internal import Cryptography
internal import Publishing
internal import Units

/// A class archive of Spark's JVM, in the store.
///
/// It follows from Spark, the JVM's build and the place of Spark's jars, which its key is of. Two runs give other bytes, so
/// it is no part of anything that is to be the same everywhere.
struct ClassArchive: Sendable {
    static let kind: RecordKind = "classarchive.1"

    let key: String
    let blob: SHA256Digest
    let size: UInt64

    /// What an environment with it needs of the store.
    var contents: [StoreContent] { [.blob(blob), .record(Self.kind, key: key)] }

    /// The archive as layers take it.
    func unit(of environment: Environment) throws -> Unit {
        let file = UnitFile(
            path: SparkHome.classArchiveName, isExecutable: false, size: size, digest: blob, origin: .artifact)
        return try Unit(
            kind: .classArchive, artifact: blob, name: "class archive of pyspark",
            version: environment.spark?.version ?? "",
            python: environment.python, files: [file])
    }

    /// A key of facts.
    static func key(_ facts: [String]) -> String {
        SHA256Digest(of: (["class archive 1", TrainingProgram.text] + facts).joined(separator: "\0")).hex
    }
}

extension EnvironmentBuilder {
    /// The archive that was made under a key before.
    func known(_ key: String) throws -> ClassArchive? {
        guard let record = try store.record(kind: ClassArchive.kind, key: key),
            let blob = SHA256Digest(hex: String(decoding: record, as: UTF8.self)), let size = try store.size(of: blob)
        else { return nil }
        return ClassArchive(key: key, blob: blob, size: size)
    }
}
