internal import Diagnostics
internal import PubGrub
internal import PythonPackaging
internal import Recipes

extension ResolverMachine {
    /// The error that tells why there is no solution and what to change.
    func explanation(of failure: IncompatibilityID) throws -> ResolverError {
        let report = Report(of: failure, in: solver) {
            packages[$0].project >= 0 && packages[$0].project == packages[$1].project
        }
        let facts = report.lines.flatMap(\.facts)
        for fact in facts {
            guard case .unavailable(let number) = fact.kind, reasons[Int(number)] == .noProject,
                requested.contains(packages[fact.package].project)
            else { continue }
            return try unknownProject(pool.projects[Int(packages[fact.package].project)].name)
        }
        let hints = try hints(for: facts)
        return ResolverError(
            .noSolution, "the recipe on Python \(request.python), \(request.platform)",
            "no choice of versions satisfies it\n" + report.text(in: ResolverWords(machine: self)),
            advice: hints.prefix(5).joined(separator: "\nor: "))
    }

    private func unknownProject(_ name: PackageName) throws -> ResolverError {
        let names = nearest(to: name.description, among: try provider.knownProjects().filter { $0 != name.description })
        return ResolverError(
            .unknownProject, name.description, "is a project that no index knows",
            advice: names.isEmpty
                ? "check the spelling, or name the index that has it" : "did you mean \(names.joined(separator: ", "))?"
        )
    }

    /// What might be changed, most promising first, each once.
    private func hints(for facts: [Report.Fact]) throws -> [String] {
        var hints: [String] = []
        func add(_ hint: String) {
            if !hints.contains(hint) { hints.append(hint) }
        }
        var asked: [String] = []
        for fact in facts {
            guard case .root = packages[fact.package].kind, case .dependency(let other) = fact.kind else { continue }
            for number in requests where pool.all[Int(number)].project == packages[other].project {
                let requirement = pool.all[Int(number)]
                guard requirement.isPlain, !requirement.requirement.specifiers.isEmpty else { continue }
                let text = requirement.textWithoutMarker
                if !asked.contains(text) { asked.append(text) }
            }
        }
        if !asked.isEmpty {
            add("relax \(asked.count > 1 ? "one of " : "")\(asked.joined(separator: ", ")) in the recipe")
        }
        for fact in facts {
            let number = packages[fact.package].project
            guard number >= 0 else { continue }
            let project = pool.projects[Int(number)]
            switch fact.kind {
            case .unavailable(let reason):
                for hint in try remedies(for: reasons[Int(reason)], of: project, fact.versions) { add(hint) }
            case .noVersions:
                let left = project.axis.indices(in: fact.versions).map { project.axis.versions[$0] }
                if let newest = left.last(where: \.isPrerelease) {
                    add("allow pre-releases (prereleases: allow): \(project.name) \(newest) is one")
                }
            case .dependency(let other):
                guard case .python = packages[other].kind,
                    let version = project.axis.indices(in: fact.versions).last
                else { continue }
                if case .file(let file) = project.availability(of: version, for: target),
                    project.listing.files[file].requiresPython != ProjectListing.File.none
                {
                    let text = project.listing.requiresPythons[Int(project.listing.files[file].requiresPython)]
                    add("choose another Python: \(project.name) \(project.axis.versions[version]) needs \(text)")
                }
            }
        }
        if hints.isEmpty {
            var names: [String] = []
            for fact in facts {
                guard case .root = packages[fact.package].kind, case .dependency(let other) = fact.kind,
                    packages[other].project >= 0
                else { continue }
                let name = pool.projects[Int(packages[other].project)].name.description
                if !names.contains(name) { names.append(name) }
            }
            let what = names.isEmpty ? "ask for something else" : "leave out one of \(names.joined(separator: ", "))"
            add("\(names.count == 1 ? "leave out \(names[0])" : what), or override what its dependencies ask for")
            add("name an index or folder that has other versions (--index-url, --find-links)")
        }
        return hints
    }

