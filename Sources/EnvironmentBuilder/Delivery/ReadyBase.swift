public import BaseImages
internal import ContentStore
internal import FileSystem
internal import FoundationEssentials
internal import ImageSpec
internal import Layers
internal import PythonPackaging
internal import SystemPackage
internal import Units
internal import Workers

#if canImport(Glibc)
    internal import Glibc
#endif

/// A base that is in the store, as images take it.
struct ReadyBase: Sendable {
    var image: ImageBase
    /// The interpreter's path inside.
    var python: String
    /// The interpreter, made to run on this machine; `nil` where that cannot be, or where nobody needs it.
    var interpreter: Interpreter?
    /// Its files on this machine, where somebody needs them and its programs may run here.
    var files: FilePath?
    /// Whether its programs may run on this machine: those of its own processor, of a base that was built here or is trusted.
    var mayRun: Bool
    /// Everything of the store that an environment on this base needs.
    var contents: [StoreContent]
}

extension EnvironmentBuilder {
    /// The folders where bases are looked for by name: `base-images` beside the lock, above it, in the current folder,
    /// and where Chidori is installed.
    func baseFolders(beside folder: FilePath) -> [FilePath] {
        let current = FilePath(FileManager.default.currentDirectoryPath)
        let folder = current.pushing(folder)
        let installed = executable.removingLastComponent().removingLastComponent().appending("share/chidori")
        var folders: [FilePath] = []
        for place in [folder, folder.removingLastComponent(), current, installed] {
            let images = place.appending("base-images").lexicallyNormalized()
            if !folders.contains(images) { folders.append(images) }
        }
        return folders
    }

    /// Makes a base ready ahead of the environments that will stand on it.
    ///
    /// - Parameter text: as a recipe in the current folder would name it.
    /// - Throws: `BaseError`, `StoreError`.
    public func prepareBase(_ text: String, for architecture: DebianArchitecture) async throws -> BaseImage {
        let kept = try await store.keepContents(awaiting: "building the base image \(text)")
        defer { kept.release() }
        let reference = try BaseReference(text, relativeTo: FilePath(FileManager.default.currentDirectoryPath))
        let bases = BaseImages(store: store, folders: baseFolders(beside: ""), offline: settings.offline)
        return try await stage(.base) {
            try await bring(reference, for: architecture, to: bases)
            return try await blocking { try bases.image(reference, for: architecture) }
        }
    }

    /// Makes a base ready: built from its lock where the store does not have it.
    ///
    /// - Parameters:
    ///   - text: what the recipe or `--base` names; `nil` for an image without a base.
    ///   - folder: the folder of the lock.
    ///   - needsInterpreter: whether bytecode is to be made by the base's own interpreter.
    ///   - isTrusted: whether programs of an image that was not built here, from a lock, may run on this machine.
    ///   - needsFiles: whether others of its programs are to run on this machine than its interpreter.
    /// - Throws: `BaseError`: no such base, or one without the environment's Python or for another platform.
    func base(
        _ text: String?, for environment: Environment, beside folder: FilePath, needsInterpreter: Bool,
        isTrusted: Bool, needsFiles: Bool = false
    ) async throws -> ReadyBase? {
        guard let text, text != "none" else { return nil }
        let platform = environment.platform
        let reference = try BaseReference(text, relativeTo: folder)
        let bases = BaseImages(store: store, folders: baseFolders(beside: folder), offline: settings.offline)
        guard let architecture = DebianArchitecture(anyName: platform.architecture.rawValue) else {
            throw BuilderError(
                .unknownInput, subject: text, message: "cannot be a base for \(platform)",
                advice: "choose a platform of x86_64 or aarch64")
        }
        let finder = InterpreterFinder(store: store, environment: [:])
        return try await stage(.base) {
            try await bring(reference, for: architecture, to: bases)
            return try await blocking {
                let image = try bases.image(reference, for: architecture)
                let version = environment.python.short
                let mayRun = architecture == DebianArchitecture.host && (isTrusted || image.isBuiltHere)
                let files = needsFiles && mayRun ? try bases.files(of: image) : nil
                guard needsInterpreter, mayRun else {
                    return ReadyBase(
                        image, python: try bases.python(in: image, version: version), interpreter: nil, files: files,
                        mayRun: mayRun)
                }
                let program = try bases.interpreter(of: image, version: version)
                let interpreter = try finder.identify(program.file, launcher: program.launcher)
                try self.check(interpreter, of: image, runs: environment)
                return ReadyBase(
                    image, python: program.python, interpreter: interpreter, files: files, mayRun: mayRun)
            }
        }
    }

    /// Whether a base's interpreter is what an environment needs, as far as it tells itself.
    private func check(_ interpreter: Interpreter, of image: BaseImage, runs environment: Environment) throws {
        guard interpreter.version.short == environment.python.short else {
            throw BaseError(
                .noInterpreter, image.name,
                "calls a Python \(interpreter.version) by the name of \(environment.python.short)",
                advice: "choose another base, or change the recipe's Python version")
        }
        switch interpreter.fit(environment.platform) {
        case .runs: break
        case .older(let library):
            observer(
                .warning(
                    "\(image.name) has \(library), but the environment is for \(environment.platform): "
                        + "packages may ask for more than it has"))
        case .otherLibrary(let library):
            let name = library.isEmpty ? "another C library" : library
            throw BaseError(
                .platform, image.name, "has \(name), but the environment is for \(environment.platform)",
                advice: "choose a base with that C library, or lock for another --platform")
        }
    }
}

extension ReadyBase {
    fileprivate init(
        _ image: BaseImage, python: String, interpreter: Interpreter?, files: FilePath?, mayRun: Bool
    ) {
        self.image = ImageBase(
            name: image.label, digest: image.digest, manifest: image.manifest, configuration: image.configuration)
        self.python = python
        self.interpreter = interpreter
        self.files = files
        self.mayRun = mayRun
        contents = image.contents
    }
}

/// Where this program's file is, whatever name it was started by.
private var executable: FilePath {
    (try? FilePath("/proc/self/exe").withoutLinks()) ?? "chidori"
}
