/// A project of Maven's, whatever its version: group and artifact.
public struct ModuleName: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let group: String
    public let artifact: String

    public init(group: String, artifact: String) {
        self.group = group
        self.artifact = artifact
    }

    /// `group:artifact`.
    public var description: String { "\(group):\(artifact)" }

    public static func < (a: Self, b: Self) -> Bool { (a.group, a.artifact) < (b.group, b.artifact) }
}

/// One version of a project: what has one POM.
public struct ModuleVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let module: ModuleName
    public let version: String

    public init(_ module: ModuleName, _ version: String) {
        self.module = module
        self.version = version
    }

    public init(group: String, artifact: String, version: String) {
        self.init(ModuleName(group: group, artifact: artifact), version)
    }

    /// Whether its path stays in a repository: POMs may name anything as their parent.
    public var namesFile: Bool {
        NameRules.isName(module.group) && NameRules.isName(module.artifact) && NameRules.isVersion(version)
    }

    /// `group:artifact:version`.
    public var description: String { "\(module):\(version)" }

    public static func < (a: Self, b: Self) -> Bool { (a.module, a.version) < (b.module, b.version) }
}
