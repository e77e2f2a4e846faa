public import PythonPackaging

extension Lock {
    /// A package of the lock and what of it a target installs.
    public struct Selected: Sendable, Hashable {
        public var name: PackageName
        /// Unknown only for what a foreign lock names by URL.
        public var version: Version?
        public var content: Content
        /// The index that the wheel comes from; `nil` for the default one.
        public var index: String?
        /// The extras that somebody asks for.
        public var extras: [ExtraName]

        /// The file, where it is one.
        public var file: File? {
            switch content {
            case .wheel(let file), .egg(let file), .source(let file, _): file
            case .tree: nil
            }
        }
    }

    /// What is installed.
    public enum Content: Sendable, Hashable {
        case wheel(File)
        case egg(File)
        /// A source distribution, and what it is built with; `nil` where the lock does not say.
        case source(File, [BuildRequirement]?)
        /// A tree of sources, likewise.
        case tree(SourceTree, [BuildRequirement]?)
    }

    /// The files that a target installs, by package name: wheels, eggs where no wheel will do, and source
    /// distributions where there is neither.
    ///
    /// - Parameters:
    ///   - platform: what to install for. Of a lock of ours, one of the recipe's.
    ///   - python: the version to install for; the recipe's if `nil`. A foreign lock has none.
    ///   - extras: the extras of a foreign lock that are wanted (PEP 751).
    ///   - groups: the dependency groups of a foreign lock that are wanted; its own default ones if `nil`.
    ///   - file: the lock's name, for messages.
    /// - Throws: `wrongTarget` where the lock is for others, and all of them at once.
    public func selection(
        for platform: TargetPlatform, python: PythonVersion? = nil, extras: Set<ExtraName> = [],
        groups: Set<ExtraName>? = nil, file: String
    ) throws(RecipesError) -> [Selected] {
        guard let python = python ?? recipe?.python.version else {
            throw RecipesError(
                .wrongTarget, in: file, message: "does not say which Python it is for",
                advice: "name one with --python-version")
        }
        let groups = groups ?? Set(defaultGroups)
        let target = MarkerEnvironment(python: python, platform: platform)
        try checkTarget(platform, python, target, file)
        var reading = Reading(file: file)
        let tags = TagPriority(python: python, platform: platform)
        var selected: [Selected] = []
        for package in packages where package.platforms.isEmpty || package.platforms.contains(platform) {
            do throws(PythonPackagingError) {
                if let marker = package.marker,
                    try !marker.evaluate(in: target, lockExtras: extras, dependencyGroups: groups)
                {
                    continue
                }
            } catch {
                reading.report(.badValue, at: .nowhere, "`\(package.name)` has a marker that \(error.message)")
                continue
            }
            if let choice = package.select(tags, python, platform, &reading) { selected.append(choice) }
        }
        selected.sort { $0.name < $1.name }
        for (first, second) in zip(selected, selected.dropFirst()) where first.name == second.name {
            reading.report(
                .conflict, at: .nowhere, "`\(first.name)` has two entries that apply to \(platform)",
                advice: "lock again")
        }
        if let error = reading.error { throw error }
        return selected
    }

    /// The packages of the lock that a target has no file of, each with why, as the rest of a sentence. Markers that
    /// cannot be evaluated are ``selection(for:python:extras:groups:file:)``'s to tell.
    public func missing(
        for platform: TargetPlatform, python: PythonVersion
    ) -> [(package: PackageName, version: Version?, message: String)] {
        let target = MarkerEnvironment(python: python, platform: platform)
        let tags = TagPriority(python: python, platform: platform)
        return packages.compactMap { package in
            guard package.platforms.isEmpty || package.platforms.contains(platform) else { return nil }
            let isWanted =
                package.marker.map {
                    (try? $0.evaluate(in: target, lockExtras: [], dependencyGroups: Set(defaultGroups))) ?? false
                } ?? true
            var reading = Reading(file: "")
            guard isWanted, package.select(tags, python, platform, &reading) == nil, let issue = reading.issues.first
            else { return nil }
            let title = package.title + " "
            let message = issue.message.hasPrefix(title) ? issue.message.dropFirst(title.count) : issue.message[...]
            return (package.name, package.version, String(message))
        }
    }

