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
            answers.append(
                Answer(
                    platform: platform,
                    packages: selected.compactMap { choice in
                        var package = packages.first { $0.name == choice.name && $0.wheels.contains(choice.wheel) }
                        package?.wheels = [choice.wheel]
                        package?.platforms = []
                        return package
                    }))
        }
        var part = Lock(answering: recipe, with: answers)
        part.createdBy = createdBy
        return part
    }
}
