internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import ImageSpec
internal import Layers
internal import Publishing
internal import SourceBuilds
internal import Subprocesses
internal import SystemPackage
internal import Units
internal import Workers

extension EnvironmentBuilder {
    /// The class archive of an image: made by the base's own Java, with Spark's jars where the image has them, and with
    /// the times that they have there.
    ///
    /// - Returns: `nil`, and a warning, where it cannot be made here.
    func classArchive(
        of environment: Environment, packages: [Package], base: ReadyBase?
    ) async throws -> ClassArchive? {
        guard let spark = environment.spark else {
            return leftOut("\(environment.name) has no PySpark")
        }
        guard let base, let files = base.files else {
            return leftOut("the image's own Java cannot run here; choose a base of this processor, or --trust-base")
        }
        // Found out by running it, which blocks.
        guard case .bubblewrap(let sandbox) = try await blocking({ Sandbox.available() }) else {
            return leftOut("bubblewrap cannot run here, in which the image's own Java would; install it")
        }
        let wanted = packages.filter { [spark.name, "py4j"].contains($0.unit.name) }
        let epoch = try Timestamp.epoch(environmentVariable("SOURCE_DATE_EPOCH"))
        let format = LayerFormat(epoch: epoch)
        let key = ClassArchive.key(
            wanted.map(\.unit.treeDigest.hex) + [base.image.digest.hex, format.root, String(epoch)])
        return try await blocking { [self] in
            if let known = try known(key) { return known }
            let scratch = try store.scratchFolder()
            let tree = scratch.path.appending("environment")
            let room = scratch.path.appending("room")
            try room.makeFolders()
            try publishCopy(wanted, of: environment, python: base.python, to: tree)
            let jars = tree.appending("\(spark.sitePackages)/pyspark/jars")
            for entry in try jars.folderEntries() {
                var times = [timespec(tv_sec: Int(epoch), tv_nsec: 0), timespec(tv_sec: Int(epoch), tv_nsec: 0)]
                guard utimensat(AT_FDCWD, jars.appending(entry.name).string, &times, 0) == 0 else {
                    throw Errno(rawValue: errno)
                }
            }
            try room.appending("hosts").replaceFile(with: Array("127.0.0.1 localhost\n".utf8))
            try room.appending("train.py").replaceFile(with: Array(TrainingProgram.text.utf8))
            let view = try ImageView(files: files, tree: tree, place: "/" + format.root, room: room)
            return try finish(
                view.program(
                    sandbox, base.image.configuration.environment,
                    ["/\(format.root)/\(SparkHome.folder)/bin/spark-submit", "\(ImageView.room)/train.py"]),
                room.appending("classes.jsa"), key)
        }
    }

    /// Publishes some packages as files of their own.
    private func publishCopy(
        _ packages: [Package], of environment: Environment, python: String, to tree: FilePath
    ) throws {
        let folders = PackageFolders(in: store)
        let missing = try packages.filter { try !folders.contains($0) }
        if !missing.isEmpty { try folders.unpack(missing, workers: workers) { _ in } }
        let publisher = TreePublisher(folders, workers: workers)
        let plan = try publisher.plan(packages, python: environment.python, links: .copy)
        let glue = TreeGlue(
            interpreter: FilePath(python), python: environment.python, manifest: Array("{}\n".utf8),
            spark: SparkHome(units: ["pyspark"]))
        try publisher.publish(plan, packages.map(\.folderName), links: .copy, glue: glue, to: tree)
    }
}

/// A base's files and an environment, seen by a program as in a container of their image. It may write to one folder,
/// and has no network.
private struct ImageView {
    /// Where the program may write.
    static let room = "/run/chidori"

    private var words: [String]

    /// - Parameters:
    ///   - files: the base's.
    ///   - place: where the environment is seen.
    init(files: FilePath, tree: FilePath, place: String, room: FilePath) throws {
        words = ["--unshare-all", "--die-with-parent", "--new-session", "--hostname", "localhost", "--clearenv"]
        if geteuid() == 0 {
            words += ["--cap-drop", "ALL"]
        } else {
            words += ["--unshare-user", "--uid", "0", "--gid", "0"]
        }
        let mounted = ["dev", "proc", "sys", "tmp", "run", "opt", "etc"]
        for entry in try files.folderEntries() where !mounted.contains(entry.name) {
            try show(files.appending(entry.name), at: "/\(entry.name)")
        }
        // Every runtime says who localhost is; a base does not.
        for entry in try files.appending("etc").folderEntries() where entry.name != "hosts" {
            try show(files.appending("etc").appending(entry.name), at: "/etc/\(entry.name)")
        }
        words += ["--ro-bind", room.appending("hosts").string, "/etc/hosts"]
        words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]
        words += ["--ro-bind", tree.string, place, "--bind", room.string, Self.room, "--chdir", Self.room]
        for (name, value) in SparkHome(units: ["pyspark"])?.variables(at: place, beside: nil) ?? [] {
            words += ["--setenv", name, value]
        }
        words += ["--setenv", "PYSPARK_PYTHON", "\(place)/bin/python"]
    }

    private mutating func show(_ path: FilePath, at place: String) throws {
        if let target = try? path.linkText() {
            words += ["--symlink", target, place]
        } else {
            words += ["--ro-bind", path.string, place]
        }
    }

    func program(_ sandbox: FilePath, _ variables: [String], _ command: [String]) -> Program {
        let own = [
            "CHIDORI_TRAINS_CLASS_ARCHIVE=\(Self.room)/classes.jsa", "SPARK_CONF_DIR=\(Self.room)/none",
            "SPARK_LOCAL_IP=127.0.0.1", "HOME=\(Self.room)",
        ]
        let settings = (variables + own).flatMap { variable -> [String] in
            let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? ["--setenv", String(parts[0]), String(parts[1])] : []
        }
        return Program(sandbox.string, words + settings + ["--"] + command, environment: .exactly([:]), in: "/")
    }
}
