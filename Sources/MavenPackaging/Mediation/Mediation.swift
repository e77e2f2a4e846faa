/// How one version of each artifact is chosen.
public enum MediationKind: String, Sendable, CaseIterable {
    /// As Maven: the version that is asked for nearest to the request; of equally near ones the first.
    case nearest
    /// As Ivy and coursier: the latest version that anything asks for.
    case latest
}

/// The versions that were chosen, and what was not.
public struct Mediation: Sendable {
    /// In Maven's order: each before what it brings.
    public var chosen: [ChosenArtifact] = []
    public var leftOut: [LeftOut] = []
    /// Projects of which no repository has a POM: what they need is not known.
    public var withoutPOM: [ModuleVersion] = []
    /// Projects whose POMs were not read, since the request says so.
    public var ignoredPOMs: [ModuleVersion] = []
    /// What is wrong with the POM of something that was chosen.
    var failure: MavenPackagingError?
    /// Projects whose POM cannot be read, and of which nothing but the jar is wanted.
    public var unreadPOMs: [ModuleVersion] = []
    /// What exclusions have kept out.
    public var excluded: Set<ModuleName> = []
    /// What the request's management was applied to.
    public var managed: Set<ArtifactKey> = []

    /// - Throws: ``failure``.
    func checked() throws(MavenPackagingError) -> Mediation {
        if let failure { throw failure }
        return self
    }
}

/// A version that was chosen, and why.
public struct ChosenArtifact: Sendable {
    public var coordinate: ArtifactCoordinate
    /// `compile`, `runtime`, `provided`, `test` or `system`.
    public var scope: String
    public var isOptional: Bool
    /// A file of the machine that builds: there is nothing to fetch.
    public var isAtPath: Bool
    /// From the request's own dependency to the artifact itself.
    public var path: [ArtifactCoordinate]
    /// Everybody who asks for it, in this version or another one, in the order in which they were met.
    public var askers: [Asker]
    public var lost: [LostVersion]
    /// The names it had before.
    public var relocatedFrom: [ModuleVersion]

    /// Whether a program that runs needs it.
    public var isNeededToRun: Bool { !isAtPath && (scope == "compile" || scope == "runtime") }
}

/// One who asks for an artifact.
public struct Asker: Sendable, Hashable {
    /// `nil` for the request itself.
    public var by: ArtifactCoordinate?
    /// The version or range that it asks for.
    public var version: String

    public init(by: ArtifactCoordinate?, version: String) {
        self.by = by
        self.version = version
    }
}

/// A version that was asked for and not chosen.
public struct LostVersion: Sendable, Hashable {
    public enum Reason: Sendable, Hashable {
        /// It is asked for farther from the request than the chosen one.
        case farther
        /// As near, but later.
        case later
        /// A range that must hold does not allow it.
        case outsideRange(String)
        /// The request manages another one.
        case managed
        /// It is lower than the chosen one.
        case lower
    }

    public var version: String
    /// From the request's own dependency to the artifact that was asked for.
    public var path: [ArtifactCoordinate]
    public var reason: Reason
}
