internal import Recipes
public import SystemPackage

extension EnvironmentBuilder {
    /// Reads a recipe, a lock, a `requirements.txt` or a `pyproject.toml`, told apart by the file's name.
    ///
    /// - Parameter lockPath: where its lock lies, if not beside it.
    /// - Throws: ``BuilderError`` (`unreadable`, `unknownInput`), `RecipesError` with every mistake in the file.
    public func read(_ path: FilePath, lockedAt lockPath: FilePath? = nil) throws -> EnvironmentInput {
        let name = path.lastComponent?.string ?? ""
        guard let kind = InputKind(fileName: name) else {
            throw BuilderError(
                .unknownInput, subject: path.string, message: "is named like no recipe, lock or requirements file",
                advice:
                    "recipes end in .yaml, locks in .lock.toml; requirements.txt, pyproject.toml and pylock.toml work too"
            )
        }
        guard !settings.isForeign || kind == .recipe || kind == .lock else {
            throw BuilderError(
                .foreignInput, subject: path.string, message: "is neither a recipe nor a lock",
                advice: "send a recipe or a lock, or put the file into the server's recipes folder as a recipe")
        }
        let text = try TextFile.read(path)
        let source = SourceText(text, name: path.string)
        switch kind {
        case .lock:
            return EnvironmentInput(path: path, content: .lock(text))
        case .recipe:
            let recipe = try Recipe(yaml: source)
            try admit(recipe)
            return EnvironmentInput(path: path, content: .recipe(recipe))
        case .requirements, .project:
            let lockPath = lockPath ?? EnvironmentInput.lockPath(beside: path)
            return EnvironmentInput(
                path: path, content: .recipe(try foreignRecipe(kind, source, path, lockedAt: lockPath)))
        }
    }

    /// The recipe for the Python and platforms that the settings name in place of its own.
    func targeted(_ recipe: Recipe) -> Recipe {
        var recipe = recipe
        if let python = settings.python { recipe.python.version = python }
        if !settings.platforms.isEmpty { recipe.platforms = settings.platforms }
        return recipe
    }
}
