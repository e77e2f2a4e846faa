public import PythonPackaging

extension Lock {
    /// What resolving a recipe gave for one platform.
    public struct Answer: Sendable {
        public var platform: TargetPlatform
        /// Each with the one wheel or source distribution chosen for the platform.
        public var packages: [Package]

        public init(platform: TargetPlatform, packages: [Package]) {
            self.platform = platform
            self.packages = packages
        }
    }

    /// The lock of a recipe that was resolved once for each platform.
    ///
    /// A version that several platforms chose is one entry with the wheels of all. What not every platform has gets a
    /// marker; where markers cannot tell platforms apart (glibc and musl on one processor), our own `platforms` does.
    /// Credentials are left out.
    public init(answering recipe: Recipe, with answers: [Answer]) {
        var recipe = recipe
        for index in recipe.python.indexes.indices {
            recipe.python.indexes[index].url = recipe.python.indexes[index].publicURL
        }
        var merged: [Key: Package] = [:]
        for answer in answers {
            for package in answer.packages {
                let index = package.index.map(withoutCredentials)
                let key = Key(name: package.name, version: package.version, index: index)
                merged[key, default: Package(name: package.name, version: package.version)]
                    .merge(package, on: answer.platform)
            }
        }
        let all = Set(recipe.platforms)
        self.init(recipe: recipe, packages: [])
        packages = merged.values.map { package in
            var package = package
            if Set(package.platforms) == all {
                package.platforms = []
            } else {
                package.platforms.sort { $0.description < $1.description }
                package.marker = Lock.marker(for: package.platforms, among: recipe.platforms)
            }
            package.dependencies = Set(package.dependencies).sorted()
            package.reasons = Set(package.reasons).sorted()
            package.extras = Set(package.extras).sorted()
            package.wheels = Set(package.wheels).sorted { $0.name < $1.name }
            package.eggs = Set(package.eggs).sorted { $0.name < $1.name }
            return package
        }.sorted(by: Package.areInOrder)
        dropSizesUnlessComplete()
        requiresPython = SpecifierSet([.series(recipe.python.version)].compactMap { $0 })
        environments = Set(recipe.platforms.map(\.architecture)).sorted { $0.rawValue < $1.rawValue }
            .compactMap { try? Marker("sys_platform == 'linux' and platform_machine == '\($0.rawValue)'") }
    }

    /// A size says something only where every file has one: otherwise the same choice would give different locks,
    /// depending on what an index told.
    private mutating func dropSizesUnlessComplete() {
        if packages.allSatisfy({ $0.files.allSatisfy { $0.size != nil } }) { return }
        for package in packages.indices {
            packages[package].changeFiles { $0.size = nil }
        }
    }

    /// The condition that tells some of the platforms from the others, as far as markers can.
    private static func marker(for some: [TargetPlatform], among all: [TargetPlatform]) -> Marker? {
        let wanted = Set(some.map(\.architecture))
        if Set(all.map(\.architecture)) == wanted { return nil }
        let texts = wanted.map(\.rawValue).sorted().map { "platform_machine == '\($0)'" }
        return try? Marker(texts.joined(separator: " or "))
    }

    private struct Key: Hashable {
        var name: PackageName
        var version: Version?
        var index: String?
    }
}

extension Lock.Package {
    fileprivate mutating func merge(_ other: Lock.Package, on platform: TargetPlatform) {
        platforms.append(platform)
        requiresPython = other.requiresPython
        index = other.index.map(withoutCredentials)
        sourceDistribution = sourceDistribution ?? other.sourceDistribution
        buildRequirements = buildRequirements ?? other.buildRequirements
        tree = tree ?? other.tree
        dependencies += other.dependencies
        reasons += other.reasons
        extras += other.extras
        wheels += other.wheels
        eggs += other.eggs
        changeFiles { $0.url = $0.url.map(withoutCredentials) }
    }
}

extension Specifier {
    /// `==3.11.*`.
    fileprivate static func series(_ python: PythonVersion) -> Specifier? {
        try? Specifier("==\(python.short).*")
    }
}