    private func checkTarget(
        _ platform: TargetPlatform, _ python: PythonVersion, _ target: MarkerEnvironment, _ file: String
    ) throws(RecipesError) {
        if let recipe {
            guard recipe.platforms.contains(platform) else {
                let known = recipe.platforms.map(\.description).sorted().joined(separator: ", ")
                throw RecipesError(
                    .wrongTarget, in: file, message: "is locked for \(known), not for \(platform)",
                    advice: "add the platform to the recipe's `platforms`, and lock again")
            }
            guard recipe.python.version.series == python.series else {
                throw RecipesError(
                    .wrongTarget, in: file,
                    message: "is locked for Python \(recipe.python.version), not for \(python)",
                    advice: "change the recipe's `python.version`, and lock again")
            }
        }
        guard requiresPython.contains(python.version, prereleases: true) else {
            throw RecipesError(
                .wrongTarget, in: file, message: "is for Python \(requiresPython), not for \(python)",
                advice: "name another with --python-version")
        }
        let holds =
            environments.isEmpty
            || environments.contains { marker in
                (try? marker.evaluate(in: target, lockExtras: [], dependencyGroups: [])) ?? false
            }
        guard holds else {
            let known = environments.map { "`\($0)`" }.joined(separator: " or ")
            throw RecipesError(
                .wrongTarget, in: file, message: "is for environments with \(known), not for \(platform)")
        }
    }
}

extension Lock.Package {
    /// As messages name it.
    fileprivate var title: String { version.map { "`\(name)` \($0)" } ?? "`\(name)`" }

    /// The best wheel for the target: by tags, then build tag, then name.
    fileprivate func select(
        _ tags: TagPriority, _ python: PythonVersion, _ platform: TargetPlatform, _ reading: inout Reading
    ) -> Lock.Selected? {
        guard requiresPython.contains(python.version, prereleases: true) else {
            reading.report(.wrongTarget, at: .nowhere, "\(title) is for Python \(requiresPython), not for \(python)")
            return nil
        }
        var best: (rank: Int, name: WheelFilename, file: Lock.File)?
        for file in wheels {
            guard let wheel = WheelFilename(file.name, expecting: name), let rank = tags.rank(of: wheel) else {
                continue
            }
            if let found = best, !isBetter((rank, wheel), than: (found.rank, found.name)) { continue }
            best = (rank, wheel, file)
        }
        if let best {
            return Lock.Selected(
                name: name, version: version ?? best.name.version, content: .wheel(best.file), index: index,
                extras: extras)
        }
        if let (egg, file) = bestEgg(python, platform) {
            return Lock.Selected(
                name: name, version: version ?? egg.version, content: .egg(file), index: index, extras: extras)
        }
        if let sourceDistribution {
            return Lock.Selected(
                name: name, version: version, content: .source(sourceDistribution, buildRequirements), index: index,
                extras: extras)
        }
        if let tree {
            return Lock.Selected(
                name: name, version: version, content: .tree(tree, buildRequirements), index: nil, extras: extras)
        }
        let names = (wheels + eggs).map(\.name).joined(separator: ", ")
        reading.report(
            .wrongTarget, at: .nowhere, "\(title) has no wheel for Python \(python) on \(platform), only \(names)")
        return nil
    }

    /// The best egg for the target, of equal ones the first by name.
    private func bestEgg(
        _ python: PythonVersion, _ platform: TargetPlatform
    ) -> (name: EggFilename, file: Lock.File)? {
        let eggs = eggs.compactMap { file in
            EggFilename(file.name, expecting: name).flatMap { egg in
                egg.rank(python: python, platform: platform).map { (rank: $0, name: egg, file: file) }
            }
        }
        return eggs.min { ($0.rank, $0.file.name) < ($1.rank, $1.file.name) }.map { ($0.name, $0.file) }
    }

    private func isBetter(_ left: (rank: Int, name: WheelFilename), than right: (rank: Int, name: WheelFilename))
        -> Bool
    {
        if left.rank != right.rank { return left.rank < right.rank }
        switch (left.name.build, right.name.build) {
        case (let first?, let second?) where first != second: return second < first
        case (_?, nil): return true
        case (nil, _?): return false
        default: return left.name.filename < right.name.filename
        }
    }
}

extension PythonVersion {
    /// What environments of one kind share: X.Y and the ABI.
    fileprivate var series: String { abiTag }
}

extension SourceMark {
    /// No place in particular.
    static let nowhere = SourceMark(line: 0, column: 0)
}
