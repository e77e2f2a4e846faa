internal import PythonPackaging
internal import Recipes
internal import SystemPackage

extension EnvironmentBuilder {
    /// The recipe that a `requirements.txt` or a `pyproject.toml` stands for.
    ///
    /// A file of requirements does not say which Python and platforms it is for: where the settings do not either, they
    /// are those of its lock, if it has one already.
    func foreignRecipe(
        _ kind: InputKind, _ source: SourceText, _ path: FilePath, lockedAt lockPath: FilePath
    ) throws -> Recipe {
        let folder = path.removingLastComponent()
        let locked = try lockIfPresent(at: lockPath)?.recipe
        if kind == .project {
            return try ProjectFile(toml: source).recipe(
                fallbackName: folder.lastComponent?.string ?? "project", python: settings.python,
                platforms: locked?.platforms, lockedPython: locked?.python.version)
        }
        guard let python = settings.python ?? locked?.python.version else {
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
        if let platforms = locked?.platforms { recipe.platforms = platforms }
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
