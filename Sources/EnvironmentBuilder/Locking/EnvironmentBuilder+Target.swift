internal import PythonPackaging
internal import Recipes
internal import SystemPackage

extension EnvironmentBuilder {
    /// What the command line says of the target must be what a lock is for: none of it is passed over in silence.
    ///
    /// - Throws: ``BuilderError`` (`wrongPlatform`).
    func checkTarget(of located: LocatedLock) throws {
        if let recipe = located.lock.recipe {
            return try checkTarget(of: recipe, at: located.path, "is locked for")
        }
        let admitted = located.lock.requiresPython
        guard let python = settings.python, !admitted.contains(python.version, prereleases: true) else { return }
        throw otherPython(python, "is locked for Python \(admitted)", at: located.path)
    }

    /// The same of a recipe, which is to be locked for what it says.
    func checkTarget(of recipe: Recipe, at path: FilePath, _ word: String = "is for") throws {
        if let python = settings.python, python.abiTag != recipe.python.version.abiTag {
            throw otherPython(python, "\(word) Python \(recipe.python.version)", at: path)
        }
        for platform in settings.platforms where !recipe.platforms.contains(platform) {
            let platforms = recipe.platforms.map(\.description).joined(separator: ", ")
            throw BuilderError(
                .wrongPlatform, subject: path.string, message: "\(word) \(platforms), not for \(platform)",
                advice: advice(leaving: "--platform", "\(platform)"))
        }
    }

    private func otherPython(_ python: PythonVersion, _ message: String, at path: FilePath) -> BuilderError {
        BuilderError(
            .wrongPlatform, subject: path.string, message: "\(message), not for \(python)",
            advice: advice(leaving: "--python-version", "\(python)"))
    }

    private func advice(leaving option: String, _ value: String) -> String {
        "leave \(option) out, or lock for it apart: `chidori env lock RECIPE \(option) \(value) -o OTHER.lock.toml`"
    }

    /// The Python to build for: the settings', or else the lock's.
    func python(for located: LocatedLock) throws -> PythonVersion {
        if let python = settings.python ?? located.lock.recipe?.python.version { return python }
        if let only = located.lock.requiresPython.onlyPython { return only }
        throw BuilderError(
            .unknownInput, subject: located.path.string,
            message: located.lock.requiresPython.specifiers.isEmpty
                ? "does not say which Python it is for"
                : "is for several Pythons (\(located.lock.requiresPython))",
            advice: "name one with --python-version")
    }

    func platforms(of located: LocatedLock) -> [TargetPlatform] {
        if !settings.platforms.isEmpty { return settings.platforms }
        return located.lock.recipe?.platforms ?? [Recipe.defaultPlatform]
    }

    /// Tells of a Python that is newer than this program, for which wheels may well be there. Their tags are known without
    /// knowing it.
    func warn(ofUnknown python: PythonVersion) {
        guard (python.major, python.minor) > (PythonVersion.newestKnown.major, PythonVersion.newestKnown.minor)
        else { return }
        observer(
            .warning(
                "Python \(python) is newer than any that this version of Chidori knows, which end at "
                    + "\(PythonVersion.newestKnown): check that it is the one you mean"))
    }
}

/// A change on lines of its own below a message.
func indented(_ change: Lock.Change) -> String {
    "\n    " + change.description.replacing("\n", with: "\n    ")
}
