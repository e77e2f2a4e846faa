internal import Diagnostics
public import PythonPackaging
public import Recipes
public import SystemPackage

extension EnvironmentBuilder {
    /// Why a package is in a lock, and, where the recipe is known and its index can be asked, what kept newer versions
    /// out.
    ///
    /// - Throws: ``BuilderError`` (`unknownPackage`) with the nearest names.
    public func explain(_ name: PackageName, in input: EnvironmentInput) async throws -> Explanation {
        let located = try await lock(for: input, policy: .asWritten)
        var explanation = Explanation(name, in: located.lock)
        guard !explanation.packages.isEmpty else {
            let near = nearest(to: name.description, among: located.lock.packages.map(\.name.description))
            throw BuilderError(
                .unknownPackage, subject: name.description, message: "is not in \(located.path)",
                advice: near.isEmpty
                    ? "`chidori env show` and the lock itself list what is"
                    : "did you mean \(near.joined(separator: " or "))?")
        }
        guard let recipe = located.lock.recipe else { return explanation }
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
