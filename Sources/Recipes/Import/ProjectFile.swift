internal import Diagnostics
public import PythonPackaging

/// What a `pyproject.toml` says of a project's dependencies (PEP 621, PEP 735), and `[tool.chidori]`: a recipe's keys.
public struct ProjectFile: Sendable {
    public let file: String
    /// The project's name, where there is a project.
    public private(set) var name: PackageName?
    public private(set) var version: String?
    public private(set) var description: String?
    public private(set) var requiresPython = SpecifierSet()
    public private(set) var dependencies: [Requirement] = []
    public private(set) var optionalDependencies: [ExtraName: [Requirement]] = [:]
    private var groups: [ExtraName: [GroupItem]] = [:]
    private var tool: SourceNode?

    private enum GroupItem: Sendable {
        case requirement(Requirement)
        case group(ExtraName, SourceMark)
    }

    /// - Throws: every mistake at once.
    public init(toml source: SourceText) throws(RecipesError) {
        file = source.name
        let root = try TOMLReader.read(source)
        var reading = Reading(file: source.name)
        guard let table = TableReading(root, &reading) else {
            throw RecipesError(.wrongType, in: source.name, message: "is no table")
        }
        table.table("project", &reading) { table, reading -> Void? in
            readProject(table, &reading)
            return nil
        }
        table.table("dependency-groups", &reading) { table, reading -> Void? in
            readGroups(table, &reading)
            return nil
        }
        tool = root.entry("tool")?.value.entry("chidori")?.value
        if let error = reading.error { throw error }
        guard name != nil || !groups.isEmpty || tool != nil else {
            throw RecipesError(
                .missingKey, in: file, message: "has neither `[project]`, `[dependency-groups]` nor `[tool.chidori]`")
        }
    }

    private mutating func readProject(_ table: TableReading, _ reading: inout Reading) {
        name = table.require("name", .packageName, &reading)
        version = table.read("version", .text, &reading)
        description = table.read("description", .text, &reading)
        requiresPython = table.read("requires-python", .specifiers, &reading) ?? SpecifierSet()
        dependencies = table.read("dependencies", .list(of: .requirement), &reading) ?? []
        table.table("optional-dependencies", &reading) { table, reading -> Void? in
            for entry in table.entries {
                reading.under(entry.key) { reading in
                    let extra = ProjectFile.extra(entry, &reading)
                    guard let requirements = Codec.list(of: Codec<Requirement>.requirement).read(entry.value, &reading),
                        let extra
                    else { return }
                    optionalDependencies[extra, default: []] += requirements
                }
            }
            return nil
        }
        for dynamic in table.read("dynamic", .list(of: .text), &reading) ?? []
        where dynamic == "dependencies" || dynamic == "optional-dependencies" {
            reading.report(
                .unsupported, at: table.entry("dynamic")?.value.mark ?? table.mark,
                "`\(dynamic)` is dynamic: only building the project tells it",
                advice: "write the \(dynamic) out under `[project]`")
        }
    }

    private static func extra(_ entry: SourceNode.Entry, _ reading: inout Reading) -> ExtraName? {
        do {
            return try ExtraName(entry.key)
        } catch {
            reading.report(.badValue, at: entry.keyMark, error.sentence(about: entry.key), advice: error.advice)
            return nil
        }
    }

    private mutating func readGroups(_ table: TableReading, _ reading: inout Reading) {
        for entry in table.entries {
            reading.under(entry.key) { reading in
                guard let group = ProjectFile.extra(entry, &reading) else { return }
                guard groups[group] == nil else {
                    return reading.report(.duplicateKey, at: entry.keyMark, "`\(group)` stands twice")
                }
                guard case .sequence(let items) = entry.value.content else {
                    return reading.report(
                        .wrongType, at: entry.value.mark, "must be an array, and is \(entry.value.kind)")
                }
                groups[group] = items.enumerated().compactMap { index, item in
                    reading.under(index) { reading -> GroupItem? in
                        guard case .mapping = item.content, let table = TableReading(item, &reading) else {
                            return Codec<Requirement>.requirement.read(item, &reading).map { .requirement($0) }
                        }
                        return table.require("include-group", .extraName, &reading).map { .group($0, item.mark) }
                    }
                }
            }
        }
    }

    public var groupNames: [ExtraName] { groups.keys.sorted() }
}

extension ProjectFile {
    /// What the project, some of its extras and some groups ask for.
    ///
    /// - Throws: where an extra or group is not there, or groups include each other in a circle.
    public func requirements(
        extras: [ExtraName] = [], groups chosen: [ExtraName] = []
    ) throws(RecipesError) -> [Requirement] {
        var gathering = Gathering(project: self)
        gathering.requirements = dependencies
        for extra in extras { try gathering.add(extra: extra, marker: nil) }
        try gathering.expandSelf()
        for group in chosen { try gathering.add(group: group, path: []) }
        var unique: Set<Requirement> = []
        return gathering.requirements.filter { unique.insert($0).inserted }
    }

