internal import BaseImages
internal import ContentStore
internal import Cryptography
internal import Publishing
internal import PythonPackaging
internal import SystemPackage
internal import Units

/// What is known of a lock's folder once it was published: enough to publish it again without reading the lock, the
/// wheels or the units.
///
/// It follows from the lock's text, the settings and the interpreter alone, and nothing in it is believed blindly: the
/// first two are in the key, the interpreter is looked for again, and all that the folder needs must still be there.
struct KnownFolder: Equatable {
    private static let kind: RecordKind = "folder.2"

    /// What the lock is for, with its patch level where it has one.
    var python: PythonVersion
    /// As ``EnvironmentBuilder/KnownFolder/fingerprint(of:)`` has it.
    var interpreter: String
    /// The delivered one, with its bytecode.
    var manifest: EnvironmentManifest

    init(_ manifest: EnvironmentManifest, python: PythonVersion, interpreter: Interpreter) {
        self.manifest = manifest
        self.python = python
        self.interpreter = Self.fingerprint(of: interpreter)
    }

    /// Everything about an interpreter that a folder depends on.
    static func fingerprint(of interpreter: Interpreter) -> String {
        let facts = [
            interpreter.path.string, interpreter.version.description, interpreter.build.key.hex, interpreter.cLibrary,
        ]
        return SHA256Digest(of: facts.joined(separator: "\0")).hex
    }

    /// What a folder follows from, the interpreter left out.
    ///
    /// - Parameters:
    ///   - lock: the digest of the lock's text.
    ///   - file: the lock's file name, after which an environment without a recipe is named.
    static func key(
        lock: SHA256Digest, file: String, settings: BuilderSettings, bytecode: Bool?
    ) -> String {
        let facts = [
            lock.hex, file, settings.python?.description ?? "",
            settings.platforms.map(\.description).joined(separator: ","),
            bytecode.map(String.init) ?? "", HostMachine.current.description, UnitCatalog.format,
        ]
        return SHA256Digest(of: facts.joined(separator: "\0")).hex
    }

    /// What is known under a key; `nil` if that is nothing that this version understands.
    init?(_ key: String, in store: ContentStore) throws {
        guard let record = try store.record(kind: Self.kind, key: key) else { return nil }
        let lines = record.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, let python = try? PythonVersion(String(decoding: lines[0], as: UTF8.self)),
            let manifest = try? EnvironmentManifest(parsing: Array(lines[2]), name: "folder")
        else { return nil }
        self.python = python
        interpreter = String(decoding: lines[1], as: UTF8.self)
        self.manifest = manifest
    }

    func keep(as key: String, in store: ContentStore) throws {
        let record = Array("\(python)\n\(interpreter)\n".utf8) + manifest.bytes
        guard try store.record(kind: Self.kind, key: key) != record else { return }
        try store.setRecord(kind: Self.kind, key: key, value: record)
    }
}

extension EnvironmentManifest {
    /// The names of the packages' folders, in the environment's order.
    var packageFolders: [String] {
        units.map { Package.folderName(tree: $0.tree, bytecode: $0.bytecode?.tree) }
    }

    /// The files that its units, and their bytecode, were made of.
    var artifacts: [SHA256Digest] {
        units.map(\.artifact) + units.compactMap { $0.bytecode?.artifact }
    }

    /// Without what is delivered beside the units: the environment's identity.
    var identity: EnvironmentManifest {
        var identity = self
        for index in identity.units.indices { identity.units[index].bytecode = nil }
        return identity
    }
}
