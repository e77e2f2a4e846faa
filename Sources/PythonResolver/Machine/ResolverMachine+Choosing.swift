internal import PubGrub
internal import PythonPackaging
internal import Recipes

extension ResolverMachine {
    /// Answers which version of a package to try; whether it could.
    func choose(_ package: PackageID, from set: VersionSet) throws -> Bool {
        latest = package
        switch packages[package].kind {
        case .root:
            solver.choose(0)
            return true
        case .python:
            // The interpreter is depended on only by files that it can't run.
            solver.noVersions()
            return true
        case .project, .proxy, .withExtra:
            break
        }
        let project = pool.projects[Int(packages[package].project)]
        guard try isListed(project) else { return false }
        if project.isMissing {
            solver.reject(set, reason: reasonNumber(.noProject))
            return true
        }
        guard let version = candidate(of: project, in: set) else {
            solver.noVersions()
            return true
        }
        switch project.availability(of: version, for: target) {
        case .file(let file):
            let listing = project.listing
            let python = listing.files[file].requiresPython
            if python != ProjectListing.File.none, let excluded = excludedPython(Int(python), of: project) {
                solver.addDependency(
                    of: package, in: project.axis.widened(version), on: PackageTable.python, in: excluded)
                solver.decide(project.axis.position(of: version))
                return true
            }
            if case .project = packages[package].kind { project.tried.insert(version) }
            solver.choose(project.axis.position(of: version))
        case .unavailable(let reason):
            solver.reject(
                run(of: reason, from: version, of: project, in: set), reason: reasonNumber(reason))
        case .unknown:
            break
        }
        return true
    }

    /// The interpreters that a file's page admits, where the target is none of them.
    private func excludedPython(_ number: Int, of project: Project) -> VersionSet? {
        if let known = project.pythonSets[number] { return known.isEmpty ? nil : known }
        var excluded = VersionSet.empty
        if let specifiers = project.listing.requiresPythons.withText(number, { SpecifierSet(utf8: $0) }),
            !target.admits(specifiers)
        {
            excluded = PythonAxis.set(of: specifiers)
        }
        project.pythonSets[number] = excluded
        return excluded.isEmpty ? nil : excluded
    }

    /// The version to try next: the preferred one if it is in the set, or else the newest (or oldest, as
    /// the request's direction has it), pre-releases last.
    func candidate(of project: Project, in set: VersionSet) -> Int? {
        if let version = preferred[project.number], let index = project.axis.index(of: version),
            set.contains(project.axis.position(of: index)),
            request.prereleases != .disallow || !version.isPrerelease
        {
            return index
        }
        switch request.prereleases {
        case .allow: return best(of: project, in: set) { _ in true }
        case .disallow: return best(of: project, in: set) { !$0.isPrerelease }
        case .ifNecessary:
            return best(of: project, in: set) { !$0.isPrerelease } ?? best(of: project, in: set) { $0.isPrerelease }
        }
    }

    private func best(of project: Project, in set: VersionSet, where isEligible: (Version) -> Bool) -> Int? {
        if takesLowest(project) {
            for place in 0..<set.count {
                for index in project.axis.indices(in: set.interval(place))
                where isEligible(project.axis.versions[index]) {
                    return index
                }
            }
            return nil
        }
        for place in (0..<set.count).reversed() {
            for index in project.axis.indices(in: set.interval(place)).reversed()
            where isEligible(project.axis.versions[index]) {
                return index
            }
        }
        return nil
    }

    private func takesLowest(_ project: Project) -> Bool {
        switch request.direction {
        case .highest: false
        case .lowest: true
        case .lowestDirect: requested.contains(project.number)
        }
    }

    /// A version that can't be used, and those below it that can't be for the same reason, so that a hundred of them
    /// take one step.
    private func run(
        of reason: Unavailability, from version: Int, of project: Project, in set: VersionSet
    ) -> VersionSet {
        var run = project.axis.widened(version)
        guard !takesLowest(project), preferred[project.number] == nil else { return run }
        let isPrerelease = project.axis.versions[version].isPrerelease
        for place in (0..<set.count).reversed() {
            for index in project.axis.indices(in: set.interval(place)).reversed() where index < version {
                if request.prereleases != .allow, project.axis.versions[index].isPrerelease != isPrerelease { continue }
                guard case .unavailable(reason) = project.availability(of: index, for: target) else { return run }
                run = run.union(project.axis.widened(index))
            }
        }
        return run
    }

    // MARK: Conflicts

    /// Counts conflicts, and changes the order of packages that have had too many.
    ///
    /// A package that was often rejected is chosen before those that its choices run into, and one that was often
    /// what others ran into after them, from before its present choice on.
    func reconsider() {
        var ahead: [PackageID] = []
        var behind: [PackageID] = []
        for conflict in solver.takeConflicts() {
            let own = packages[conflict.package].project
            var hasCulprit = false
            for other in solver.packages(of: conflict.incompatibility) {
                // A package and its extras are bound to each other, which is nobody's fault.
                guard other != conflict.package, packages[other].project != own else { continue }
                hasCulprit = true
                culprits[other, default: 0] += 1
                if culprits[other] == Priorities.conflictLimit { behind.append(other) }
            }
            guard hasCulprit else { continue }
            affected[latest, default: 0] += 1
            if affected[latest] == Priorities.conflictLimit { ahead.append(latest) }
        }
        for package in ahead where packages[package].project >= 0 {
            if priorities.moveAhead(packages[package].project) { prioritize(packages[package].project) }
        }
        for package in behind where packages[package].project >= 0 {
            if priorities.moveBehind(packages[package].project) {
                prioritize(packages[package].project)
                _ = solver.backtrack(before: package)
            }
        }
    }

    /// Tells the solver the priorities of a project and its extras.
    func prioritize(_ number: Int32) {
        let project = pool.projects[Int(number)]
        for package in project.packages {
            solver.setPriority(priorities.priority(of: package, project: number), of: package)
        }
    }
}
