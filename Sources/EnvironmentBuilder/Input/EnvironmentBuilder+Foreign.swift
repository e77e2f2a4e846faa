internal import PythonPackaging
internal import Recipes
internal import SystemPackage

extension EnvironmentBuilder {
    /// The recipe that a `requirements.txt` or a `pyproject.toml` stands for.
    ///
    /// A file of requirements does not say which Python and platforms it is for: they are those of its lock, and before
    /// there is one those that the settings name.
    func foreignRecipe(
        _ kind: InputKind, _ source: SourceText, _ path: FilePath, lockedAt lockPath: FilePath
    ) throws -> Recipe {
        let folder = path.removingLastComponent()
        let locked = try lockIfPresent(at: lockPath)?.recipe
        if kind == .project {
            let recipe = try ProjectFile(toml: source).recipe(
                fallbackName: folder.lastComponent?.string ?? "project",
                python: locked == nil ? settings.python : nil, platforms: locked?.platforms,
                lockedPython: locked?.python.version)
            return locked == nil ? targeted(recipe) : recipe
        }
        guard let python = locked?.python.version ?? settings.python else {
            throw BuilderError(
                .unknownInput, subject: path.string, message: "does not say which Python it is for",
                advice:
                    "name one with --python-version, such as --python-version 3.11; once it is locked, its lock does")
        }
        let file = try RequirementsFile(source, variables: environmentVariable) { name in
            let included = folder.pushing(FilePath(name))
            return SourceText(try TextFile.read(included), name: included.string)
        }
        for note in file.notes { observer(.warning(note)) }
        var recipe = file.recipe(named: recipeName(path), python: python)
        guard let locked else { return targeted(recipe) }
        recipe.platforms = locked.platforms
        return recipe
    }

    /// A recipe's name from a file's: `requirements.txt` is named after its folder, anything else after itself.
    private func recipeName(_ path: FilePath) -> String {
        let stem = path.stem ?? "environment"
        let text = stem == "requirements" ? path.removingLastComponent().lastComponent?.string ?? stem : stem
        let name = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        return String(name.drop { !$0.isLetter && !$0.isNumber })
    }
}
