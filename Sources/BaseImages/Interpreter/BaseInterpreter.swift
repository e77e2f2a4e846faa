internal import FileSystem
internal import FoundationEssentials
public import SystemPackage

/// A base image's own Python, run on this machine from an unpacked copy of the image.
///
/// It is started through the image's own dynamic loader, with the image's own libraries: neither root nor a container is
/// needed, paths mean what they mean outside, and what it computes (bytecode above all) is what it computes in the image.
public struct BaseInterpreter: Sendable, Equatable {
    /// The unpacked image.
    public let rootFileSystem: FilePath
    /// The interpreter's path in the image: `/usr/bin/python3.11`.
    public let python: String
    /// The interpreter's real file in the copy.
    public let file: FilePath
    /// What to start, before the interpreter's own arguments: the loader, its options, and the interpreter's path.
    public let command: [String]
    /// A script that does the same, for whoever needs one path to start.
    public let launcher: FilePath

    /// - Parameter launcher: where the script is written.
    /// - Throws: ``BaseError/Code/noInterpreter`` if the image has none there, ``BaseError/Code/interpreterFails`` if it
    ///   is for another processor.
    init(in folder: RootFolder, python: String, launcher: FilePath, image: String) throws {
        rootFileSystem = folder.path
        self.python = python
        self.launcher = launcher
        guard let file = try folder.resolve(python) else {
            throw BaseError(
                .noInterpreter, image, "has no \(python)",
                advice: "choose a base with that interpreter, or change the environment's Python version")
        }
        self.file = file
        guard let program = try ELFProgram.read(file) else {
            throw BaseError(
                .interpreterFails, "\(image)'s \(python)", "is no native program",
                advice: "choose another base, or leave bytecode out (--no-bytecode)")
        }
        guard program.architecture == DebianArchitecture.host else {
            throw BaseError(
                .interpreterFails, "\(image)'s \(python)",
                "is for \(program.architecture?.rawValue ?? "another processor") and cannot run here",
                advice:
                    "leave bytecode out (--no-bytecode, or bytecode: false in the recipe), or build on that architecture"
            )
        }
        guard let wanted = program.loader else {
            command = [file.string]
            return
        }
        guard let loader = try folder.resolve(wanted) else {
            throw BaseError(
                .interpreterFails, "\(image)'s \(python)", "asks for the loader \(wanted), which is missing",
                advice: "choose another base, or leave bytecode out (--no-bytecode)")
        }
        let libraries = try Self.libraryFolders(in: folder).map(\.string).joined(separator: ":")
        // musl's loader has no such option, nor a cache to leave aside.
        let options = wanted.contains("musl") ? [] : ["--inhibit-cache"]
        command = [loader.string] + options + ["--library-path", libraries, file.string]
    }

    /// Writes the script at ``launcher`` if it is not there.
    func writeLauncher() throws {
        guard !FileManager.default.fileExists(atPath: launcher.string) else { return }
        let words = command.map { word in
            "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
        }
        let text = "#!/bin/sh\nexec \(words.joined(separator: " ")) \"$@\"\n"
        // Another process may be writing it too; whoever renames last leaves the same text.
        try launcher.replaceFile(with: Array(text.utf8), isExecutable: true)
    }

    /// The folders that the image's loader would search (`ld.so(8)`, `ldconfig(8)`), as they lie in the copy.
    private static func libraryFolders(in folder: RootFolder) throws -> [FilePath] {
        var names: [String] = []
        if let configurations = try folder.resolve("/etc/ld.so.conf.d") {
            for name in try FileManager.default.contentsOfDirectory(atPath: configurations.string).sorted()
            where name.hasSuffix(".conf") {
                guard let file = try folder.resolve("/etc/ld.so.conf.d/\(name)"),
                    let text = try? String(contentsOfFile: file.string, encoding: .utf8)
                else { continue }
                names += text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("/") }
            }
        }
        names += ["/lib64", "/usr/lib64", "/lib", "/usr/lib", "/usr/local/lib"]
        var folders: [FilePath] = []
        for name in names {
            if let place = try folder.resolve(name), !folders.contains(place) { folders.append(place) }
        }
        return folders
    }
}
