internal import FileSystem
internal import Glibc
public import PythonPackaging
public import Recipes
internal import Subprocesses
public import SystemPackage

/// One source distribution on its way to a wheel, unpacked: its backend is asked what it needs, or to build (PEP 517), in
/// the sandbox. What is asked first may leave its mark on the tree, so a wheel that must not depend on what was asked
/// before is built of a tree of its own. Used by one thread. Blocks.
public final class WheelBuild {
    private let name: String
    private let system: BuildSystem
    private let scratch: FilePath
    /// The project's folder in the tree, if it is not the tree itself.
    private let subdirectory: String?
    private let sandbox: Sandbox
    private let limits: BuildLimits
    private let epoch: Int64
    private let log: BuildLog

    /// 1980-01-01, the first day that a zip knows.
    public static let standardEpoch: Int64 = 315_532_800

    /// Unpacks a source.
    ///
    /// - Parameters:
    ///   - name: what messages call it.
    ///   - subdirectory: the project's folder in the tree, if it is not the tree itself.
    ///   - scratch: an empty folder of the build's own, which the caller deletes.
    ///   - log: where everything that is printed is kept.
    ///   - epoch: seconds since 1970 that stand for "now".
    ///   - unpack: puts the tree into a folder, and returns the tree's own folder in it.
    /// - Throws: what `unpack` throws.
    public init(
        of name: String, subdirectory: String? = nil, system: BuildSystem, in scratch: FilePath, log: FilePath,
        sandbox: Sandbox = .available(), limits: BuildLimits = .standard, epoch: Int64 = WheelBuild.standardEpoch,
        unpack: (FilePath) throws -> FilePath
    ) throws {
        self.name = name
        self.subdirectory = subdirectory
        self.system = system
        self.scratch = scratch
        self.sandbox = sandbox
        self.limits = limits
        self.epoch = epoch
        self.log = try BuildLog(log)
        for folder in ["home", "tmp", "wheels"] { try scratch.appending(folder).makeFolders() }
        // Whatever the publisher called the folder, the build sees it under one name, or paths in what it makes differ.
        let folder = scratch.appending("source")
        try folder.makeFolders()
        try unpack(folder).move(to: scratch.appending("tree"))
        try scratch.appending("backend.py").replaceFile(with: Array(BackendProgram.text.utf8))
    }

    /// What the backend needs beside what the source names (`get_requires_for_build_wheel`).
    ///
    /// - Throws: ``SourceBuildsError``; `PythonPackagingError` for what is no requirement.
    public func requires(in environment: BuildEnvironment) throws -> [Requirement] {
        guard case .requires(let texts) = try ask(.requires, in: environment) else { throw strangeAnswer }
        return try texts.map { try Requirement($0) }
    }

    /// Builds the wheel, and passes on what it is called and where it can be read during the call.
    ///
    /// - Throws: ``SourceBuildsError``, and what `body` throws.
    public func wheel<Result>(
        in environment: BuildEnvironment, _ body: (_ name: String, _ path: FilePath) throws -> Result
    ) throws -> Result {
        guard case .wheel(let file) = try ask(.wheel, in: environment) else { throw strangeAnswer }
        guard file.isFileName, file.hasSuffix(".whl") else {
            throw SourceBuildsError(
                .wrongWheel, name, "was built to `\(file)`, which is no wheel's name",
                advice: "choose another version, or a wheel of it")
        }
        guard let left = LeftFile("wheels/\(file)", in: scratch) else {
            throw SourceBuildsError(
                .wrongWheel, name, "was built to `\(file)`, and there is no such file",
                advice: "choose another version, or a wheel of it")
        }
        return try withExtendedLifetime(left) { try body(file, left.path) }
    }

