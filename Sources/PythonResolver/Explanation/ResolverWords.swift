internal import PubGrub
internal import PythonPackaging

extension Unavailability {
    /// The reason as the rest of a sentence about one version, or several.
    func clause(isPlural: Bool) -> String {
        let have = isPlural ? "have" : "has"
        return switch self {
        case .noProject: isPlural ? "are on no index" : "is on no index"
        case .onlySourceDistribution: isPlural ? "have only source distributions" : "has only a source distribution"
        case .noWheelForTarget: "\(have) no wheel for the target"
        case .noEggForTarget(let others): "\(have) eggs for \(others) and none for the target"
        case .yanked(let reason): "\(isPlural ? "were" : "was") yanked" + (reason.isEmpty ? "" : " (\(reason))")
        case .otherHashes: "\(have) no file with a hash that the recipe allows"
        case .requiresPython(let text): "\(isPlural ? "need" : "needs") Python \(text)"
        case .badMetadata(let fault): "\(have) metadata that can't be used: \(fault)"
        case .dependsOnURL(let text): "\(isPlural ? "depend" : "depends") on a URL, which only a recipe may (\(text))"
        case .impossibleRequirement(let text): "\(isPlural ? "ask" : "asks") for \(text), which no version can be"
        }
    }
}

/// The resolver's packages and versions in a report's sentences.
struct ResolverWords: ReportVocabulary {
    let machine: ResolverMachine

    private func project(_ package: PackageID) -> Project? {
        let number = machine.packages[package].project
        return number < 0 ? nil : machine.pool.projects[Int(number)]
    }

    /// `foo`, `foo[x]`, `the recipe`, `Python`.
    func name(_ package: PackageID) -> String {
        let name = project(package)?.name.description ?? ""
        return switch machine.packages[package].kind {
        case .root: "the recipe"
        case .python: "Python"
        case .project: name
        case .proxy(let extra), .withExtra(let extra): "\(name)[\(machine.pool.extras[Int(extra)])]"
        }
    }

    /// The versions of a package that are in a set, and whether they are several: `foo 2.0`, `foo 1.0 to 1.9`.
    private func subject(_ package: PackageID, _ set: VersionSet) -> (text: String, isPlural: Bool) {
        let name = name(package)
        guard let axis = project(package)?.axis else { return (name, false) }
        let indices = axis.indices(in: set)
        if indices.count == axis.versions.count {
            return indices.count == 1 ? ("\(name) \(axis.versions[0])", false) : ("all versions of \(name)", true)
        }
        var runs: [ClosedRange<Int>] = []
        for index in indices {
            if let last = runs.last, last.upperBound == index - 1 {
                runs[runs.count - 1] = last.lowerBound...index
            } else {
                runs.append(index...index)
            }
        }
        if runs.isEmpty { return ("\(name)\(bounds(set, axis))", false) }
        let texts = runs.map { run in
            if run.count == 1 { return axis.versions[run.lowerBound].description }
            if run.upperBound == axis.versions.count - 1 { return "\(axis.versions[run.lowerBound]) and newer" }
            if run.lowerBound == 0 { return "\(axis.versions[run.upperBound]) and older" }
            return "\(axis.versions[run.lowerBound]) to \(axis.versions[run.upperBound])"
        }
        if texts.count > 4 {
            let range = "\(axis.versions[runs[0].lowerBound]) to \(axis.versions[runs[runs.count - 1].upperBound])"
            return ("\(indices.count) versions of \(name) (of \(range))", true)
        }
        return (
            "\(name) \(texts.dropLast().joined(separator: ", "))\(texts.count > 1 ? " and " : "")\(texts.last ?? "")",
            indices.count > 1
        )
    }

