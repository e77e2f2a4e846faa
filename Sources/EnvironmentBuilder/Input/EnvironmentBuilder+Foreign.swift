internal import PythonPackaging
internal import Recipes
internal import SystemPackage

extension EnvironmentBuilder {
    /// The recipe that a `requirements.txt` or a `pyproject.toml` stands for.
    ///
    /// A file of requirements does not say which Python it is for, so the settings must.
    func foreignRecipe(_ kind: InputKind, _ source: SourceText, _ path: FilePath) throws -> Recipe {
        let folder = path.removingLastComponent()
        if kind == .project {
            return try ProjectFile(toml: source).recipe(
                fallbackName: folder.lastComponent?.string ?? "project", python: settings.python)
        }
        guard let python = settings.python else {
            throw BuilderError(
                .unknownInput, subject: path.string, message: "does not say which Python it is for",
                advice: "name one with --python-version, such as --python-version 3.11")
        }
        let file = try RequirementsFile(source, variables: environmentVariable) { name in
            let included = folder.pushing(FilePath(name))
            return SourceText(try TextFile.read(included), name: included.string)
        }
        for note in file.notes { observer(.warning(note)) }
        return file.recipe(named: recipeName(path), python: python)
    }

    /// A recipe's name from a file's: `requirements.txt` is named after its folder, anything else after itself.
    private func recipeName(_ path: FilePath) -> String {
        let stem = path.stem ?? "environment"
        let text = stem == "requirements" ? path.removingLastComponent().lastComponent?.string ?? stem : stem
        let name = text.lowercased().map { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "-" }
        return String(name.drop { !$0.isLetter && !$0.isNumber })
    }
}
