internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import Publishing
internal import Subprocesses
internal import SystemPackage

/// The run by which a folder's class archive is made.
struct FolderTraining {
    let key: String
    /// What the run is changed by.
    let variables: [String: String?]
}

extension EnvironmentBuilder {
    /// How a folder's class archive is made; `nil`, and a warning, where none would map.
    ///
    /// - Parameter destination: the volume if `nil`.
    func folderTraining(
        _ manifest: EnvironmentManifest, links: LinksMode, at destination: FilePath?
    ) throws -> FolderTraining? {
        guard let index = manifest.units.firstIndex(where: { $0.name == "pyspark" }) else {
            return leftOut("\(manifest.name) has no PySpark")
        }
        // The JVM looks at the jars' times, and copies have new ones.
        guard links != .copy else { return leftOut("a folder of copies has other files each time") }
        let place = destination ?? volumePath(of: manifest.id)
        let java = environmentVariable("JAVA_HOME").map { "\($0)/bin/java" } ?? "java"
        guard let build = try? Program(java, ["-Xinternalversion"]).output(timeout: .seconds(60)) else {
            return leftOut("\(java) does not run; install Java 17, or set JAVA_HOME")
        }
        let package = store.packagesFolder.appending(manifest.packageFolders[index])
        let jars = package.appending("lib/python\(manifest.python)/site-packages/pyspark/jars")
        var facts = [place.string, String(decoding: build, as: UTF8.self)]
        for entry in try jars.folderEntries().sorted(by: { $0.name < $1.name }) {
            var status = stat()
            guard stat(jars.appending(entry.name).string, &status) == 0 else { continue }
            facts.append("\(entry.name) \(status.st_size) \(status.st_mtim.tv_sec)")
        }
        return FolderTraining(
            key: ClassArchive.key(facts), variables: RunnableTree(path: place, manifest: manifest).changes)
    }

    /// Runs Spark in a folder once; `nil`, and a warning, where it fails.
    func train(_ training: FolderTraining, in tree: FilePath) throws -> ClassArchive? {
        let scratch = try store.scratchFolder()
        let program = scratch.path.appending("train.py")
        let made = scratch.path.appending("classes.jsa")
        try program.replaceFile(with: Array(TrainingProgram.text.utf8))
        var variables = training.variables
        variables["CHIDORI_TRAINS_CLASS_ARCHIVE"] = made.string
        variables["SPARK_CONF_DIR"] = scratch.path.string
        variables["SPARK_LOCAL_IP"] = "127.0.0.1"
        let submit = tree.appending("\(SparkHome.folder)/bin/spark-submit").string
        return try finish(
            Program(submit, [program.string], environment: .inherited(variables), in: scratch.path), made, training.key)
    }

    /// Runs a training and keeps what it made.
    func finish(_ program: Program, _ made: FilePath, _ key: String) throws -> ClassArchive? {
        let outcome: ProgramOutcome
        do {
            outcome = try program.run(timeout: .seconds(1800))
        } catch let error as SubprocessError {
            return leftOut("Spark did not run: \(error.message)")
        }
        guard outcome.succeeded else {
            // What Python says is on standard output; Spark's own words are many.
            let said = outcome.outputText.isEmpty ? outcome.errorText : outcome.outputText
            let end = said.split(separator: "\n").suffix(3).joined(separator: "; ")
            return leftOut("Spark did not run to its end: \(end)")
        }
        guard access(made.string, R_OK) == 0 else { return leftOut("this Java made none; it takes 13 or later") }
        let blob = try store.insert(copying: made)
        try store.setRecord(kind: ClassArchive.kind, key: key, value: Array(blob.digest.hex.utf8))
        return ClassArchive(key: key, blob: blob.digest, size: blob.size)
    }

    /// Warns that there is no class archive.
    func leftOut<Anything>(_ why: String) -> Anything? {
        observer(.warning("the class archive is left out: \(why)"))
        return nil
    }
}
