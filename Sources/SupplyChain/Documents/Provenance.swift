public import Cryptography
internal import JSONDocument

/// How an environment came about: a statement of in-toto with a predicate of SLSA's provenance, version 1.
public struct Provenance: Sendable {
    public static let mediaType = "application/vnd.in-toto+json"

    /// What it is about: a name and a digest.
    public struct Subject: Sendable, Hashable {
        public var name: String
        public var digest: SHA256Digest

        public init(name: String, digest: SHA256Digest) {
            self.name = name
            self.digest = digest
        }
    }

    public var subjects: [Subject]
    public var inventory: Inventory
    /// Who has built it, as its users know it.
    public var builder: String

    /// - Parameter builder: a URI (SLSA provenance v1, `builder.id`).
    public init(of subjects: [Subject], _ inventory: Inventory, builder: String = standardBuilder) {
        self.subjects = subjects
        self.inventory = inventory
        self.builder = builder
    }

    /// Whoever ran the program: nobody vouches for more unless the builder is named.
    public static let standardBuilder = "urn:chidori:builder"

    /// Canonical JSON with a line feed at the end: the same inventory and subjects give the same bytes. So it tells no
    /// times, and names every artifact.
    public var bytes: [UInt8] {
        let statement: [String: JSON] = [
            "_type": "https://in-toto.io/Statement/v1",
            "subject": .array(
                subjects.map { ["name": .string($0.name), "digest": ["sha256": .string($0.digest.hex)]] }),
            "predicateType": "https://slsa.dev/provenance/v1",
            "predicate": .object(["buildDefinition": definition, "runDetails": details]),
        ]
        return JSON.object(statement).bytes + [0x0A]
    }

    private var definition: JSON {
        var external: [String: JSON] = [
            "lock": ["digest": ["sha256": .string(inventory.lock.hex)]], "name": .string(inventory.name),
            "platforms": JSON(inventory.platforms), "python": .string(inventory.python),
        ]
        if let version = inventory.version { external["version"] = .string(version) }
        if let base = inventory.base { external["base"] = .string(base.name) }
        return .object([
            "buildType": "urn:chidori:environment:1", "externalParameters": .object(external),
            "internalParameters": .object([]), "resolvedDependencies": .array(dependencies),
        ])
    }

    private var details: JSON {
        let words = inventory.author.split(separator: " ", maxSplits: 1).map(String.init)
        let version: [String: JSON] = [words.first ?? "chidori": .string(words.count == 2 ? words[1] : "")]
        return .object(["builder": .object(["id": .string(builder), "version": .object(version)])])
    }

    /// The lock, the base with its packages, what is delivered, and what that was built with.
    private var dependencies: [JSON] {
        var list: [JSON] = [
            ["name": .string("\(inventory.name).lock.toml"), "digest": ["sha256": .string(inventory.lock.hex)]]
        ]
        if let base = inventory.base {
            list += base.digests.map { ["name": .string(base.name), "digest": ["sha256": .string($0.hex)]] }
        }
        return list + (inventory.delivered + inventory.tools).map(dependency)
    }

    private func dependency(_ component: Inventory.Component) -> JSON {
        var fields: [String: JSON] = [
            "name": .string(component.title), "uri": .string(component.package.description),
        ]
        var digests: [String: JSON] = [:]
        if let digest = component.digest { digests["sha256"] = .string(digest.hex) }
        if let commit = component.commit { digests["gitCommit"] = .string(commit) }
        if !digests.isEmpty { fields["digest"] = .object(digests) }
        if let place = component.place { fields["downloadLocation"] = .string(place) }
        return .object(fields)
    }
}
