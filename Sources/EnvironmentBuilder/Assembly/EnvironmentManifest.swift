public import Cryptography
internal import JSONDocument
internal import Publishing
internal import PythonPackaging
public import Recipes
internal import Units

/// What an environment says of itself: `ENV/chidori.json`, and what the store keeps of it.
///
/// Nothing in it depends on where or when the environment was made, so the file is the same bytes everywhere.
public struct EnvironmentManifest: Sendable, Equatable {
    /// One unit of the environment.
    public struct Unit: Sendable, Equatable {
        public var name: String
        public var version: String
        /// The digest of the file it came from.
        public var artifact: SHA256Digest
        /// The digest of its tree.
        public var tree: SHA256Digest
        /// The bytecode beside it, in a delivered environment that has some.
        public var bytecode: Bytecode?
        /// Of a jar: coordinates from what the recipe asks for to the one that brings it; empty for what it asks for.
        public var requiredBy: [String] = []

        /// Whether it is a jar: those are called `group:artifact`, as no package is.
        public var isJar: Bool { name.contains(":") }
    }

    /// The bytecode of a unit, as one build of the interpreter made it.
    public struct Bytecode: Sendable, Equatable {
        public var artifact: SHA256Digest
        public var tree: SHA256Digest
    }

    public var id: EnvironmentID
    public var name: String
    public var version: String?
    public var python: String
    public var platform: String
    public var variables: [String: String]
    /// The digest of the lock's text.
    public var lock: SHA256Digest
    /// In the environment's order.
    public var units: [Unit]

    /// What is no jar, in the environment's order.
    public var packages: [Unit] { units.filter { !$0.isJar } }
    /// In the order of the class path.
    public var jars: [Unit] { units.filter(\.isJar) }

    /// - Parameter packages: what is delivered, with its bytecode. The environment's identity is without it.
    init(_ environment: Environment, packages: [Package]? = nil) {
        id = environment.id
        name = environment.name
        version = environment.version
        python = environment.python.short
        platform = environment.platform.description
        variables = environment.variables
        lock = environment.lock
        units = (packages ?? environment.units.map { Package($0) }).map { package in
            Unit(
                name: package.unit.name, version: package.unit.version, artifact: package.unit.artifact,
                tree: package.unit.treeDigest,
                bytecode: package.bytecode.map { Bytecode(artifact: $0.artifact, tree: $0.treeDigest) },
                requiredBy: environment.jarPaths[package.unit.name] ?? [])
        }
    }

    /// Spark's home in the environment; `nil` where it has no PySpark.
    var spark: SparkHome? { SparkHome(units: units.lazy.map(\.name)) }

    /// Canonical JSON with a line feed at the end.
    public var bytes: [UInt8] {
        var fields: [String: JSON] = [
            "format": .integer(1),
            "id": .string(id.description),
            "lock": .string(lock.prefixed),
            "name": .string(name),
            "platform": .string(platform),
            "python": .string(python),
            "units": .array(units.map(\.json)),
            "variables": .object(variables.mapValues(JSON.string)),
        ]
        if let version { fields["version"] = .string(version) }
        return JSON.object(fields).bytes + [UInt8(ascii: "\n")]
    }

    /// Reads a manifest.
    ///
    /// - Parameter name: what a message calls it: the file's path.
    /// - Throws: ``BuilderError`` (`damaged`), or an error about JSON.
    public init(parsing bytes: [UInt8], name document: String) throws {
        func damaged(_ what: String) -> BuilderError {
            BuilderError(.damaged, subject: document, message: "is no environment's manifest: \(what)")
        }
        let json: JSON
        do {
            json = try JSON(parsing: bytes)
        } catch {
            throw damaged("it \(error.message) (at byte \(error.position))")
        }
        guard let fields = json.fields else { throw damaged("no object") }
        func text(_ key: String, in fields: [String: JSON]) throws -> String {
            guard case .string(let text) = fields[key] else { throw damaged("no text '\(key)'") }
            return text
        }
        func digest(_ key: String, in fields: [String: JSON]) throws -> SHA256Digest {
            guard let digest = SHA256Digest(prefixed: try text(key, in: fields)) else {
                throw damaged("no digest '\(key)'")
            }
            return digest
        }
        guard fields["format"] == .integer(1) else { throw damaged("a format this version does not know") }
        guard let id = EnvironmentID(try text("id", in: fields)) else { throw damaged("no id") }
        self.id = id
        name = try text("name", in: fields)
        if case .string(let version) = fields["version"] { self.version = version }
        python = try text("python", in: fields)
        platform = try text("platform", in: fields)
        lock = try digest("lock", in: fields)
        variables = [:]
        if let entries = fields["variables"]?.fields {
            for key in entries.keys { variables[key] = try text(key, in: entries) }
        }
        guard case .array(let entries) = fields["units"] else { throw damaged("no units") }
        units = try entries.map { entry in
            guard let unit = entry.fields else { throw damaged("a unit that is no object") }
            var bytecode: Bytecode?
            if let fields = unit["bytecode"]?.fields {
                bytecode = Bytecode(
                    artifact: try digest("artifact", in: fields), tree: try digest("tree", in: fields))
            }
            var requiredBy: [String] = []
            if case .array(let path) = unit["required-by"] {
                requiredBy = path.compactMap { if case .string(let text) = $0 { text } else { nil } }
            }
            return Unit(
                name: try text("name", in: unit), version: try text("version", in: unit),
                artifact: try digest("artifact", in: unit), tree: try digest("tree", in: unit), bytecode: bytecode,
                requiredBy: requiredBy)
        }
    }
}

extension EnvironmentManifest.Unit {
    fileprivate var json: JSON {
        var fields: [String: JSON] = [
            "artifact": .string(artifact.prefixed), "name": .string(name), "tree": .string(tree.prefixed),
            "version": .string(version),
        ]
        if let bytecode {
            fields["bytecode"] = .object([
                "artifact": .string(bytecode.artifact.prefixed), "tree": .string(bytecode.tree.prefixed),
            ])
        }
        if !requiredBy.isEmpty { fields["required-by"] = JSON(requiredBy) }
        return .object(fields)
    }
}
