/// A POM as it is written: nothing inherited, nothing interpolated. Of Maven's model, what decides which artifacts a
/// project needs.
public struct POM: Sendable {
    public var parent: Parent?
    public var group: String?
    public var artifact: String
    public var version: String?
    /// `jar` where the POM says none.
    public var packaging: String
    /// What else `${project.…}` may name: `name`, `url`, `description`, `inceptionYear`.
    public var facts: [String: String]
    public var properties: [String: String]
    public var dependencies: [POMDependency]
    public var managed: [POMDependency]
    public var profiles: [POMProfile]
    public var relocation: Relocation?
    public var repositories: [POMRepository]

    /// Where a POM inherits from.
    public struct Parent: Sendable, Hashable {
        public var group: String
        public var artifact: String
        /// May be a range.
        public var version: String
    }

    /// Where a project has gone; what is `nil` stayed as it was.
    public struct Relocation: Sendable, Hashable {
        public var group: String?
        public var artifact: String?
        public var version: String?
        public var message: String?

        public init(group: String?, artifact: String?, version: String?, message: String?) {
            self.group = group
            self.artifact = artifact
            self.version = version
            self.message = message
        }
    }
}

/// A dependency, or the management of one, as a POM writes it. Every text may hold `${…}`.
public struct POMDependency: Sendable, Hashable {
    public var group: String
    public var artifact: String
    public var version: String?
    public var type = "jar"
    public var classifier: String?
    public var scope: String?
    public var optional: String?
    public var isAtPath = false
    public var exclusions: [Exclusion] = []

    public init(group: String, artifact: String, version: String?) {
        self.group = group
        self.artifact = artifact
        self.version = version
    }

    /// What two entries of one list must differ in, or one takes the other's place.
    struct ManagementKey: Hashable {
        let group: String
        let artifact: String
        let type: String
        let classifier: String?
    }

    var managementKey: ManagementKey {
        ManagementKey(group: group, artifact: artifact, type: type, classifier: classifier)
    }

    /// Management that stands for all of another POM's.
    var isImport: Bool { type == "pom" && scope == "import" }
}

/// What is left out of everything that a dependency brings; `*` stands for any.
public struct Exclusion: Sendable, Hashable, Comparable, CustomStringConvertible {
    public var group: String
    public var artifact: String

    public init(group: String, artifact: String) {
        self.group = group
        self.artifact = artifact
    }

    /// Reads `group:artifact`, where either may be `*`.
    ///
    /// - Throws: `MavenPackagingError.Code.badCoordinate`.
    public init(_ text: String) throws(MavenPackagingError) {
        let words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 2, words.allSatisfy({ $0 == "*" || NameRules.isName($0) }) else {
            throw MavenPackagingError(
                .badCoordinate, "'\(text)'",
                words.count == 2
                    ? "is nothing that can be excluded" : "is not group:artifact, of which either may be *",
                advice: words.count == 1 && NameRules.isName(text)
                    ? "write \(text):* for all of a group, or *:\(text)" : "write it as group:artifact")
        }
        self.init(group: words[0], artifact: words[1])
    }

    public static var everything: Exclusion { Exclusion(group: "*", artifact: "*") }

    public func matches(_ module: ModuleName) -> Bool {
        (artifact == "*" || artifact == module.artifact) && (group == "*" || group == module.group)
    }

    public var description: String { "\(group):\(artifact)" }

    public static func < (a: Self, b: Self) -> Bool { (a.artifact, a.group) < (b.artifact, b.group) }
}

/// A repository that a POM names.
public struct POMRepository: Sendable, Hashable {
    public var id: String
    public var url: String
    public var hasReleases: Bool
    public var hasSnapshots: Bool

    public init(id: String, url: String, hasReleases: Bool = true, hasSnapshots: Bool = true) {
        self.id = id
        self.url = url
        self.hasReleases = hasReleases
        self.hasSnapshots = hasSnapshots
    }
}

/// What a POM adds to itself under conditions.
public struct POMProfile: Sendable {
    public var id: String
    public var activation: Activation?
    public var properties: [String: String]
    public var dependencies: [POMDependency]
    public var managed: [POMDependency]
    public var repositories: [POMRepository]

    /// When a profile counts: all conditions that are there must hold.
    public struct Activation: Sendable {
        public var byDefault = false
        public var jdk: String?
        public var system: System?
        public var property: (name: String, value: String?)?
        public var file: (exists: String?, missing: String?)?

        /// Conditions on the operating system; each may start with `!`.
        public struct System: Sendable {
            public var name: String?
            public var family: String?
            public var arch: String?
            public var version: String?
        }
    }
}
