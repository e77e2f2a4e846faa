/// Makes of POMs what they mean: parents are merged in, then everything is interpolated, then management is imported and
/// applied. What has been made is kept.
public struct ProjectDescriptions: Sendable {
    private let target: MavenTarget
    private let profiles: ProfileSelection
    private var inherited: [ModuleVersion: InheritedPOM] = [:]
    private var described: [ModuleVersion: ProjectDescription] = [:]
    /// What each of them imports.
    private var imports: [ModuleVersion: [ModuleVersion]] = [:]
    /// What cannot be made, and why: it is not tried for everybody who asks.
    private var failed: [ModuleVersion: MavenPackagingError] = [:]
    private let limits: POMLimits
    /// What the texts of what has been made, or is being made, have become, in bytes.
    private var expanded = 0

    public init(target: MavenTarget, limits: POMLimits = POMLimits()) {
        self.target = target
        self.limits = limits
        profiles = ProfileSelection(target: target)
    }

    /// Takes a POM that is in no repository: the request's own.
    mutating func take(_ pom: POM, as project: ModuleVersion) {
        inherited[project] = InheritedPOM(pom, profiles)
    }

    /// What a project's POM means, relocations not followed.
    ///
    /// While something is pending, as much as can be known by now has been asked of the source.
    ///
    /// - Throws: `MavenPackagingError` about the POM, its parents or its imports; what the source throws.
    public mutating func description(
        of project: ModuleVersion, from source: inout some POMSource
    ) throws -> Lookup<ProjectDescription> {
        try description(of: project, from: &source, importedBy: [])
    }

    /// Why a project could not be described when it was asked for.
    public func failure(of project: ModuleVersion) -> MavenPackagingError? { failed[project] }

    /// The POMs that a project's meaning was made of: its own, its parents and what they import.
    public func sources(of project: ModuleVersion) -> Set<ModuleVersion> {
        var sources: Set<ModuleVersion> = []
        var followed: Set<ModuleVersion> = []
        var pending = [project]
        while let next = pending.popLast() {
            guard followed.insert(next).inserted else { continue }
            sources.formUnion(inherited[next]?.sources ?? [])
            pending += imports[next] ?? []
        }
        return sources
    }

    private mutating func description(
        of project: ModuleVersion, from source: inout some POMSource, importedBy chain: [ModuleVersion]
    ) throws -> Lookup<ProjectDescription> {
        if let known = described[project] { return .found(known) }
        if let error = failed[project] { throw error }
        do {
            return try make(project, from: &source, importedBy: chain)
        } catch let error as MavenPackagingError {
            // What leads too far, or back, from one may not from another.
            if chain.isEmpty || ![.importCycle, .tooManyPOMs].contains(error.code) { failed[project] = error }
            throw error
        }
    }

    private mutating func make(
        _ project: ModuleVersion, from source: inout some POMSource, importedBy chain: [ModuleVersion]
    ) throws -> Lookup<ProjectDescription> {
        let model: InheritedPOM
        switch try inherited(project, from: &source, below: []) {
        case .found(let found): model = found
        case .missing: return .missing
        case .pending: return .pending
        }
        let interpolate = Interpolation(
            pom: model.pom, target: target, subject: "\(project)", limits: limits, spent: expanded)
        var counted = 0
        var isMade = false
        defer { if !isMade { expanded -= counted } }
        var managed: [POMDependency] = []
        var imports: [ModuleVersion] = []
        for entry in model.pom.managed {
            let entry = try Self.interpolated(entry, interpolate)
            if entry.isImport {
                imports.append(
                    ModuleVersion(group: entry.group, artifact: entry.artifact, version: entry.version ?? ""))
            } else {
                managed.append(entry)
            }
        }
        counted = interpolate.length
        expanded += counted
        switch try imported(imports, into: managed, of: project, from: &source, chain + [project]) {
        case .found(let all): managed = all
        case .missing, .pending: return .pending
        }
        let dependencies = try model.pom.dependencies.map { try Self.interpolated($0, interpolate) }
        let result = ProjectDescription(
            project: project, packaging: try interpolate(model.pom.packaging),
            dependencies: Self.manage(dependencies, by: managed).map(Dependency.init), managed: managed,
            relocation: try model.pom.relocation.map { given in
                POM.Relocation(
                    group: try interpolate(given.group), artifact: try interpolate(given.artifact),
                    version: try interpolate(given.version), message: try interpolate(given.message))
            },
            repositories: model.pom.repositories)
        described[project] = result
        self.imports[project] = imports
        expanded += interpolate.length - counted
        isMade = true
        return .found(result)
    }

    // MARK: - Parents

