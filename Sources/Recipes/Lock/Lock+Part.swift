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
                        var package = packages.first { $0.name == choice.name && $0.offers(choice.content) }
                        package?.keepOnly(choice.content)
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
        part.jars = jars
        return part
    }
}

extension Lock.Package {
    fileprivate func offers(_ content: Lock.Content) -> Bool {
        switch content {
        case .wheel(let file): wheels.contains(file)
        case .egg(let file): eggs.contains(file)
        case .source(let file, _): sourceDistribution == file
        case .tree(let other, _): tree == other
        }
    }

    fileprivate mutating func keepOnly(_ content: Lock.Content) {
        wheels.removeAll { content != .wheel($0) }
        eggs.removeAll { content != .egg($0) }
        guard wheels.isEmpty, eggs.isEmpty else {
            sourceDistribution = nil
            buildRequirements = nil
            return
        }
    }
}
