/// A dependency, or the management of one, as a project means it: inherited, interpolated, managed.
public struct Dependency: Sendable, Hashable {
    public var key: ArtifactKey
    /// A version or a range; empty where nothing says one.
    public var version: String
    /// Empty where management says none.
    public var scope: String
    /// `nil` where nothing is said of it.
    public var optional: Bool?
    public var exclusions: [Exclusion]
    /// Its artifact holds what it depends on itself.
    public var isWhole: Bool
    /// A file of the machine that builds, not of a repository.
    public var isAtPath: Bool

    public init(
        _ key: ArtifactKey, version: String, scope: String = "compile", optional: Bool? = nil,
        exclusions: [Exclusion] = [], isWhole: Bool = false, isAtPath: Bool = false
    ) {
        self.key = key
        self.version = version
        self.scope = scope
        self.optional = optional
        self.exclusions = exclusions
        self.isWhole = isWhole
        self.isAtPath = isAtPath
    }

    /// What an entry of a POM means.
    init(_ entry: POMDependency) {
        let type = ArtifactType(entry.type)
        self.init(
            ArtifactKey(
                ModuleName(group: entry.group, artifact: entry.artifact), fileExtension: type.fileExtension,
                classifier: entry.classifier ?? type.classifier),
            version: entry.version ?? "", scope: entry.scope ?? "",
            optional: entry.optional.map { $0.lowercased() == "true" }, exclusions: entry.exclusions,
            isWhole: type.isWhole, isAtPath: entry.isAtPath)
    }

    public var isOptional: Bool { optional ?? false }
    public var coordinate: ArtifactCoordinate { ArtifactCoordinate(key, version) }
}

/// What a POM comes to, as far as its dependants need it.
public struct ProjectDescription: Sendable {
    public var project: ModuleVersion
    public var packaging: String
    public var dependencies: [Dependency]
    /// Of the POM, its parents and what they import; for those who import it in turn.
    public var managed: [POMDependency]
    public var relocation: POM.Relocation?
    /// What the POM and its parents name: told, never asked.
    public var repositories: [POMRepository]

    public init(
        project: ModuleVersion, packaging: String = "jar", dependencies: [Dependency] = [],
        managed: [POMDependency] = [], relocation: POM.Relocation? = nil, repositories: [POMRepository] = []
    ) {
        self.project = project
        self.packaging = packaging
        self.dependencies = dependencies
        self.managed = managed
        self.relocation = relocation
        self.repositories = repositories
    }
}
