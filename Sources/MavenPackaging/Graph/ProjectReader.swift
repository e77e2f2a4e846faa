/// Asks a source what dependencies mean: which versions there are, what their POMs say, where they have gone.
struct ProjectReader<Source: ProjectSource> {
    private(set) var source: Source
    /// Projects of which no repository has a POM.
    private(set) var withoutPOM: Set<ModuleVersion> = []
    /// Projects whose POMs are not read, since the request says so.
    private(set) var ignoredPOMs: Set<ModuleVersion> = []
    /// Projects whose POM cannot be read, and of which nothing but the jar is wanted.
    private(set) var unreadPOMs: Set<ModuleVersion> = []
    private let kept: [ModuleName: String]
    private let ignored: [Exclusion]

    /// - Parameters:
    ///   - kept: versions that are taken of ranges before later ones.
    ///   - ignored: whose POMs are not read.
    init(_ source: Source, keeping kept: [ModuleName: String] = [:], ignoring ignored: [Exclusion] = []) {
        self.source = source
        self.ignored = ignored
        self.kept = kept
    }

    /// The version of an earlier answer, where it is one of those that there are.
    func kept(of module: ModuleName, among versions: [MavenVersion]) -> MavenVersion? {
        kept[module].flatMap { text in versions.first { $0.text == text } }
    }

    mutating func listing(of module: ModuleName) throws -> Lookup<ModuleListing> { try source.listing(of: module) }

    /// The versions that a dependency may have: its own, or all of a range, the lowest first, up to the one that is kept.
    /// `nil` while pending. All of them are names of files.
    ///
    /// - Parameter isRoot: whether the request itself asks for it.
    mutating func versions(
        of dependency: inout Dependency, isRoot: Bool
    ) throws -> (VersionConstraint, [MavenVersion])? {
        guard !dependency.version.isEmpty else {
            if isRoot {
                throw MavenPackagingError(
                    .badCoordinate, dependency.key.shortName,
                    "is asked for without a version, and no constraint and no BOM of the recipe manages it",
                    advice: "write it as group:artifact:version, such as \(dependency.key.module):1.2.3")
            }
            throw Self.unusable(
                .badPOM, dependency.key.description, "is asked for without a version, and nothing manages it")
        }
        var constraint = try VersionConstraint(dependency.version)
        let isMeta = dependency.version == "LATEST" || dependency.version == "RELEASE"
        if !isMeta, let only = constraint.pinned {
            try check(dependency, only.text)
            return (constraint, [only])
        }
        // Of a range, whatever lies in it: before anybody is asked.
        try check(dependency, "0")
        let module = dependency.key.module
        let listing: ModuleListing
        switch try source.listing(of: module) {
        case .pending: return nil
        case .found(let found): listing = found
        case .missing: listing = ModuleListing(versions: [])
        }
        if isMeta {
            let named = dependency.version == "LATEST" ? listing.latest ?? listing.release : listing.release
            guard let named else {
                throw Self.unusable(
                    .unmetRange, "\(module):\(dependency.version)", "is a version that no repository names")
            }
            let chosen = kept(of: module, among: listing.versions.map(MavenVersion.init)) ?? MavenVersion(named)
            try check(dependency, chosen.text)
            constraint = try VersionConstraint(chosen.text)
            return (constraint, [chosen])
        }
        let versions = Set(listing.versions).filter(NameRules.isVersion).map(MavenVersion.init)
            .filter(constraint.allows)
            .sorted { ($0, $0.text) < ($1, $1.text) }
        guard !versions.isEmpty else {
            let known = listing.versions.map(MavenVersion.init).sorted().suffix(8).map(\.text).joined(separator: ", ")
            throw Self.unusable(
                .unmetRange, "\(module) \(constraint)",
                listing.versions.isEmpty
                    ? "names a range of versions, and no repository lists any"
                    : "has no version in any repository; the latest of \(listing.versions.count) are \(known)")
        }
        // Lower ones stay, should another range rule it out.
        if let kept = kept(of: module, among: versions) { return (constraint, versions.filter { $0 <= kept }) }
        return (constraint, versions)
    }

