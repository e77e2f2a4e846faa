internal import ContentStore
internal import Diagnostics
internal import MavenPackaging
internal import MavenResolver
internal import PythonPackaging
public import Recipes
public import SystemPackage

extension EnvironmentBuilder {
    /// Why a package or a jar is in a lock: a package by its name, a jar as `group:artifact`, or by its artifact where no
    /// package is called so.
    ///
    /// - Throws: ``BuilderError`` (`unknownPackage`) with the nearest names.
    public func explain(_ text: String, in input: EnvironmentInput) async throws -> Explanation {
        let located = try await lock(for: input, policy: .asWritten)
        let name = try? PackageName(text)
        if let name, located.lock.packages.contains(where: { $0.name == name }) {
            return try await explain(name, in: located)
        }
        let jars = try await explainedJars(text, in: located)
        if !jars.isEmpty { return Explanation(jars: jars) }
        let known = located.lock.packages.map(\.name.description) + located.lock.jars.map(\.name)
        let near = nearest(to: text, among: known)
        throw BuilderError(
            .unknownPackage, subject: text, message: "is not in \(located.path)",
            advice: near.isEmpty
                ? "`chidori env show` and the lock itself list what is"
                : "did you mean \(near.joined(separator: " or "))?")
    }

    /// Why a package is in a lock, and, where the recipe is known and its index can be asked, what kept newer versions
    /// out.
    private func explain(_ name: PackageName, in located: LocatedLock) async throws -> Explanation {
        var explanation = Explanation(name, in: located.lock)
        guard var recipe = located.lock.recipe else { return explanation }
        recipe.jars = Recipe.Jars()
        let outcome: LockOutcome
        do {
            outcome = try await lock(
                recipe, in: located.recipeFolder, previous: located.lock)
        } catch {
            observer(.warning("newer versions are left out, since the index could not be asked: \(error)"))
            return explanation
        }
        var newer: [KeptOutVersions] = []
        for (_, kept) in outcome.resolutions.sorted(by: { $0.key < $1.key }) {
            for entry in kept where entry.package == name.description && !newer.contains(entry) { newer.append(entry) }
        }
        for index in explanation.packages.indices {
            explanation.packages[index].newer = newer.map { ($0.versions, $0.reason) }
        }
        return explanation
    }

    /// Why jars are in a lock, or are not since Spark has them. Everybody who asks and what lost is told where POMs can be
    /// read again.
    private func explainedJars(_ text: String, in located: LocatedLock) async throws -> [Explanation.Jar] {
        func isMeant(_ key: ArtifactKey) -> Bool {
            [key.shortName, key.module.description, key.module.artifact].contains(text)
        }
        var jars = located.lock.jars.filter { isMeant($0.coordinate.key) }
        guard let recipe = located.lock.recipe, !recipe.jars.packages.isEmpty else {
            return jars.map(Explanation.Jar.init)
        }
        let mediation: Mediation
        do {
            mediation = try await self.mediation(of: located, recipe)
        } catch {
            observer(.warning("only what the lock says is told, since it could not be chosen again: \(error)"))
            return jars.map(Explanation.Jar.init)
        }
        // One name may be that of several things: they are told apart.
        jars.sort { $0.name < $1.name }
        let chosen = Dictionary(
            mediation.chosen.map { ($0.coordinate.key, $0) }, uniquingKeysWith: { first, _ in first })
        var explained = jars.map { jar in
            var explanation = Explanation.Jar(jar)
            if let artifact = chosen[jar.coordinate.key], artifact.coordinate == jar.coordinate {
                explanation.take(artifact)
            }
            return explanation
        }
        let left = Dictionary(grouping: mediation.leftOut.filter { isMeant($0.coordinate.key) }, by: \.coordinate.key)
        explained += left.sorted { $0.key < $1.key }.compactMap { Explanation.Jar($0.value) }
        return explained
    }

    private func mediation(of located: LocatedLock, _ recipe: Recipe) async throws -> Mediation {
        let kept = try await store.keepContents(awaiting: "explaining \(located.name)")
        defer { kept.release() }
        let spark = try await sparkJars(of: located, platform: recipe.platforms[0], python: recipe.python.version)
        var request = try jarRequest(recipe, spark: spark, in: located.recipeFolder)
        request.kept = Upgrade.packages([]).keptJars(of: located.lock)
        return try await mavenResolver(refreshing: false).mediate(request)
    }

    /// The only lock in a folder.
    ///
    /// - Throws: ``BuilderError`` (`unknownInput`) where there is none, or several.
    public func onlyLock(in folder: FilePath) throws -> FilePath {
        let locks = try TextFile.names(in: folder).filter { InputKind(fileName: $0) == .lock }.sorted()
        guard locks.count == 1 else {
            let some = locks.prefix(4).joined(separator: ", ") + (locks.count > 4 ? " and \(locks.count - 4) more" : "")
            throw BuilderError(
                .unknownInput, subject: folder.string,
                message: locks.isEmpty ? "holds no lock" : "holds several locks: \(some)",
                advice: "name one with --in")
        }
        return folder.appending(locks[0])
    }

    /// The recipe of an input, for the targets that the command line names in place of its own: the recipe itself, or
    /// the one that a lock was made for.
    ///
    /// - Throws: ``BuilderError`` (`noRecipe`) for a foreign lock.
    public func recipe(of input: EnvironmentInput) throws -> Recipe {
        switch input.content {
        case .recipe(let recipe): return targeted(recipe)
        case .lock:
            guard let recipe = try located(input).lock.recipe else {
                throw BuilderError(
                    .noRecipe, subject: input.path.string, message: "was made by another tool, and names no recipe",
                    advice: "name the recipe itself")
            }
            return targeted(recipe)
        }
    }
}
