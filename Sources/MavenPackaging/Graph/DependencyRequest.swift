/// What a class path is wanted for: the project whose dependencies are resolved, as its POM would say it.
public struct DependencyRequest: Sendable {
    /// What is asked for, in order. One without a version takes the managed one.
    public var roots: [POMDependency]
    /// Versions, scopes and exclusions that hold wherever a dependency turns up below the roots.
    public var managed: [POMDependency]
    /// POMs whose management counts after the request's own; the first that manages a thing wins.
    public var imports: [ModuleVersion]
    /// What is there already: left out with everything that only it brings.
    public var provided: [ProvidedModule]
    /// Versions of an earlier answer: of a range they are taken before later ones, where they still lie in it.
    public var kept: [ModuleName: String]
    /// Whose POMs are not read, so that their artifacts need nothing.
    public var ignoredPOMs: [Exclusion] = []

    public init(
        roots: [POMDependency], managed: [POMDependency] = [], imports: [ModuleVersion] = [],
        provided: [ProvidedModule] = [], kept: [ModuleName: String] = [:]
    ) {
        self.roots = roots
        self.managed = managed
        self.imports = imports
        self.provided = provided
        self.kept = kept
    }

    /// The request that a project's own POM makes: its dependencies, and what it manages. Its parent does not count.
    public init(pom: POM) {
        self.init(roots: pom.dependencies, managed: pom.managed)
    }

    /// A name that no project has: its artifact is none.
    static let project = ModuleVersion(group: "(request)", artifact: "(request)", version: "1")

    /// The request as a POM.
    var pom: POM {
        let imports = imports.map { id in
            var entry = POMDependency(group: id.module.group, artifact: id.module.artifact, version: id.version)
            entry.type = "pom"
            entry.scope = "import"
            return entry
        }
        return POM(
            group: Self.project.module.group, artifact: Self.project.module.artifact, version: Self.project.version,
            packaging: "pom", facts: [:], properties: [:], dependencies: roots, managed: managed + imports,
            profiles: [], repositories: [])
    }
}