    /// A set by its bounds, as specifiers are written: `>=1.5,<1.7`.
    private func bounds(_ set: VersionSet, _ axis: VersionAxis) -> String {
        let parts = set.intervals.map { interval -> String in
            var clauses: [String] = []
            if let version = axis.version(at: interval.lower), interval.upper == interval.lower + 1 {
                return "==\(version)"
            }
            if let version = axis.version(at: interval.lower) {
                clauses.append(">=\(version)")
            } else if let version = axis.version(at: interval.lower - 1) {
                clauses.append(">\(version)")
            }
            if interval.upper < VersionSet.end {
                if let version = axis.version(at: interval.upper) {
                    clauses.append("<\(version)")
                } else if let version = axis.version(at: interval.upper - 1) {
                    clauses.append("<=\(version)")
                }
            }
            return clauses.joined(separator: ",")
        }
        return parts.joined(separator: " or ")
    }

    /// What a dependency admits: a requirement in the words of the metadata where one says just that.
    private func object(_ package: PackageID, _ set: VersionSet, isVaried: Bool) -> String {
        let name = name(package)
        if set.isFull { return name }
        if case .python = machine.packages[package].kind { return "another Python" }
        guard let project = project(package) else { return name }
        if !isVaried,
            let same = machine.pool.all.first(where: {
                $0.project == project.number && $0.set == set && !$0.requirement.specifiers.isEmpty
            })
        {
            return "\(name)\(same.requirement.specifiers)"
        }
        if isVaried || set.count > 3 { return "one of \(subject(package, set).text)" }
        return "\(name)\(bounds(set, project.axis))"
    }

    func clause(for fact: Report.Fact) -> String? {
        switch fact.kind {
        case .dependency(let other):
            // A package and its extras have one version: that goes without saying.
            if let own = project(fact.package), own === project(other) { return nil }
            if case .root = machine.packages[fact.package].kind {
                return "the recipe asks for \(object(other, fact.allowed, isVaried: fact.isVaried))"
            }
            let (text, isPlural) = subject(fact.package, fact.versions)
            return "\(text) \(isPlural ? "need" : "needs") \(object(other, fact.allowed, isVaried: fact.isVaried))"
        case .noVersions:
            if case .python = machine.packages[fact.package].kind {
                return "the target is Python \(machine.request.python)"
            }
            guard let axis = project(fact.package)?.axis else { return nil }
            if axis.indices(in: fact.versions).isEmpty {
                // Past the ends of the known versions there are none, of course.
                let text = bounds(fact.versions, axis)
                return text.isEmpty ? nil : "there is no \(name(fact.package))\(text)"
            }
            let (text, _) = subject(fact.package, fact.versions)
            return "\(text) \(fact.versions.count == 1 ? "is" : "are") no candidate (pre-releases are off)"
        case .unavailable(let number):
            let reason = machine.reasons[Int(number)]
            if reason == .noProject { return "there is no project \(name(fact.package)) on the index" }
            let (text, isPlural) = subject(fact.package, fact.versions)
            if reason == .noWheelForTarget, let project = project(fact.package) {
                let indices = project.axis.indices(in: fact.versions)
                return "\(text) \(machine.wheels(of: indices, of: project))"
            }
            return "\(text) \(reason.clause(isPlural: isPlural))"
        }
    }

    func clause(forConclusion terms: [PackageTerm]) -> String {
        let terms = terms.filter { $0.package != PackageTable.root }
        let needed = terms.filter(\.term.isPositive)
        let missing = terms.filter { !$0.term.isPositive }
        if terms.isEmpty { return "the recipe can't be satisfied" }
        if let first = needed.first, let other = missing.first, needed.count == 1, missing.count == 1 {
            let (text, isPlural) = subject(first.package, first.term.set)
            return "\(text) \(isPlural ? "need" : "needs") \(object(other.package, other.term.set, isVaried: false))"
        }
        if needed.isEmpty {
            return
                "there must be \(missing.map { object($0.package, $0.term.set, isVaried: false) }.joined(separator: " or "))"
        }
        let texts = needed.map { subject($0.package, $0.term.set).text }
        let together = texts.joined(separator: " and ")
        let unless =
            missing.isEmpty
            ? ""
            : " unless with \(missing.map { object($0.package, $0.term.set, isVaried: false) }.joined(separator: " or "))"
        return "\(together) can't be used\(texts.count > 1 ? " together" : "")\(unless)"
    }
}
