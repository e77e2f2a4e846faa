internal import PubGrub
internal import PythonPackaging
internal import Recipes

extension ResolverMachine {
    /// One thing that asks for a project.
    struct Ask {
        let requirement: Int32
        let reason: Lock.Reason
    }

    /// The chosen versions with their files and everything that led to them.
    func resolution() throws -> Resolution {
        var chosen: [(project: Project, version: Int, file: Int)] = []
        for decision in solver.solution {
            guard case .project = packages[decision.package].kind else { continue }
            let project = pool.projects[Int(packages[decision.package].project)]
            let version = project.axis.index(at: decision.version)
            guard case .file(let file) = project.availability(of: version, for: target) else { continue }
            chosen.append((project, version, file))
        }
        chosen.sort { $0.project.name < $1.project.name }
        let versions = Dictionary(uniqueKeysWithValues: chosen.map { ($0.project.number, $0.version) })
        let files = try provider.files(
            chosen.map { ($0.project.name, $0.project.listing, Int($0.project.listing.files[$0.file].place)) })

        var asks: [Int32: [Ask]] = [:]
        func note(_ numbers: [Int32], _ source: Lock.Reason.Source) {
            for number in numbers {
                let requirement = pool.all[Int(number)]
                let kind: Lock.Reason.Source
                if constraints[requirement.project]?.contains(number) == true {
                    kind = .constraint
                } else if overrides[requirement.project]?.contains(number) == true {
                    kind = .override
                } else {
                    kind = source
                }
                let reason = Lock.Reason(
                    kind, requirement: withoutCredentials(inRequirement: requirement.textWithoutMarker))
                if asks[requirement.project]?.contains(where: { $0.reason == reason }) == true { continue }
                asks[requirement.project, default: []].append(Ask(requirement: number, reason: reason))
            }
        }
        var wanted: [Int32] = []
        for number in requests { append(number, extra: nil, isForExtra: false, to: &wanted) }
        note(wanted, .recipe)

        var dependencies: [Int32: [Resolution.Dependency]] = [:]
        var extras: [Int32: [ExtraName]] = [:]
        for (project, _, file) in chosen {
            let metadata = project.dependencies.entries[project.listing.files[file].key]
            let active = project.withExtra.filter { solver.decision(of: $0.value) != nil }.keys
            let names = active.map { (number: $0, name: pool.extras[Int($0)]) }.sorted { $0.name < $1.name }
            extras[project.number] = names.map(\.name)
            guard let metadata else { continue }
            for (number, extra) in [(nil, nil)] + names.map({ (Optional($0.number), Optional($0.name)) }) {
                let wanted = requirements(metadata, of: project, extra: number)
                note(wanted, .package(project.name, extra: extra))
                for other in wanted where constraints[pool.all[Int(other)].project]?.contains(other) != true {
                    let requirement = pool.all[Int(other)]
                    guard requirement.project != project.number, let version = versions[requirement.project] else {
                        continue
                    }
                    let target = pool.projects[Int(requirement.project)]
                    let dependency = Resolution.Dependency(
                        name: target.name, version: target.axis.versions[version], extra: extra,
                        requirement: withoutCredentials(inRequirement: requirement.textWithoutMarker))
                    if dependencies[project.number]?.contains(dependency) != true {
                        dependencies[project.number, default: []].append(dependency)
                    }
                }
            }
        }
        let found = zip(chosen, files).map { (choice, chosenFile) in
            let file = chosenFile.file
            let (project, version, place) = choice
            let metadata = project.dependencies.entries[project.listing.files[place].key]
            var python = file.requiresPython
            if let metadata, metadata.requiresPython != DependencyTable.Entry.none {
                python = try? SpecifierSet(project.dependencies.pythons[Int(metadata.requiresPython)])
            }
            return Resolution.Package(
                name: project.name, version: project.axis.versions[version], file: file, source: chosenFile.source,
                extras: extras[project.number] ?? [], dependencies: dependencies[project.number] ?? [],
                reasons: (asks[project.number] ?? []).map(\.reason), requiresPython: python,
                newer: newer(than: version, of: project, asks: asks[project.number] ?? [], chosen: versions))
        }
        return Resolution(python: request.python, platform: request.platform, packages: found)
    }

    // MARK: What kept newer versions out

