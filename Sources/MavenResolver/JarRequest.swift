public import MavenPackaging

/// Which jars are wanted, and from where.
public struct JarRequest: Sendable {
    /// What is asked for by name, in order.
    public var roots: [Root]
    /// Versions that hold wherever the module turns up below the roots, and for roots without a version.
    public var managed: [JarRequirement]
    /// POMs whose management counts after that.
    public var boms: [ModuleVersion]
    /// Asked in this order, before those of the settings and Maven's own.
    public var repositories: [JarRepository]
    /// Whether Maven's own repository is asked at last, or the mirror in its place.
    public var usesDefaultRepository = true
    public var mediation: MediationKind
    /// The environment's Scala, `2.13`: the suffix of what is asked for with `::`, and what every jar must be made for.
    public var scala: String?
    /// The environment's Spark, `4.0.1`: connectors of its group must be of its minor version.
    public var spark: String?
    /// What the environment has from elsewhere, such as Spark's own jars.
    public var provided: [ProvidedModule]
    /// Versions that an older lock chose of ranges, and that are taken again where they still lie in them.
    public var kept: [ModuleName: String] = [:]
    /// Whose POMs are not read: their jars are taken without what they need.
    public var ignoredPOMs: [Exclusion] = []
    public var target: MavenTarget

    public init(
        roots: [Root], managed: [JarRequirement] = [], boms: [ModuleVersion] = [], repositories: [JarRepository] = [],
        mediation: MediationKind = .nearest, scala: String? = nil, spark: String? = nil,
        provided: [ProvidedModule] = [], target: MavenTarget = MavenTarget()
    ) {
        self.roots = roots
        self.managed = managed
        self.boms = boms
        self.repositories = repositories
        self.mediation = mediation
        self.scala = scala
        self.spark = spark
        self.provided = provided
        self.target = target
    }

    /// A jar that is asked for, and what is not wanted of what it brings.
    public struct Root: Sendable {
        public var requirement: JarRequirement
        public var exclusions: [Exclusion]

        public init(_ requirement: JarRequirement, exclusions: [Exclusion] = []) {
            self.requirement = requirement
            self.exclusions = exclusions
        }
    }

    /// The request as mediation takes it.
    ///
    /// - Throws: `MavenPackagingError.Code.badCoordinate` for `::` where the environment's Scala is not known.
    func dependencies() throws -> DependencyRequest {
        let roots = try roots.map { root in
            var entry = try entry(root.requirement)
            entry.exclusions = root.exclusions
            return entry
        }
        var request = DependencyRequest(
            roots: roots, managed: try managed.map(entry), imports: boms, provided: provided, kept: kept)
        request.ignoredPOMs = ignoredPOMs
        return request
    }

    /// What a chosen version makes superfluous: exclusions that keep nothing out, and constraints on what nothing needs.
    func unused(in mediation: Mediation) -> [MavenNotice] {
        var unused: [MavenNotice] = []
        for root in roots {
            // That everything is excluded is said of what brings nothing too, or of a POM that cannot be read.
            for exclusion in root.exclusions where exclusion != .everything {
                if mediation.excluded.contains(where: exclusion.matches) { continue }
                unused.append(.unusedExclusion(exclusion, of: root.requirement))
            }
        }
        let leftOut = Set(mediation.leftOut.map(\.coordinate.key))
        for constraint in managed {
            var meant = constraint
            if constraint.takesScalaSuffix, let scala { meant.artifact += "_\(scala)" }
            if mediation.managed.contains(meant.key) || leftOut.contains(meant.key) { continue }
            unused.append(.unusedConstraint(constraint))
        }
        return unused
    }

    private func entry(_ requirement: JarRequirement) throws -> POMDependency {
        var artifact = requirement.artifact
        if requirement.takesScalaSuffix {
            guard let scala else {
                throw MavenPackagingError(
                    .badCoordinate, "\(requirement)",
                    "takes the suffix of the environment's Scala, and the environment has none",
                    advice: "write the artifact's name with its suffix, as \(artifact)_2.13")
            }
            artifact += "_\(scala)"
        }
        var entry = POMDependency(group: requirement.group, artifact: artifact, version: requirement.version)
        entry.type = requirement.type
        entry.classifier = requirement.classifier.isEmpty ? nil : requirement.classifier
        return entry
    }
}

/// A repository that a recipe names.
public struct JarRepository: Sendable, Hashable {
    /// What mirrors and servers of the settings call it.
    public var id: String
    /// `https`, `http` or `file`.
    public var url: String
    public var hasReleases: Bool
    public var hasSnapshots: Bool

    /// - Parameter id: the URL itself if `nil`.
    public init(id: String? = nil, url: String, hasReleases: Bool = true, hasSnapshots: Bool = true) {
        self.id = id ?? url
        self.url = url
        self.hasReleases = hasReleases
        self.hasSnapshots = hasSnapshots
    }

    init(_ repository: POMRepository) {
        self.init(
            id: repository.id, url: repository.url, hasReleases: repository.hasReleases,
            hasSnapshots: repository.hasSnapshots)
    }
}
