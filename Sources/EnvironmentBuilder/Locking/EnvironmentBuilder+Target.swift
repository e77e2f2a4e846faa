internal import PythonPackaging
internal import Recipes
internal import SystemPackage

extension EnvironmentBuilder {
    /// What the command line says of the target must be what a lock is for: none of it is passed over in silence.
    ///
    /// - Throws: ``BuilderError`` (`wrongPlatform`).
    func checkTarget(of located: LocatedLock) throws {
        let lock = located.lock
        let apart = "or lock for it apart: `chidori env lock RECIPE"
        if let python = settings.python {
            let locked = lock.recipe?.python.version
            let fits =
                locked.map { $0.abiTag == python.abiTag }
                ?? lock.requiresPython.contains(
                    python.version, prereleases: true)
            guard fits else {
                throw BuilderError(
                    .wrongPlatform, subject: located.path.string,
                    message: "is locked for Python \(locked?.description ?? lock.requiresPython.description), "
                        + "not for \(python)",
                    advice: "leave --python-version out, \(apart) --python-version \(python) -o OTHER.lock.toml`")
            }
        }
        guard let platforms = lock.recipe?.platforms else { return }
        for platform in settings.platforms where !platforms.contains(platform) {
            throw BuilderError(
                .wrongPlatform, subject: located.path.string,
                message: "is locked for \(platforms.map(\.description).joined(separator: ", ")), not for \(platform)",
                advice: "leave --platform out, \(apart) --platform \(platform) -o OTHER.lock.toml`")
        }
    }

    /// A recipe for the targets that its lock is for, where the command line has named some of them: which of them are
    /// built is another question.
    func asLocked(_ recipe: Recipe, _ located: LocatedLock) -> Recipe {
        guard let locked = located.lock.recipe else { return recipe }
        var recipe = recipe
        if settings.python != nil { recipe.python.version = locked.python.version }
        if !settings.platforms.isEmpty { recipe.platforms = locked.platforms }
        return recipe
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
