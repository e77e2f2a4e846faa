internal import BaseImages
internal import FileSystem
internal import FoundationEssentials
internal import PythonPackaging
internal import Recipes
public import SystemPackage
internal import Transfer
internal import Workers

/// A recipe that is looked at for changes.
public struct RecipeChange: Sendable {
    public let path: FilePath
    /// What has changed of it, from the root of its git repository; `nil` where nothing has.
    public let cause: String?
}

extension EnvironmentBuilder {
    /// Which recipes have changed since a git revision: their files, their locks, and what they name on this machine:
    /// requirements files that are included, wheels, source trees, find-links folders, folders of jars, bases.
    ///
    /// - Parameters:
    ///   - recipes: files, in one git repository or several.
    ///   - revision: the changes since the present state parted from it count, committed or not.
    /// - Throws: ``BuilderError`` (`unreadable`) where git cannot tell. A recipe that cannot be read counts as changed: who
    ///   builds it is told what is wrong.
    public func changes(of recipes: [FilePath], since revision: String) async throws -> [RecipeChange] {
        try await blocking { [self] in
            var known: [FilePath: (root: FilePath, changes: ChangedPaths)] = [:]
            return try recipes.map { path in
                let folder = try Self.folder(of: path)
                let repository: (root: FilePath, changes: ChangedPaths)
                if let found = known[folder] {
                    repository = found
                } else {
                    let history = try GitHistory(of: folder)
                    repository =
                        try known.values.first { $0.root == history.root }
                        ?? (history.root, history.changes(since: revision))
                    known[folder] = repository
                }
                let file = folder.appending(path.lastComponent?.string ?? "")
                let places = (try? namedPlaces(of: file)) ?? [file]
                let cause = places.lazy.flatMap(Self.spellings).compactMap { place in
                    Self.path(of: place, in: repository.root).flatMap(repository.changes.change)
                }.first
                return RecipeChange(path: path, cause: cause)
            }
        }
    }

    /// A file's folder, as git knows it.
    private static func folder(of path: FilePath) throws -> FilePath {
        let current = FilePath(FileManager.default.currentDirectoryPath)
        let folder = current.pushing(path).lexicallyNormalized().removingLastComponent()
        do {
            return try folder.withoutLinks()
        } catch {
            throw BuilderError(
                .unreadable, path.string, "cannot be looked for: \(error)", advice: "check the path", cause: error)
        }
    }

    /// A place as it is written, and where its links lead.
    private static func spellings(_ place: FilePath) -> [FilePath] {
        guard let real = try? place.withoutLinks(), real != place else { return [place] }
        return [place, real]
    }

    /// From the root; `nil` for what lies elsewhere, of which the repository knows nothing.
    private static func path(of place: FilePath, in root: FilePath) -> String? {
        var rest = place
        return rest.removePrefix(root) ? rest.string : nil
    }

    /// All files and folders of this machine that the environment of a recipe depends on, the recipe first.
    func namedPlaces(of path: FilePath) throws -> [FilePath] {
        let input = try read(path)
        var places = [path, input.lockPath]
        if case .requirements? = InputKind(fileName: path.lastComponent?.string ?? "") {
            places += try includedFiles(of: path)
        }
        if case .recipe(let recipe) = input.content { places += try namedPlaces(of: recipe, in: input.folder) }
        if let text = try TextFile.readIfPresent(input.lockPath) {
            let located = try LocatedLock(text: text, path: input.lockPath)
            if case .lock = input.content, let recipe = located.lock.recipe {
                places += try namedPlaces(of: recipe, in: located.recipeFolder)
            }
            for package in located.lock.packages {
                let built = (package.buildRequirements ?? []).map(\.wheel)
                places += (package.installedFiles + built).compactMap {
                    $0.path.map { located.folder.pushing(FilePath($0)) }
                }
                if case .folder(let folder, _)? = package.tree?.kind {
                    places.append(located.folder.pushing(FilePath(folder)))
                }
            }
            places += located.lock.jars.compactMap { $0.file.path.map { located.folder.pushing(FilePath($0)) } }
        }
        return places.map { $0.lexicallyNormalized() }
    }

    private func namedPlaces(of recipe: Recipe, in folder: FilePath) throws -> [FilePath] {
        let python = recipe.python
        let asked = python.packages.map(\.requirement) + python.constraints + python.overrides + python.buildConstraints
        let named =
            asked.compactMap(\.url) + python.findLinks + python.indexes.map(\.url) + recipe.jars.repositories.map(\.url)
        var places = named.compactMap { Self.localPath($0, from: folder) }
        guard let base = recipe.base, base != "none" else { return places }
        switch try BaseReference(base, relativeTo: folder) {
        case .file(let path): places += [path, BaseImages.lockPath(beside: path)]
        case .layout(let layout, _): places.append(layout)
        case .named(let name):
            for images in baseFolders(beside: folder) {
                places += ["\(name).lock.toml", "\(name).yaml"].map { images.appending($0) }
            }
        case .registry: break
        }
        return places
    }

    /// Where a place lies on this machine; `nil` for a server's.
    private static func localPath(_ place: String, from folder: FilePath) -> FilePath? {
        if place.hasPrefix("~") { return nil }
        let url = fileURL(place, from: folder).prefix { $0 != "#" }
        return (try? ResourceURL(String(url)))?.filePath
    }

    private func includedFiles(of path: FilePath) throws -> [FilePath] {
        let folder = path.removingLastComponent()
        var included: [FilePath] = []
        _ = try RequirementsFile(
            SourceText(try TextFile.read(path), name: path.string), variables: environmentVariable
        ) { name in
            let file = folder.pushing(FilePath(name))
            included.append(file)
            return SourceText(try TextFile.read(file), name: file.string)
        }
        return included
    }
}
