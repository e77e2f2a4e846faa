internal import ContentStore
internal import Cryptography
internal import Diagnostics
internal import Glibc
internal import Publishing
internal import PythonPackaging
internal import Recipes
internal import Subprocesses
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
        return fixed + sparkVariables + manifest.variables.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// Where the environment's own Spark is, whichever the machine has. A Python of another place could not import it.
    private var sparkVariables: [(String, String?)] {
        guard let spark = manifest.spark, access(path.appending(SparkHome.folder).string, F_OK) == 0 else { return [] }
        let own = spark.variables(at: path.string, beside: environmentVariable("SPARK_DIST_CLASSPATH"))
        let python = environmentVariable("PYSPARK_DRIVER_PYTHON") ?? ""
        let isElsewhere = python.contains("/") && !python.hasPrefix(path.string + "/")
        return own.map { ($0.name, $0.value) } + (isElsewhere ? [("PYSPARK_DRIVER_PYTHON", nil)] : [])
    }

    /// What a program's environment is changed by.
    var changes: [String: String?] {
        var changes: [String: String?] = [:]
        for (name, value) in variables { changes[name] = .some(value) }
        return changes
    }

    /// Runs a program in place of this one.
    ///
    /// - Parameter command: the program, which is looked for in the tree first, and its arguments.
    /// - Throws: ``BuilderError`` (`unknownProgram`), `SubprocessError`; otherwise it does not return.
    public func become(_ command: [String]) throws {
        guard let program = command.first else { return }
        do {
            try Program(program, Array(command.dropFirst()), environment: .inherited(changes)).replaceThisProcess()
        } catch let error as SubprocessError where error.code == .notFound && !program.contains("/") {
            let bin = path.appending("bin")
            let near = nearest(to: program, among: (try? TextFile.names(in: bin)) ?? [])
            throw BuilderError(
                .unknownProgram, subject: program, message: "is neither in the environment nor on the PATH",
                advice: near.isEmpty
                    ? "\(bin) has the environment's programs; add the package that brings this one to the recipe"
                    : "did you mean \(near.joined(separator: " or "))?")
        }
    }
}

extension EnvironmentBuilder {
    /// The tree that a folder, a name or an id means, in which programs can run here.
    ///
    /// - Throws: as ``tree(_:from:)``, and ``BuilderError`` (`wrongPlatform`) for one of another kind of machine.
    public func runnableTree(_ reference: String, from folder: FilePath) throws -> RunnableTree {
        try runnable(try tree(reference, from: folder), named: reference)
    }

    /// As ``publishedTree(_:)``, of this machine.
    public func runnablePublishedTree(_ reference: String) throws -> RunnableTree {
        try runnable(try publishedTree(reference), named: reference)
    }

    private func runnable(_ tree: RunnableTree, named reference: String) throws -> RunnableTree {
        guard let platform = try? TargetPlatform(tree.manifest.platform), !HostMachine.current.runs(platform) else {
            return tree
        }
        throw foreign(tree.manifest, named: reference)
    }

    /// The tree that a folder, a name or an id means, of whatever machine.
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
        return try publishedTree(reference)
    }

    /// The tree on the volume that a name or an id means, and no folder: for references of somebody else's.
    ///
    /// - Throws: as ``tree(_:from:)``.
    public func publishedTree(_ reference: String) throws -> RunnableTree {
        let summary = try summary(reference)
        guard let path = summary.path else { throw unpublished(summary, named: reference) }
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

extension EnvironmentBuilder {
    /// Why an environment has no tree on the volume, and what to do.
    private func unpublished(_ summary: EnvironmentSummary, named reference: String) -> BuilderError {
        if let platform = try? TargetPlatform(summary.manifest.platform), !HostMachine.current.runs(platform) {
            return foreign(summary.manifest, named: reference)
        }
        let places = summary.holders.compactMap { if case .tree(let path) = $0 { path.string } else { nil } }.sorted()
        return BuilderError(
            .unknownEnvironment, subject: reference,
            message: places.isEmpty
                ? "is known as an image alone, and has no folder here"
                : "is not on the volume, only at \(places.joined(separator: ", "))",
            advice: (places.first.map { "name that folder (\($0)), or " } ?? "")
                + "run `chidori env build RECIPE` without --to and --image")
    }

    private func foreign(_ manifest: EnvironmentManifest, named reference: String) -> BuilderError {
        let host = HostMachine.current
        let sibling = try? summaries().first { other in
            other.names.contains { $0.name == manifest.name } && other.path != nil
                && (try? TargetPlatform(other.manifest.platform)).map(host.runs) == true
        }
        return BuilderError(
            .wrongPlatform, subject: reference,
            message: "is for \(manifest.platform), and this machine is \(host)",
            advice: sibling?.tags.first.map { "`\($0)` is the one for this machine" }
                ?? "run its image on such a machine (`chidori env build RECIPE --image REF`), or add this one to the "
                + "recipe's `platforms` and build again")
    }
}
