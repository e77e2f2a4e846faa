internal import BaseImages
internal import Preflight
internal import PythonPackaging
internal import SystemPackage
internal import Workers

extension EnvironmentBuilder {
    /// The Java of the base that a recipe or `--base` names, as far as it tells without being built.
    ///
    /// - Parameters:
    ///   - text: the base's name; `nil` for none.
    ///   - folder: what its relative path starts from.
    /// - Returns: `nil`, and a warning, where there is no such base.
    func java(
        of text: String?, for platform: TargetPlatform, beside folder: FilePath
    ) async throws -> JavaRuntime? {
        guard let text, text != "none",
            let architecture = DebianArchitecture(anyName: platform.architecture.rawValue)
        else { return .unknown }
        let bases = BaseImages(store: store, folders: baseFolders(beside: folder), offline: settings.offline)
        do {
            let reference = try BaseReference(text, relativeTo: folder)
            // What stands in a layout or at a registry is looked into when an image is built on it.
            switch reference {
            case .layout, .registry: return .unknown
            case .file, .named: break
            }
            return try await blocking {
                let lock = try bases.lock(reference)
                let packages = try lock.part(architecture).packages.map(\.name)
                let versions = packages.compactMap(JavaRuntime.version(ofPackage:))
                return versions.max().map { .version($0, in: text) } ?? .none(in: text)
            }
        } catch let error as BaseError {
            observer(.warning("what Java the base has cannot be told: \(error)"))
            return nil
        }
    }
}

extension JavaRuntime {
    /// The Java that a Debian package is: 17 for `openjdk-17-jre-headless`, `temurin-17-jdk`, `zulu17-jre`; `nil` for a
    /// package that is none.
    static func version(ofPackage name: String) -> Int? {
        guard ["-jre", "-jdk", "corretto", "jdk-"].contains(where: name.contains) else { return nil }
        let numbers = name.split { !$0.isNumber }.compactMap { Int($0) }
        return numbers.first { (8...99).contains($0) }
    }
}
