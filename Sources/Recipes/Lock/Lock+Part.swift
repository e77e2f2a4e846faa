public import PythonPackaging

extension Lock {
    /// What locking the recipe for some of its platforms alone would have given.
    ///
    /// - Parameter file: the lock's name, for messages.
    /// - Throws: as ``selection(for:python:extras:groups:file:)``; `unsupported` for a lock without a recipe.
    public func part(for platforms: [TargetPlatform], file: String) throws(RecipesError) -> Lock {
        guard var recipe else {
            throw RecipesError(
                .unsupported, in: file, message: "was made by another tool, and cannot be cut to one platform",
                advice: "leave --platform out")
        }
        recipe.platforms = platforms
        var answers: [Answer] = []
        for platform in platforms {
            let selected = try selection(for: platform, file: file)
            let versions = Dictionary(selected.map { ($0.name, $0.version) }) { first, _ in first }
            /// What the package needs, or is needed by, on other platforms alone is not there.
            func isThere(_ name: PackageName, _ version: Version?) -> Bool {
                guard let chosen = versions[name] else { return false }
                return version == nil || version == chosen
            }
            answers.append(
                Answer(
                    platform: platform,
                    packages: selected.compactMap { choice in
                        var package = packages.first { $0.name == choice.name && $0.files.contains(choice.file) }
                        package?.wheels = choice.content == .wheel ? [choice.file] : []
                        package?.eggs = choice.content == .egg ? [choice.file] : []
                        if choice.content == .wheel || choice.content == .egg {
                            package?.sourceDistribution = nil
                            package?.buildRequirements = nil
                        }
                        package?.platforms = []
                        package?.dependencies.removeAll { !isThere($0.name, $0.version) }
                        package?.reasons.removeAll {
                            if case .package(let name, _) = $0.source { !isThere(name, nil) } else { false }
                        }
                        return package
                    }))
        }
        var part = Lock(answering: recipe, with: answers)
        part.createdBy = createdBy
        return part
    }
}