    private func newer(
        than version: Int, of project: Project, asks: [Ask], chosen: [Int32: Int]
    ) -> [Resolution.KeptOut] {
        guard project.url == nil, version + 1 < project.axis.versions.count else { return [] }
        var kept: [Resolution.KeptOut] = []
        // Looking into a version's metadata takes its time, and hundreds of reasons help nobody.
        var detailsLeft = 20
        for newer in ((version + 1)..<project.axis.versions.count).reversed() {
            let reason = obstacle(to: newer, of: project, asks: asks, chosen: chosen, &detailsLeft)
            if kept.last?.reason == reason {
                kept[kept.count - 1].versions.append(project.axis.versions[newer])
            } else {
                kept.append(Resolution.KeptOut(versions: [project.axis.versions[newer]], reason: reason))
            }
        }
        return kept
    }

    private func obstacle(
        to version: Int, of project: Project, asks: [Ask], chosen: [Int32: Int], _ detailsLeft: inout Int
    ) -> String {
        let position = project.axis.position(of: version)
        for ask in asks where !pool.set(of: ask.requirement).contains(position) {
            return "\(ask.reason.source.asker) \(ask.reason.source.verb) \(ask.reason.requirement)"
        }
        switch project.availability(of: version, for: target) {
        case .unavailable(.noWheelForTarget): return wheels(of: [version], of: project)
        case .unavailable(let reason): return reason.clause(isPlural: false)
        case .unknown: return "was not looked at"
        case .file(let file):
            let python = project.listing.files[file].requiresPython
            if python != ProjectListing.File.none,
                let specifiers = try? SpecifierSet(project.listing.requiresPythons[Int(python)]),
                !target.admits(specifiers)
            {
                return "needs Python \(specifiers)"
            }
            if project.axis.versions[version].isPrerelease, request.prereleases != .allow { return "is a pre-release" }
            if preferred[project.number] != nil { return "is newer than the version in the lock, which was kept" }
            guard detailsLeft > 0, let metadata = project.dependencies.entries[project.listing.files[file].key] else {
                return "does not go with the other packages"
            }
            detailsLeft -= 1
            return conflict(metadata, of: project, chosen: chosen) ?? "does not go with the other packages"
        }
    }

    /// What a version that was not chosen asks for and the choice does not have.
    private func conflict(_ metadata: DependencyTable.Entry, of project: Project, chosen: [Int32: Int]) -> String? {
        if metadata.requiresPython != DependencyTable.Entry.none {
            let text = project.dependencies.pythons[Int(metadata.requiresPython)]
            if let specifiers = try? SpecifierSet(text), !target.admits(specifiers) { return "needs Python \(text)" }
        }
        for number in requirements(metadata, of: project, extra: nil) {
            let requirement = pool.all[Int(number)]
            let other = pool.projects[Int(requirement.project)]
            guard case .listed = other.state else { continue }
            let set = pool.set(of: number)
            if let version = chosen[requirement.project], !set.contains(other.axis.position(of: version)) {
                return
                    "needs \(requirement.textWithoutMarker), and \(other.name) \(other.axis.versions[version]) is chosen"
            }
            if chosen[requirement.project] == nil, other.axis.indices(in: set).isEmpty {
                return "needs \(requirement.textWithoutMarker), which does not exist"
            }
        }
        return nil
    }
}

extension PooledRequirement {
    /// The requirement without its marker, which has been decided for the target.
    var textWithoutMarker: String {
        var bare = requirement
        bare.marker = nil
        return bare.description
    }
}

extension Lock.Reason.Source {
    /// Who asks, as the subject of a sentence.
    var asker: String {
        switch self {
        case .recipe: "the recipe"
        case .constraint: "a constraint"
        case .override: "an override"
        case .package(let name, let extra): extra.map { "\(name)[\($0)]" } ?? "\(name)"
        }
    }

    var verb: String {
        switch self {
        case .constraint, .override: "says"
        case .recipe, .package: "asks for"
        }
    }
}

/// A requirement's text, the URL in it without user and password.
private func withoutCredentials(inRequirement text: String) -> String {
    guard let sign = text.firstRange(of: " @ ") else { return text }
    return text[..<sign.upperBound] + withoutCredentials(String(text[sign.upperBound...]))
}
