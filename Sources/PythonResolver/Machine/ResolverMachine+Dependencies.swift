internal import PubGrub
internal import PythonPackaging

extension ResolverMachine {
    /// Tells the solver what a chosen version depends on; whether that is known yet.
    func answer(_ package: PackageID, at position: Int32) throws -> Bool {
        let entry = packages[package]
        switch entry.kind {
        case .root:
            var wanted: [Int32] = []
            for number in requests { append(number, extra: nil, isForExtra: false, to: &wanted) }
            return try tell(wanted, of: package, in: .full)
        case .python:
            solver.addDependencies(in: .full, [])
            return true
        case .proxy(let extra):
            let project = pool.projects[Int(entry.project)]
            let base = packages.base(project)
            let withExtra = packages.withExtra(project, extra)
            for dependency in [base, withExtra] { meet(dependency, isPin: true) }
            let same = VersionSet(position)
            solver.addDependencies(
                in: project.axis.widened(project.axis.index(at: position)), [(base, same), (withExtra, same)])
            return true
        case .project, .withExtra:
            let project = pool.projects[Int(entry.project)]
            let version = project.axis.index(at: position)
            let versions = project.axis.widened(version)
            guard case .file(let file) = project.availability(of: version, for: target) else { return true }
            guard let metadata = try metadata(of: file, of: project) else { return false }
            if let fault = fault(in: metadata, of: project) {
                solver.reject(versions, reason: reasonNumber(fault))
                return true
            }
            var extra: Int32?
            if case .withExtra(let number) = entry.kind { extra = number }
            return try tell(requirements(metadata, of: project, extra: extra), of: package, in: versions)
        }
    }

    private func fault(in metadata: DependencyTable.Entry, of project: Project) -> Unavailability? {
        if metadata.fault != DependencyTable.Entry.none {
            return .badMetadata(project.dependencies.faults[Int(metadata.fault)])
        }
        guard metadata.requiresPython != DependencyTable.Entry.none else { return nil }
        let text = project.dependencies.pythons[Int(metadata.requiresPython)]
        guard let specifiers = try? SpecifierSet(text), !target.admits(specifiers) else { return nil }
        return .requiresPython(text)
    }

    /// Tells the solver of requirements, once every project in them is listed.
    private func tell(_ wanted: [Int32], of package: PackageID, in versions: VersionSet) throws -> Bool {
        var isComplete = true
        for number in wanted where try !isListed(pool.projects[Int(pool.all[Int(number)].project)]) {
            isComplete = false
        }
        guard isComplete else { return false }
        var dependencies: [(package: PackageID, set: VersionSet)] = []
        dependencies.reserveCapacity(wanted.count)
        for number in wanted {
            let requirement = pool.all[Int(number)]
            let project = pool.projects[Int(requirement.project)]
            let set = pool.set(of: number)
            if set.isEmpty, package != PackageTable.root {
                let text = requirement.requirement.description
                solver.reject(versions, reason: reasonNumber(.impossibleRequirement(text)))
                return true
            }
            if let url = requirement.requirement.url, project.url != url {
                solver.reject(versions, reason: reasonNumber(.dependsOnURL(requirement.requirement.description)))
                return true
            }
            if requirement.extras.isEmpty {
                dependencies.append((packages.base(project), set))
            } else {
                for extra in requirement.extras { dependencies.append((packages.proxy(project, extra: extra), set)) }
            }
        }
        var place = 0
        for number in wanted {
            let requirement = pool.all[Int(number)]
            for _ in 0..<max(requirement.extras.count, 1) {
                let dependency = dependencies[place]
                place += 1
                meet(dependency.package, isPin: requirement.isPin)
                guard !requirement.extras.isEmpty else { continue }
                let base = packages.base(pool.projects[Int(requirement.project)])
                meet(base, isPin: requirement.isPin)
            }
        }
        for dependency in dependencies {
            guard case .proxy = packages[dependency.package].kind else { continue }
            // Whatever the proxy's version is, the project has it too, so what rules it out for one does for both.
            let base = packages.base(pool.projects[Int(packages[dependency.package].project)])
            solver.addDependency(of: dependency.package, in: dependency.set, on: base, in: dependency.set)
        }
        solver.addDependencies(in: versions, dependencies)
        return true
    }