    /// Requirements while they are gathered, with a bound on the work: extras and groups may refer to each other.
    private struct Gathering {
        let project: ProjectFile
        var requirements: [Requirement] = []
        /// The extras that count whatever the markers say.
        private var whole: Set<ExtraName> = []
        private var steps = 0

        init(project: ProjectFile) { self.project = project }

        private mutating func step(_ weight: Int = 1) throws(RecipesError) {
            steps += weight
            guard steps <= 10_000 else {
                throw RecipesError(
                    .tooComplex, in: project.file, message: "has extras or groups that refer to each other without end")
            }
        }

        mutating func add(extra: ExtraName, marker: Marker?) throws(RecipesError) {
            // Markers grow with each step here, so there may be fewer.
            try step(20)
            guard let found = project.optionalDependencies[extra] else {
                throw project.missing("extra", extra, among: Array(project.optionalDependencies.keys))
            }
            if whole.contains(extra) { return }
            if marker == nil { whole.insert(extra) }
            requirements += found.map { requirement in
                var requirement = requirement
                if let marker { requirement.marker = requirement.marker.map { $0.and(marker) } ?? marker }
                return requirement
            }
        }

        /// Puts the requirements of extras in place of requirements of the project itself: `name[all]`.
        mutating func expandSelf() throws(RecipesError) {
            var index = 0
            while index < requirements.count {
                let requirement = requirements[index]
                guard requirement.name == project.name else {
                    index += 1
                    continue
                }
                requirements.remove(at: index)
                for extra in requirement.extras { try add(extra: extra, marker: requirement.marker) }
            }
        }

        mutating func add(group: ExtraName, path: [ExtraName]) throws(RecipesError) {
            guard let items = project.groups[group] else {
                throw project.missing("dependency group", group, among: Array(project.groups.keys))
            }
            for item in items {
                try step()
                switch item {
                case .requirement(let requirement): requirements.append(requirement)
                case .group(let inner, let mark):
                    guard inner != group, !path.contains(inner) else {
                        throw RecipesError(
                            .conflict, in: project.file, at: mark, keyPath: "dependency-groups.\(group)",
                            message: "the group includes itself through `\(inner)`", advice: "take one include out")
                    }
                    guard path.count < 100 else {
                        throw RecipesError(
                            .tooComplex, in: project.file, at: mark, message: "groups include each other too deep")
                    }
                    try add(group: inner, path: path + [group])
                }
            }
        }
    }

    private func missing(_ what: String, _ name: ExtraName, among known: [ExtraName]) -> RecipesError {
        let names = known.map(\.description).sorted()
        let near = suggestion(name.description, names)
        let all = names.isEmpty ? "there is none" : "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
        return RecipesError(
            .badValue, in: file, message: "has no \(what) `\(name)`", advice: near ?? all)
    }

    /// The recipe that the file stands for: the project's dependencies, and what `[tool.chidori]` says beside them.
    ///
    /// - Parameters:
    ///   - fallbackName: the recipe's name where there is no project, such as the folder's.
    ///   - python: the version of Python, in place of what `[tool.chidori.python]` says.
    ///   - platforms: unless `[tool.chidori]` names them.
    ///   - lockedPython: what an older lock is for, where nothing else says it and the project still admits it.
    public func recipe(
        extras: [ExtraName] = [], groups: [ExtraName] = [], fallbackName: String = "project",
        python: PythonVersion? = nil, platforms: [TargetPlatform]? = nil, lockedPython: PythonVersion? = nil
    ) throws(RecipesError) -> Recipe {
        let requirements = try requirements(extras: extras, groups: groups)
        var recipe = Recipe(
            name: name?.description ?? fallbackName, python: .init(version: python ?? PythonVersion(3, 0)),
            platforms: platforms ?? [Recipe.defaultPlatform])
        recipe.version = version
        recipe.description = description
        var named = python
        if let tool {
            var reading = Reading(file: file)
            reading.homes = { Recipe.homes }
            reading.given = ["tool.chidori.name", "tool.chidori.python", "tool.chidori.python.version"]
            let base = recipe
            let read = reading.under("tool") { reading in
                reading.under("chidori") { Recipe.shape.read(tool, &$0, over: base) }
            }
            if let error = reading.error { throw error }
            recipe = read ?? recipe
            let hasVersion = tool.entry("python")?.value.entry("version") != nil
            named = python ?? (hasVersion ? recipe.python.version : nil)
        }
        if named == nil {
            let admitted = lockedPython.flatMap { requiresPython.contains($0.version, prereleases: true) ? $0 : nil }
            named = requiresPython.onlyPython ?? admitted
        }
        guard let named else {
            throw RecipesError(
                .missingKey, in: file, message: "does not say which Python to use",
                advice: "add `version = \"3.11\"` under `[tool.chidori.python]`, or name one with --python-version")
        }
        recipe.python.version = named
        guard requiresPython.contains(named.version, prereleases: true) else {
            throw RecipesError(
                .wrongTarget, in: file, keyPath: "project.requires-python",
                message: "the project is for Python \(requiresPython), not for \(named)",
                advice: "name another with --python-version")
        }
        recipe.python.packages = requirements.map { Recipe.Request($0) } + recipe.python.packages
        return recipe
    }
}
