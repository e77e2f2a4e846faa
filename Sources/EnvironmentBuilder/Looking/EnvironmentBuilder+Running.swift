internal import ContentStore
internal import Cryptography
internal import Glibc
internal import Publishing
internal import Recipes
public import SystemPackage

/// A tree that programs can run in: an environment's own on the volume, or a folder that one was published as.
public struct RunnableTree: Sendable {
    public let path: FilePath
    public let manifest: EnvironmentManifest

    /// What a program's environment variables are changed to: the tree's programs come first, its own variables are
    /// set, and what would lead Python elsewhere is unset (`nil`).
    public var variables: [(name: String, value: String?)] {
        let bin = path.appending("bin").string
        let search = environmentVariable("PATH").map { "\(bin):\($0)" } ?? bin
        let fixed: [(String, String?)] = [
            ("PATH", search), ("VIRTUAL_ENV", path.string), ("CHIDORI_ENVIRONMENT", manifest.id.description),
            ("PYSPARK_PYTHON", bin + "/python"), ("PYTHONHOME", nil), ("PYTHONPATH", nil),
        ]
        return fixed + manifest.variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension EnvironmentBuilder {
    /// The tree that a folder, a name or an id means.
    ///
    /// - Throws: ``BuilderError`` (`unknownEnvironment`) where there is none, or where the environment was never
    ///   published as a folder on the volume.
    public func tree(_ reference: String, from folder: FilePath) throws -> RunnableTree {
        let place = folder.pushing(FilePath(reference)).lexicallyNormalized()
        let manifest = place.appending(TreeGlue.manifestName)
        if let text = try TextFile.readIfPresent(manifest) {
            return RunnableTree(
                path: place, manifest: try EnvironmentManifest(parsing: Array(text.utf8), name: manifest.string))
        }
        let summary = try summary(reference)
        guard let path = summary.path else {
            throw BuilderError(
                .unknownEnvironment, subject: summary.stored.name,
                message: "has not been published on the volume, only elsewhere",
                advice: "run `chidori env build` without --to and --image, or name the folder it was published as")
        }
        return RunnableTree(path: path, manifest: summary.manifest)
    }

    /// Keeps an environment of the store in place for as long as this process, or what it becomes, runs.
    ///
    /// A tree whose environment the store does not know (it was made with another data folder) needs no keeping here.
    public func hold(_ tree: RunnableTree) throws {
        let id = tree.manifest.id.digest
        guard try store.environment(id) != nil else { return }
        try store.use(id).surviveExec()
    }
}