    /// Notes that something depends on the package, for its place in the order.
    private func meet(_ package: PackageID, isPin: Bool) {
        let number = packages[package].project
        priorities.met(
            package, project: number, isPinned: isPin, isDirect: pool.projects[Int(number)].url != nil)
        prioritize(number)
    }

    // MARK: Which requirements count

    /// The requirements of a file, for the project itself or for one of its extras.
    ///
    /// A project that asks for extras of its own (`all` = `a` and `b`) gets what those ask for in place of that.
    func requirements(_ metadata: DependencyTable.Entry, of project: Project, extra: Int32?) -> [Int32] {
        var wanted = own(metadata, of: project, extra: extra)
        func isOnItself(_ number: Int32) -> Bool {
            pool.all[Int(number)].project == project.number && !pool.all[Int(number)].extras.isEmpty
        }
        guard wanted.contains(where: isOnItself) else { return wanted }
        var queue = wanted.filter(isOnItself).flatMap { pool.all[Int($0)].extras }
        var seen: Set<Int32> = []
        var next = 0
        while next < queue.count {
            let other = queue[next]
            next += 1
            guard seen.insert(other).inserted else { continue }
            for number in own(metadata, of: project, extra: other) {
                if pool.all[Int(number)].project == project.number { queue += pool.all[Int(number)].extras }
                wanted.append(number)
            }
        }
        let selves = wanted.filter { isOnItself($0) && !pool.all[Int($0)].requirement.specifiers.isEmpty }
        wanted.removeAll(where: isOnItself)
        for number in selves {
            if let known = bare[number] {
                wanted.append(known)
            } else {
                var requirement = Requirement(name: project.name)
                requirement.specifiers = pool.all[Int(number)].requirement.specifiers
                let own = pool.add(requirement)
                bare[number] = own
                wanted.append(own)
            }
        }
        return wanted
    }

    /// The requirements that count for the project (`extra` is `nil`) or for one extra, each with its constraints.
    private func own(_ metadata: DependencyTable.Entry, of project: Project, extra: Int32?) -> [Int32] {
        var wanted: [Int32] = []
        let references = Int(metadata.first)..<Int(metadata.first + metadata.count)
        for place in references {
            let reference = project.dependencies.references[place]
            let isForExtra = project.dependencies.extraOf[Int(reference)] != DependencyTable.noExtra
            if isForExtra != (extra != nil), project.dependencies.extraOf[Int(reference)] != DependencyTable.mixedExtra
            {
                continue
            }
            if let extra, let sole = project.soleExtra(of: reference, in: &pool), sole != extra { continue }
            guard let number = project.requirement(reference, in: &pool) else { continue }
            let isSole = isForExtra && project.dependencies.extraOf[Int(reference)] != DependencyTable.mixedExtra
            append(number, extra: extra, isForExtra: isSole, to: &wanted)
        }
        return wanted
    }

    /// Appends a requirement if it counts, or what stands in its place, and what constrains it.
    ///
    /// An override takes the place of the whole requirement, its marker too, except that what is asked of an extra
    /// alone (`isForExtra`) stays so.
    func append(_ number: Int32, extra: Int32?, isForExtra: Bool, to wanted: inout [Int32]) {
        let project = pool.all[Int(number)].project
        if let replacements = overrides[project] {
            guard isForExtra == (extra != nil) else { return }
            for replacement in replacements where pool.all[Int(replacement)].isPlain {
                wanted.append(replacement)
                constrain(project, extra: extra, &wanted)
            }
        } else if pool.applies(number, extra: extra) {
            wanted.append(number)
            constrain(project, extra: extra, &wanted)
        }
    }

    private func constrain(_ project: Int32, extra: Int32?, _ wanted: inout [Int32]) {
        for constraint in constraints[project] ?? []
        where pool.all[Int(constraint)].isPlain || (extra != nil && pool.applies(constraint, extra: extra)) {
            wanted.append(constraint)
        }
    }
}
