internal import Cryptography
internal import Diagnostics
internal import FileSystem
internal import PythonIndex
internal import PythonPackaging
internal import Recipes
internal import SourceBuilds
internal import SystemPackage
internal import Transfer
internal import Workers

/// What recipes and locks name by a path of this machine.
extension EnvironmentBuilder {
    /// What a recipe names by a path must be there.
    ///
    /// - Parameter file: the recipe's.
    /// - Throws: ``BuilderError`` (`unreadable`), with the place in the file.
    func checkPlaces(of recipe: Recipe, in folder: FilePath, writtenIn file: FilePath?) throws {
        let asked = recipe.python.packages.map(\.requirement) + recipe.python.overrides
        for requirement in asked {
            guard let place = requirement.url, Self.isLocal(place) else { continue }
            let url = Self.fileURL(place, from: folder)
            guard let path = try ResourceURL(String(url.prefix { $0 != "#" })).filePath else { continue }
            if !path.isThere {
                throw missing("`\(requirement)` names \(path), which is not there", place, file)
            }
            if case .folder? = SourceTreeURL(url)?.kind, !path.isFolder {
                throw missing(
                    "`\(requirement)` names \(path), which is neither a folder nor called as a wheel, an egg or a source "
                        + "distribution", place, file)
            }
        }
        for place in recipe.python.findLinks where Self.isLocal(place) {
            guard let path = try ResourceURL(Self.fileURL(place, from: folder)).filePath, !path.isThere else {
                continue
            }
            throw missing("`\(place)` is named as a find-links place and is not there (\(path))", place, file)
        }
    }

    private static func isLocal(_ place: String) -> Bool {
        place.hasPrefix("file:") || !place.contains("://") && !place.hasPrefix("~")
    }

    private func missing(_ message: String, _ place: String, _ file: FilePath?) -> BuilderError {
        let line = file.flatMap { file in (try? TextFile.read(file)).flatMap { Self.line(of: place, in: $0) } }
        return BuilderError(
            .unreadable, subject: (file?.string ?? "the recipe") + (line.map { ":\($0)" } ?? ""), message: message,
            advice: "correct the path, which starts from the recipe's folder, or put there what it names")
    }

    /// The number of the first line that has a text and is no comment.
    private static func line(of place: String, in text: String) -> Int? {
        text.textLines.firstIndex { line in
            line.drop { $0 == " " }.first != "#" && line.contains(place)
        }.map { $0 + 1 }
    }

    /// The files and folders that a lock names by their paths and that are no longer as they were. Files are known by
    /// their sizes and times of change; those that are gone matter where the recipe itself names them.
    ///
    /// - Parameter folder: the lock's.
    func changedPlaces(of lock: Lock, in folder: FilePath, for recipe: Recipe) async throws -> [Lock.Change] {
        let named = Set(recipe.python.packages.lazy.map(\.requirement).filter { $0.url != nil }.map(\.name))
        let isLocal = lock.packages.contains { package in
            package.tree.map { $0.commit == nil } ?? package.placedFiles.contains { $0.path != nil }
        }
        guard isLocal else { return [] }
        let changed = try await blocking { [store] in
            try lock.packages.flatMap { package -> [String] in
                if case .folder(let path, let content?)? = package.tree?.kind {
                    let place = folder.pushing(FilePath(path)).lexicallyNormalized()
                    guard place.isThere else { return ["\(package.name) @ \(path), which is gone"] }
                    var hasher = SHA256Hasher()
                    try FolderArchive(of: place, named: package.name.description).write { hasher.update($0) }
                    if hasher.finalize() != content {
                        return ["\(package.name) @ \(path), whose files have changed"]
                    }
                }
                return try package.placedFiles.compactMap { file in
                    guard let path = file.path else { return nil }
                    let place = folder.pushing(FilePath(path)).lexicallyNormalized()
                    switch try PythonIndex.digest(ofLocalFile: place, in: store) {
                    case file.sha256: return nil
                    case nil where !named.contains(package.name): return nil
                    case nil: return "\(package.name) @ \(path), which is gone"
                    default: return "\(package.name) @ \(path), which has changed"
                    }
                }
            }
        }
        if changed.isEmpty { return [] }
        return [Lock.Change(key: "python.packages", added: changed, removed: [], needsResolving: true)]
    }
}

extension Lock.Package {
    /// What is installed of it, and what it is built with.
    fileprivate var placedFiles: [Lock.File] { installedFiles + (buildRequirements ?? []).map(\.wheel) }
}
