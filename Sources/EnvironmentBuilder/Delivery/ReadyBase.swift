internal import BaseImages
internal import ContentStore
internal import ImageSpec
internal import Layers
internal import PythonPackaging
internal import SystemPackage
internal import Units
internal import Workers

/// A base that is in the store, as images take it.
struct ReadyBase: Sendable {
    var image: ImageBase
    /// The interpreter's path inside.
    var python: String?
    /// The interpreter, made to run on this machine; `nil` where that cannot be.
    var interpreter: Interpreter?
}

extension EnvironmentBuilder {
    /// The folders where bases are looked for by name: `base-images` beside the lock, above it, in the current folder,
    /// and where Chidori is installed.
    private func baseFolders(beside folder: FilePath) -> [FilePath] {
        let program = FilePath(CommandLine.arguments.first ?? "chidori").removingLastComponent()
        return [
            folder.appending("base-images"), folder.removingLastComponent().appending("base-images"),
            FilePath("base-images"), program.appending("../share/chidori/base-images"),
        ]
    }

    /// Makes a base ready: built from its lock where the store does not have it.
    ///
    /// - Parameters:
    ///   - text: what the recipe or `--base` names; `nil` for an image without a base.
    ///   - folder: the folder of the lock.
    ///   - needsInterpreter: whether bytecode is to be made by the base's own interpreter.
    func base(
        _ text: String?, for platform: TargetPlatform, beside folder: FilePath, needsInterpreter: Bool
    ) async throws -> ReadyBase? {
        guard let text, text != "none" else { return nil }
        let reference = try BaseReference(text, relativeTo: folder)
        let bases = BaseImages(store: store, folders: baseFolders(beside: folder), offline: settings.offline)
        guard let architecture = DebianArchitecture(anyName: platform.architecture.rawValue) else {
            throw BuilderError(
                .unknownInput, subject: text, message: "cannot be a base for \(platform)",
                advice: "choose a platform of x86_64 or aarch64")
        }
        let store = self.store
        return try await stage(.base) {
            try await blocking {
                let image = try bases.image(reference, for: architecture)
                var interpreter: Interpreter?
                if needsInterpreter, architecture == DebianArchitecture.host {
                    let program = try bases.interpreter(of: image)
                    interpreter = try InterpreterFinder(store: store, environment: [:]).identify(program.launcher)
                }
                return ReadyBase(
                    image: ImageBase(
                        name: image.name, digest: image.digest, manifest: image.manifest,
                        configuration: image.configuration),
                    python: image.python, interpreter: interpreter)
            }
        }
    }
}