    struct Described {
        var dependency: Dependency
        var project: ProjectDescription?
        var former: [ModuleVersion] = []
        /// Why its POM, or where that says it has gone, is of no use: an error if it is chosen.
        var failure: MavenPackagingError?
    }

    /// What a dependency's POM says, and where it has been relocated to. `nil` while pending.
    ///
    /// - Parameter alone: nothing that it brings is wanted, so that a POM that cannot be read does no harm.
    mutating func describe(_ dependency: Dependency, alone: Bool) throws -> Described? {
        var result = Described(dependency: dependency)
        if dependency.isAtPath { return result }
        while true {
            let id = result.dependency.coordinate.project
            if ignored.contains(where: { $0.matches(id.module) }) {
                ignoredPOMs.insert(id)
                return result
            }
            let lookup: Lookup<ProjectDescription>
            do {
                lookup = try source.description(of: id)
            } catch let error as MavenPackagingError {
                if alone {
                    unreadPOMs.insert(id)
                    return result
                }
                result.failure = error.orIgnoring(id.module)
                return result
            }
            switch lookup {
            case .pending: return nil
            case .missing:
                withoutPOM.insert(id)
                return result
            case .found(let project):
                result.project = project
                guard let relocation = project.relocation else { return result }
                let former = result.former + [id]
                let module = ModuleName(
                    group: relocation.group ?? id.module.group, artifact: relocation.artifact ?? id.module.artifact)
                let next = ModuleVersion(module, relocation.version ?? id.version)
                do throws(MavenPackagingError) {
                    guard !former.contains(next), former.count < 20 else {
                        throw Self.unusable(
                            .relocationCycle, "\(former[0])",
                            "has relocations that lead back to themselves: "
                                + (former + [next]).map(\.description).joined(separator: " → "))
                    }
                    let key = result.dependency.key.renamed(next.module)
                    try check(ArtifactCoordinate(key, next.version))
                    result.former = former
                    result.dependency.key = key
                    result.dependency.version = next.version
                } catch {
                    return Described(dependency: dependency, failure: error.orIgnoring(dependency.key.module))
                }
            }
        }
    }

    /// What names a file must not lead elsewhere, nor hold what nobody has defined.
    private func check(_ id: ArtifactCoordinate) throws(MavenPackagingError) {
        let words = [id.module.group, id.module.artifact, id.version, id.key.classifier, id.key.fileExtension]
        if let word = words.first(where: { $0.contains("${") }) {
            throw Self.unusable(
                .badProperty, "\(id)", "is asked for with the property \(word), which no POM above it defines")
        }
        guard id.namesFile
        else { throw Self.unusable(.badCoordinate, "\(id)", "is asked for, and is no name of an artifact") }
    }

    private func check(_ dependency: Dependency, _ version: String) throws(MavenPackagingError) {
        if !dependency.isAtPath { try check(ArtifactCoordinate(dependency.key, version)) }
    }

    private static func unusable(
        _ code: MavenPackagingErrorCode, _ subject: String, _ message: String
    ) -> MavenPackagingError {
        MavenPackagingError(
            code, subject, message,
            advice: "exclude it where it comes from, or name a version of it that there is in the recipe")
    }
}

extension MavenPackagingError {
    /// The error, with the way to do without what a POM says.
    func orIgnoring(_ module: ModuleName) -> MavenPackagingError {
        let last = "take its jar without what it needs (jars: ignore-poms: [\"\(module)\"])"
        return MavenPackagingError(
            code, subject, message, advice: advice.map { "\($0); or \(last)" } ?? "use another version, or \(last)",
            cause: cause)
    }

    /// The error with the way to the dependency that it is about.
    func through(_ path: [ArtifactCoordinate]) -> MavenPackagingError {
        guard !path.isEmpty else { return self }
        let told = path.map(\.description).joined(separator: " → ")
        return MavenPackagingError(code, subject, "\(message) (through \(told))", advice: advice, cause: cause)
    }
}