    private func ask(_ hook: BackendProgram.Hook, in environment: BuildEnvironment) throws -> BackendProgram.Answer {
        let place = sandbox.place(of: scratch)
        let tree = sandbox.place(ofTree: environment.tree)
        let request = BackendProgram.request(
            hook, backend: system.backend, path: system.backendPath,
            source: place.appending("tree").pushing(FilePath(subdirectory ?? "")).string,
            wheels: place.appending("wheels").string)
        try scratch.appending("request.json").replaceFile(with: request)
        unlink(scratch.appending("answer.json").string)
        let program = sandbox.program(
            [
                tree.appending("bin/python").string, "-s", "-B", place.appending("backend.py").string,
                place.appending("request.json").string, place.appending("answer.json").string,
            ],
            scratch: scratch, tree: environment.tree, readable: environment.readable,
            variables: environment.variables(tree: tree, scratch: place, epoch: epoch))
        try log.note("\(system.backend): \(hook == .wheel ? "build_wheel" : "get_requires_for_build_wheel")")
        let ending = try run(program)
        guard ending == .exited(status: 0) else { throw failure(ending) }
        guard let answer = LeftFile("answer.json", in: scratch),
            let bytes = try? answer.path.fileContents(limit: 1 << 20), let said = BackendProgram.answer(bytes)
        else { throw strangeAnswer }
        switch said {
        case .missing(let module):
            throw SourceBuildsError(
                .missingBackend, name,
                "is built by `\(module)`, which is in nothing that its pyproject.toml requires",
                advice: "choose another version; its [build-system] must require what `\(module)` is in")
        case .elsewhere(let module):
            throw SourceBuildsError(
                .missingBackend, name, "names a backend-path that `\(module)` is not in",
                advice: "choose another version, and tell its publisher")
        case .requires, .wheel: return said
        }
    }

    private func run(_ program: Program) throws -> ProgramOutcome.Ending {
        let (log, limits, name) = (log, limits, name)
        let disk = DiskUse(of: scratch, limits: limits)
        func exceeded(_ what: String) -> SourceBuildsError {
            SourceBuildsError(
                .exceeded, name, "\(what) while it was built, and was ended:\(log.lastLines)",
                advice: "see the whole log, \(log.path); choose another version, or a wheel of it")
        }
        do {
            return try program.run(timeout: limits.time) { piece in
                if try log.append(piece) > limits.output {
                    throw exceeded("printed more than \(readable(bytes: limits.output))")
                }
            } watch: { process in
                let tree = ProcessTree(below: process)
                if tree.memory > limits.memory {
                    throw exceeded("took more than \(readable(bytes: limits.memory)) of memory")
                }
                if disk.isTooMuch { throw exceeded("took more than \(readable(bytes: disk.most)) of the disk") }
                if tree.count > limits.processes { throw exceeded("had more than \(limits.processes) processes") }
            }
        } catch let error as SubprocessError where error.code == .timedOut {
            throw exceeded("took more than \(readable(seconds: Double(limits.time.components.seconds)))")
        }
    }

    private func failure(_ ending: ProgramOutcome.Ending) -> SourceBuildsError {
        let how =
            switch ending {
            case .exited(let status): "ended with status \(status)"
            case .signalled(let signal): "was ended by signal \(signal)"
            }
        return SourceBuildsError(
            .failed, name, "cannot be built: \(system.backend) \(how)\(log.lastLines)",
            advice: "\(hint.map { "\($0); " } ?? "")see the whole log, \(log.path)")
    }

    /// What usually helps, by what is known of such ends.
    private var hint: String? {
        let hints: [(signs: [String], advice: String)] = [
            (
                ["Python.h: No such file"],
                "install Python's headers (`apt-get install python3-dev` on Debian and Ubuntu)"
            ),
            (
                [
                    "command 'gcc' failed: No such file", "command 'x86_64-linux-gnu-gcc' failed: No such",
                    "gcc: not found",
                    "cc: not found", "Unable to find a compiler",
                ],
                "install a compiler (`apt-get install build-essential` on Debian and Ubuntu)"
            ),
            (
                [
                    "Temporary failure in name resolution", "Network is unreachable", "Name or service not known",
                    "Could not resolve host",
                ],
                "builds have no network, so choose a version that needs none, or a wheel of it"
            ),
            (
                ["ModuleNotFoundError: No module named"],
                "what it imports must be in its [build-system] requires; older ones may need older tools (`build-constraints`)"
            ),
            (["Read-only file system", "Permission denied"], "builds may write to their own folder alone"),
        ]
        return hints.first { $0.signs.contains(where: log.mentions) }?.advice
    }

    private var strangeAnswer: SourceBuildsError {
        SourceBuildsError(
            .failed, name, "was built by \(system.backend), which gave no answer as PEP 517 has it:\(log.lastLines)",
            advice: "choose another version; see the whole log, \(log.path)")
    }
}
