internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import FoundationEssentials
internal import ImageSpec
public import SystemPackage

extension BaseImages {
    /// Where the base has its Python.
    ///
    /// - Parameter version: X.Y, which must be the interpreter's; any if `nil`. A base that was built from a lock says
    ///   where its Python is; in another image `pythonX.Y` is looked for on its `PATH`.
    /// - Throws: ``BaseError/Code/noInterpreter``.
    public func python(in image: BaseImage, version: String? = nil) throws -> String {
        if let known = image.python, version == nil || FilePath(known).lastComponent?.string == "python\(version ?? "")"
        {
            return known
        }
        let folder = try unpacked(image)
        let names = version.map { ["python\($0)"] } ?? ["python3", "python"]
        let path =
            image.configuration.variable("PATH") ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        for place in path.split(separator: ":").map(String.init) where place.utf8.first == UInt8(ascii: "/") {
            for name in names where try folder.resolve("\(place)/\(name)") != nil { return "\(place)/\(name)" }
        }
        let other = image.python.map { " (it has \($0))" } ?? ""
        throw BaseError(
            .noInterpreter, image.name, "has no Python \(version ?? "3") on its PATH\(other)",
            advice:
                "choose a base that has it, add it to the base's packages and lock the base again, or change the recipe's Python version"
        )
    }

    /// The base's own interpreter, made to run on this machine: the image is unpacked once into the data folder.
    ///
    /// - Parameter version: X.Y; see ``python(in:version:)``.
    /// - Throws: ``BaseError``: no such interpreter, or one that cannot run here.
    public func interpreter(of image: BaseImage, version: String? = nil) throws -> BaseInterpreter {
        let python = try python(in: image, version: version)
        let name = FilePath(python).lastComponent?.string ?? "python"
        let interpreter = try BaseInterpreter(
            in: try unpacked(image), python: python, launcher: home(of: image).appending(name), image: image.name)
        try interpreter.writeLauncher()
        return interpreter
    }

    /// The image's files, unpacked once into the data folder: readable by everybody, links as they are.
    public func files(of image: BaseImage) throws -> FilePath { try unpacked(image).path }

    private func home(of image: BaseImage) -> FilePath {
        store.basesFolder.appending(image.digest.hex)
    }

    /// The image's files, unpacked by the first who needs them.
    private func unpacked(_ image: BaseImage) throws -> RootFolder {
        let home = home(of: image)
        let folder = RootFolder(path: home.appending("rootfs"))
        try store.spare([.base(image.digest)])
        if FileManager.default.fileExists(atPath: folder.path.string) { return folder }
        return try store.exclusively("base-root-\(image.digest.hex)", doing: "unpacking the base image \(image.name)") {
            if FileManager.default.fileExists(atPath: folder.path.string) { return folder }
            try FileManager.default.createDirectory(atPath: home.string, withIntermediateDirectories: true)
            // A name of its own until it is whole; what a killed process left there is thrown away.
            let unfinished = RootFolder(path: home.appending("rootfs.unfinished"))
            try Self.clear(unfinished.path)
            try FileManager.default.createDirectory(atPath: unfinished.path.string, withIntermediateDirectories: false)
            do {
                try unfinished.add(layers: image.manifest.layers.map { store.blobPath($0.digest) })
            } catch {
                try? Self.clear(unfinished.path)
                throw error
            }
            try unfinished.path.move(to: folder.path)
            return folder
        }
    }
}
