internal import EnvironmentBuilder
internal import FileSystem
internal import Glibc
internal import SystemPackage

/// Recipes and locks that were sent, `DATA/recipes/ID`: each under the digest of its text with its lock beside it, so that
/// the same recipe means the same again.
///
/// They are for nobody else's eyes: URLs may hold passwords. Every function blocks, and is called by one thread at a time.
struct SentRecipes: Sendable {
    private let folder: FilePath

    static let recipeName = "recipe.yaml"
    static let lockName = "recipe.lock.toml"

    init(in data: FilePath) {
        folder = data.appending("recipes")
    }

    /// Writes a document down.
    ///
    /// - Parameters:
    ///   - name: ``recipeName`` or ``lockName``.
    ///   - isProven: whether something was made of the recipe's lock, which it keeps then. One that came to nothing may be
    ///     why, and is made anew.
    func keep(_ text: String, as name: String, _ source: Build.ID, isProven: Bool, _ builder: EnvironmentBuilder) throws
        -> FilePath
    {
        let place = place(source)
        for folder in [folder, place] {
            try folder.makeFolders(durably: true)
            try uninterrupted { chmod(folder.string, 0o700) }
        }
        let path = place.appending(name)
        if !isProven, name != Self.lockName {
            _ = place.appending(Self.lockName).withPlatformString { unlink($0) }
        }
        if !path.isThere { try builder.write(text, to: path) }
        return path
    }

    /// Removes what is not wanted any more.
    ///
    /// - Parameter isWanted: told a folder's name.
    func collect(unless isWanted: (String) -> Bool) throws {
        for entry in folder.isThere ? try folder.folderEntries() : [] where !isWanted(entry.name) {
            try folder.appending(entry.name).removeTree()
        }
    }

    private func place(_ source: Build.ID) -> FilePath { folder.appending(source.description) }
}