    private func remedies(for reason: Unavailability, of project: Project, _ versions: VersionSet) throws -> [String] {
        let newest = project.axis.indices(in: versions).last
        switch reason {
        case .noProject:
            let names = nearest(
                to: project.name.description,
                among: try provider.knownProjects().filter { $0 != project.name.description })
            return names.isEmpty ? [] : ["for \(project.name), did they mean \(names.joined(separator: ", "))?"]
        case .onlySourceDistribution, .noWheelForTarget:
            let usable = project.axis.versions.indices.last { index in
                if case .file = project.availability(of: index, for: target) { true } else { false }
            }
            var hints: [String] = []
            if let usable {
                hints.append("\(project.name) \(project.axis.versions[usable]) has a wheel for the target: admit it")
            }
            if let way = wayToBuild(project, project.axis.indices(in: versions)) {
                hints.append("\(way) to have \(project.name) built from its source distribution, which runs its code")
            }
            if reason == .noWheelForTarget {
                if let (version, choice) = nearestChoice(among: project.axis.indices(in: versions), of: project) {
                    hints.append(
                        "choose \(choice), which \(project.name) \(project.axis.versions[version]) has wheels for")
                } else if let place = directPlace(of: project) {
                    hints.append("name a file for the target in place of \(place)")
                } else if usable == nil {
                    hints.append(
                        "name an index or folder that has wheels of \(project.name) for the target (--index-url, --find-links)"
                    )
                }
            }
            return hints
        case .noEggForTarget:
            if let place = directPlace(of: project) {
                return [
                    "name an egg or a wheel of \(project.name) for Python \(request.python) on \(request.platform) in place of "
                        + "\(place), or choose the target that it is for"
                ]
            }
            return [
                "name a folder or page that has an egg or a wheel of \(project.name) for Python \(request.python) on "
                    + "\(request.platform) (--find-links), or choose the target that its eggs are for"
            ]
        case .yanked:
            return newest.map { ["pin \(project.name)==\(project.axis.versions[$0]) to use a version that was yanked"] }
                ?? []
        case .requiresPython(let text):
            return ["choose another Python: \(project.name) needs \(text)"]
        case .badMetadata:
            if let place = directPlace(of: project) {
                return ["make \(place) again, or name another file of \(project.name) in its place"]
            }
            let version = newest.map { " \(project.axis.versions[$0])" } ?? ""
            return ["choose an index with a sound \(project.name)\(version) (--index-url), and tell who runs this one"]
        case .otherHashes, .dependsOnURL, .impossibleRequirement:
            return []
        }
    }

    /// The URL or path that the recipe asks for a project at, if it does.
    private func directPlace(of project: Project) -> String? {
        request.requests.lazy.filter { $0.requirement.name == project.name }.compactMap(\.requirement.url).first
            .map { "`\(withoutCredentials($0))`" }
    }

    /// What a person may change so that one of the versions is built; `nil` where none has a source distribution.
    private func wayToBuild(_ project: Project, _ versions: [Int]) -> String? {
        let hasSource = versions.contains { version in
            project.listing.files(of: version).contains { !project.listing.files[$0].isBuilt }
        }
        guard hasSource else { return nil }
        return switch request.sourceDistributions {
        case .any: nil
        case .listed: "add \(project.name) to `packages`, or set `sdists: any`,"
        case .never: "set `sdists: \(requested.contains(project.number) ? "listed" : "any")`"
        }
    }

    /// What versions that have no wheel for the target have wheels for, as the rest of a sentence about them; of several
    /// the newest is looked at.
    func wheels(of versions: [Int], of project: Project) -> String {
        let isPlural = versions.count > 1
        let plain = Unavailability.noWheelForTarget.clause(isPlural: isPlural)
        guard let newest = versions.last, let coverage = coverage(of: newest, of: project) else { return plain }
        return isPlural
            ? "\(plain) (\(project.axis.versions[newest]) has them for \(coverage.has))"
            : "has wheels for \(coverage.has) but none for \(coverage.lacks)"
    }

    /// The version whose wheels are nearest to the target, of equal ones the newest, and what to choose for it.
    private func nearestChoice(among versions: [Int], of project: Project) -> (version: Int, choice: String)? {
        var best: (version: Int, coverage: WheelCoverage)?
        for version in versions.reversed() {
            guard let coverage = coverage(of: version, of: project) else { continue }
            if coverage.distance < best?.coverage.distance ?? .max { best = (version, coverage) }
        }
        return best.flatMap { best in best.coverage.choice.map { (best.version, $0) } }
    }

    private func coverage(of version: Int, of project: Project) -> WheelCoverage? {
        let listing = project.listing
        let wheels = listing.files(of: version).filter { listing.files[$0].isBuilt }
        return WheelCoverage(
            wheels.map { listing.tagSets[Int(listing.files[$0].tagSet)] }, python: request.python,
            platform: request.platform)
    }
}
