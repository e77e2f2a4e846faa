internal import ContentStore
internal import Preflight
internal import PythonPackaging
internal import Recipes
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// Looks at the environments of a recipe's lock, or of a lock, one for each platform, before jobs do. Fetches what is
    /// missing, builds wheels of sources that have none yet, and delivers nothing.
    ///
    /// Of a recipe, what it accepts now counts, whatever it accepted when it was locked.
    ///
    /// - Throws: what reading the lock and fetching throw. What is found is no error here.
    public func check(_ input: EnvironmentInput) async throws -> CheckReport {
        let watch = Stopwatch()
        let located = try await lock(for: input, policy: .asWritten)
        let kept = try await store.keepContents(awaiting: "checking \(located.name)")
        defer { kept.release() }
        let recipe: Recipe?
        switch input.content {
        case .recipe(let own): recipe = own
        case .lock: recipe = located.lock.recipe
        }
        let python = try python(for: located)
        var targets: [CheckReport.Target] = []
        var unused: [[UnusedAcceptance]] = []
        for platform in platforms(of: located) {
            var (subject, id, findings) = try await look(
                at: located, platform: platform, python: python, base: recipe?.base)
            unused.append(Acceptance.apply(recipe?.check.acceptances ?? [], to: &findings))
            targets.append(
                CheckReport.Target(
                    platform: platform, id: id, findings: findings, java: subject?.neededJava?.version,
                    jars: subject?.jars.count ?? 0))
        }
        return CheckReport(
            name: located.name, targets: targets, unused: unusedEverywhere(unused), seconds: watch.seconds)
    }

    private func look(
        at located: LocatedLock, platform: TargetPlatform, python: PythonVersion, base: String?
    ) async throws -> (PreflightSubject?, EnvironmentID?, [Finding]) {
        let missing = located.lock.missing(for: platform, python: python)
        guard missing.isEmpty else {
            let findings = missing.map { package, version, message in
                PreflightSubject.missing(
                    package.description,
                    title: [package.description, version?.description].compactMap(\.self)
                        .joined(separator: " "), message)
            }
            return (nil, nil, findings.inOrder())
        }
        try await fetchMissing(located, python: python, platforms: [platform])
        let environment = try await assemble(located, platform: platform, python: python)
        var (subject, _) = try await subject(environment, located, base: base, beside: located.recipeFolder)
        subject.paths = try await blocking { try SharedPath.all(of: environment.units) }
        return (subject, environment.id, subject.findings())
    }

    /// What a build tells of environments ahead of their delivery: everything but the paths that packages share, which
    /// the delivery finds.
    ///
    /// - Parameter base: the request's, in place of the recipe's.
    /// - Returns: the findings, and whether a base was there wherever one tells the Java.
    func preflight(
        _ environments: [Environment], _ located: LocatedLock, base: String?
    ) async throws -> ([Finding], hasBase: Bool) {
        var all: [Finding] = []
        var hasBases = true
        for environment in environments {
            // A path of the recipe starts from its folder, one of a request from the current one.
            let (subject, hasBase) = try await subject(
                environment, located, base: base ?? located.lock.recipe?.base,
                beside: base == nil ? located.recipeFolder : "")
            hasBases = hasBases && hasBase
            for finding in subject.findings() where !all.contains(finding) { all.append(finding) }
        }
        return (all.inOrder(), hasBases)
    }

    /// Tells a person of a build's findings, and of acceptances that nothing answers to.
    func tell(_ findings: [Finding], _ unused: [UnusedAcceptance]) {
        // Shared paths are told with the delivery that they are in.
        let open = findings.filter { $0.isOpen && $0.rule != .onePath }
        for finding in open.prefix(Self.told) {
            observer(.found(finding.severity, "\(finding.title) \(finding.message) (\(finding.id))"))
        }
        if open.count > Self.told {
            observer(
                .warning("\(open.count - Self.told) more findings; `chidori env check` shows all, with what to do"))
        }
        for one in unused {
            observer(.warning("`\(one.acceptance.conflict)` \(one.message); \(one.advice)"))
        }
    }

    /// So many findings of a build are told one by one.
    private static let told = 8
}

extension SharedPath {
    /// What Python packages bring with different contents.
    static func all(of units: [Unit]) throws -> [SharedPath] {
        let ownership = try PathOwnership(units)
        return ownership.conflicts(between: Array(units.indices)).map { conflict in
            SharedPath(path: conflict.path, packages: conflict.packages.map { units[$0].name })
        }
    }

    /// The same from what a delivery tells.
    init(_ conflict: PathConflict) {
        self.init(
            path: conflict.path,
            packages: conflict.packages.map { $0.split(separator: " ").first.map(String.init) ?? $0 })
    }
}