    private mutating func inherited(
        _ project: ModuleVersion, from source: inout some POMSource, below children: [ModuleVersion]
    ) throws -> Lookup<InheritedPOM> {
        if let known = inherited[project] { return .found(known) }
        guard !children.contains(project) else {
            throw MavenPackagingError(
                .parentCycle, "\(children[0])",
                "has parents that lead back to themselves: "
                    + (children + [project]).map(\.description).joined(separator: " → "),
                advice: "use a version whose POM is sound, or exclude it")
        }
        guard children.count < limits.chain else { throw limits.tooLong(children[0], "parents") }
        let pom: POM
        switch try source.pom(of: project) {
        case .found(let found): pom = found
        case .missing: return .missing
        case .pending: return .pending
        }
        var model = InheritedPOM(pom, profiles)
        model.sources = [project]
        if let parent = pom.parent {
            let id: ModuleVersion
            switch try self.project(of: parent, child: project, from: &source) {
            case .found(let found): id = found
            case .missing, .pending: return .pending
            }
            switch try inherited(id, from: &source, below: children + [project]) {
            case .found(let found): model.inherit(from: found)
            case .pending: return .pending
            case .missing:
                throw MavenPackagingError(
                    .missingParent, "\(project)", "has the parent \(id), which is in no repository",
                    advice: "name the repository that has it, or use a version whose parent is published")
            }
        }
        inherited[project] = model
        return .found(model)
    }

    /// The version of a parent, which may be asked for by a range.
    private func project(
        of parent: POM.Parent, child: ModuleVersion, from source: inout some POMSource
    ) throws -> Lookup<ModuleVersion> {
        let module = ModuleName(group: parent.group, artifact: parent.artifact)
        let constraint = try VersionConstraint(parent.version)
        guard constraint.isHard else { return .found(ModuleVersion(module, parent.version)) }
        switch try source.listing(of: module) {
        case .found(let listing):
            guard let best = listing.versions.map(MavenVersion.init).filter(constraint.allows).max() else {
                throw MavenPackagingError(
                    .unmetRange, "\(child)",
                    "has the parent \(module) \(constraint), and no repository has such a version",
                    advice: "name the repository that has it")
            }
            return .found(ModuleVersion(module, best.text))
        case .missing:
            throw MavenPackagingError(
                .missingParent, "\(child)", "has the parent \(module), of which no repository lists versions",
                advice: "name the repository that has it")
        case .pending: return .pending
        }
    }

    // MARK: - Management

    /// Adds what is imported: what a project says itself comes first, then the first import.
    private mutating func imported(
        _ imports: [ModuleVersion], into own: [POMDependency], of project: ModuleVersion,
        from source: inout some POMSource, _ chain: [ModuleVersion]
    ) throws -> Lookup<[POMDependency]> {
        guard !imports.isEmpty else { return .found(own) }
        guard chain.count <= limits.chain else { throw limits.tooLong(chain[0], "imports") }
        var sources: [[POMDependency]] = []
        var isPending = false
        for id in imports {
            guard !chain.contains(id) else {
                throw MavenPackagingError(
                    .importCycle, "\(project)",
                    "imports management that leads back to itself: "
                        + (chain + [id]).map(\.description).joined(separator: " → "),
                    advice: "use a version whose POM is sound, or exclude it")
            }
            switch try description(of: id, from: &source, importedBy: chain) {
            case .found(let found): sources.append(found.managed)
            case .pending: isPending = true
            case .missing where project == DependencyRequest.project:
                throw MavenPackagingError(
                    .missingImport, "\(id)", "is named as a BOM, and is in no repository",
                    advice: "check its group, artifact and version, or name the repository that has it")
            case .missing:
                throw MavenPackagingError(
                    .missingImport, "\(project)", "imports the management of \(id), which is in no repository",
                    advice: "name the repository that has it")
            }
        }
        if isPending { return .pending }
        return .found(
            InheritedPOM.merged(
                InheritedPOM.merged([], own, isDominant: true), sources.flatMap { $0 }, isDominant: false))
    }

    /// Fills what dependencies leave open from their management, and gives them a scope.
    private static func manage(_ dependencies: [POMDependency], by managed: [POMDependency]) -> [POMDependency] {
        var result = dependencies
        // Where a project names one thing twice, the last one is managed.
        var places: [POMDependency.ManagementKey: Int] = [:]
        for (index, dependency) in result.enumerated() { places[dependency.managementKey] = index }
        for entry in managed {
            guard let index = places[entry.managementKey] else { continue }
            result[index].version = result[index].version ?? entry.version
            result[index].scope = result[index].scope ?? entry.scope
            if result[index].exclusions.isEmpty { result[index].exclusions = entry.exclusions }
            if entry.isAtPath { result[index].isAtPath = true }
        }
        for index in result.indices where result[index].scope == nil { result[index].scope = "compile" }
        return result
    }

    // MARK: - Dependencies

    private static func interpolated(
        _ entry: POMDependency, _ interpolate: Interpolation
    ) throws(MavenPackagingError) -> POMDependency {
        var entry = entry
        entry.group = try interpolate(entry.group)
        entry.artifact = try interpolate(entry.artifact)
        entry.version = try interpolate(entry.version)
        entry.type = try interpolate(entry.type)
        entry.classifier = try interpolate(entry.classifier)
        entry.scope = try interpolate(entry.scope)
        entry.optional = try interpolate(entry.optional)
        for index in entry.exclusions.indices {
            entry.exclusions[index].group = try interpolate(entry.exclusions[index].group)
            entry.exclusions[index].artifact = try interpolate(entry.exclusions[index].artifact)
        }
        return entry
    }
}
