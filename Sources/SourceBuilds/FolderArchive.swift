internal import Archive
internal import FileSystem
internal import Glibc
public import SystemPackage

/// A folder of sources as a canonical archive: the same files give the same bytes, whoever owns them and whenever they
/// were written.
///
/// What is not source is left out: version control, caches, virtual environments, what builds leave.
public struct FolderArchive {
    private let folder: FilePath
    /// The archive's one folder.
    private let name: String

    /// - Parameters:
    ///   - folder: the project's.
    ///   - name: what the folder is called in the archive.
    public init(of folder: FilePath, named name: String) {
        self.folder = folder
        self.name = name
    }

    private static let leftOut: Set<String> = [
        ".git", ".hg", ".svn", ".bzr", ".tox", ".nox", ".venv", ".mypy_cache", ".pytest_cache", ".ruff_cache",
        ".eggs", ".idea", ".vscode", "__pycache__", "node_modules",
    ]

    private static func isLeftOut(_ name: String, in folder: FilePath) -> Bool {
        leftOut.contains(name) || name.hasSuffix(".pyc") || name.hasSuffix(".lock.toml") || name.hasSuffix(".egg-info")
            || folder.appending(name).appending("pyvenv.cfg").isFile
    }

    /// Writes the archive, a tar. Blocks.
    ///
    /// - Throws: ``SourceBuildsError`` (`invalidSource`) where there is no folder, or one that cannot be read.
    public func write(to sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        var writer = TarWriter()
        do {
            try add(folder, "\(name)/", &writer, sink)
        } catch let error as Errno {
            throw SourceBuildsError(
                .invalidSource, folder.string, "cannot be read as a folder of sources: \(error)",
                advice: "check the path, which starts from the recipe's folder")
        }
        try writer.finish(sink: sink)
    }

    private func add(
        _ folder: FilePath, _ prefix: String, _ writer: inout TarWriter,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) throws {
        var names = try folder.folderNames().filter { !Self.isLeftOut($0, in: folder) }
        // At the project's top these are what builds leave; further down they may be anything.
        if folder == self.folder { names.removeAll { ["build", "dist"].contains($0) } }
        for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            let path = folder.appending(name)
            var facts = stat()
            guard lstat(path.string, &facts) == 0 else { throw Errno(rawValue: errno) }
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: try add(path, "\(prefix)\(name)/", &writer, sink)
            case S_IFLNK:
                try writer.add(
                    TarHeader(path: prefix + name, kind: .symbolicLink(target: path.linkText()), mode: 0o777),
                    sink: sink)
            case S_IFREG:
                let content = try path.fileContents(limit: 1 << 32)
                try writer.add(
                    TarHeader(path: prefix + name, kind: .file, mode: facts.st_mode & 0o111 != 0 ? 0o755 : 0o644),
                    content: content, sink: sink)
            default: continue
            }
        }
    }
}
