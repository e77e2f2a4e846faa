internal import Archive
internal import FileSystem
internal import Glibc
public import PythonPackaging
public import Recipes
public import SystemPackage

/// A source distribution: one folder, packed (PEP 625, and whatever came before it).
public struct SourceArchive: Sendable {
    /// Where the archive lies.
    public let path: FilePath
    /// What messages call it: `pyspark-4.0.1.tar.gz`.
    public let name: String

    public init(_ path: FilePath, name: String) {
        self.path = path
        self.name = name
    }

    /// What the files at the top of the source's folder say of it.
    public struct Facts: Sendable, Equatable {
        /// `PKG-INFO`, empty where there is none.
        public var metadata: [UInt8]
        /// `pyproject.toml`; `nil` where there is none.
        public var project: [UInt8]?

        public init(metadata: [UInt8], project: [UInt8]?) {
            self.metadata = metadata
            self.project = project
        }

        static let files = ["PKG-INFO", "pyproject.toml", "setup.py"]

        /// - Parameters:
        ///   - name: the source's, for messages.
        ///   - folder: the project's in the source, if it is not the source itself.
        ///   - contents: what a file in the project's folder holds; `nil` where it is not there.
        /// - Throws: ``SourceBuildsError`` (`invalidSource`) where nothing says how to build it.
        public init(of name: String, below folder: String? = nil, contents: (String) throws -> [UInt8]?) throws {
            let project = try contents("pyproject.toml")
            guard try project != nil || contents("setup.py") != nil else {
                throw SourceBuildsError(
                    .invalidSource, name,
                    "has neither a pyproject.toml nor a setup.py in its folder\(folder.map { " `\($0)`" } ?? "")",
                    advice: folder.map {
                        "correct `#subdirectory=\($0)` in the recipe: it starts from the source's top"
                    }
                        ?? "choose another version, a wheel of it, or the project's `#subdirectory=`")
            }
            self.init(metadata: try contents("PKG-INFO") ?? [], project: project)
        }

        /// What the source is built with.
        ///
        /// - Throws: `RecipesError` for a `pyproject.toml` that cannot be read.
        public func buildSystem(of name: String) throws -> BuildSystem {
            guard let project else { return .legacy }
            return try BuildSystem(toml: SourceText(project, name: "\(name): pyproject.toml"))
        }

        /// The metadata of whatever is built from it, where PKG-INFO promises as much (PEP 643).
        public func staticMetadata(of name: String) -> CoreMetadata? {
            guard let metadata = try? CoreMetadata(metadata, of: name), metadata.hasStaticDependencies else {
                return nil
            }
            return metadata
        }
    }

    /// Bytes of the files that are read whole.
    private static let factLimit = 16 << 20
    /// Bytes of everything unpacked, and how many entries; PySpark's 430 MB are as large as they come.
    private static let sizeLimit: UInt64 = 8 << 30
    private static let countLimit = 1_000_000

    private var tooLarge: SourceBuildsError {
        SourceBuildsError(
            .unsafeEntry, name,
            "holds more than \(readable(bytes: Self.sizeLimit)), or more than \(Self.countLimit) entries",
            advice: "do not build it, and tell its publisher")
    }

    /// Reads the facts. Blocks for as long as inflating the whole archive takes.
    ///
    /// - Parameter subdirectory: the project's folder in the source's, if it is not that itself.
    /// - Throws: `ArchiveError`, ``SourceBuildsError`` (`invalidSource`).
    public func facts(below subdirectory: String? = nil) throws -> Facts {
        var reader = try ArchiveReader(path, name: name, accepting: .sources)
        var files: [String: [UInt8]] = [:]
        let folder = subdirectory?.pathNames ?? []
        var size: UInt64 = 0
        var count = 0
        while let entry = try reader.next() {
            size = size.addingReportingOverflow(entry.header.size).partialValue
            count += 1
            guard size <= Self.sizeLimit, entry.header.size <= Self.sizeLimit, count <= Self.countLimit else {
                throw tooLarge
            }
            let names = entry.header.path.pathNames
            guard case .file = entry.header.kind, let file = names.last, Facts.files.contains(file),
                names.dropFirst().dropLast().elementsEqual(folder)
            else { continue }
            files[file] = try reader.contents(limit: Self.factLimit)
        }
        return try Facts(of: name, below: subdirectory) { files[$0] }
    }

    /// Unpacks the archive into a folder that is there and empty, and returns the source's own folder in it. Blocks.
    ///
    /// Modes are 0755 or 0644, times as the archive has them. Links are made last, symbolic ones after hard ones, so that
    /// nothing is written through them; a source that has anything behind a link, or a link that leads out of its folder,
    /// also by way of others, is refused before one is made.
    ///
    /// - Throws: ``SourceBuildsError`` (`unsafeEntry`, `invalidSource`), `ArchiveError`, `Errno`.
    public func unpack(into folder: FilePath) throws -> FilePath {
        var reader = try ArchiveReader(path, name: name, accepting: .sources)
        var links = SourceLinks(of: name)
        var paths: [String] = []
        var top: String?
        var left = Self.sizeLimit
        while let entry = try reader.next() {
            let header = entry.header
            let first = header.path.pathNames.first ?? ""
            guard top == nil || top == first else {
                throw SourceBuildsError(
                    .invalidSource, name, "has `\(top ?? "")` and `\(first)` at its top, where one folder must be",
                    advice: "choose another version, or a wheel of it")
            }
            top = first
            let place = folder.pushing(FilePath(header.path))
            switch header.kind {
            case .directory:
                paths.append(header.path)
                try place.makeFolders()
            case .file:
                paths.append(header.path)
                try place.removingLastComponent().makeFolders()
                try write(header, of: &reader, to: place, left: &left)
            case .symbolicLink(let target): try links.add(symbolic: header.path, to: target)
            case .hardLink(let target): links.add(hard: header.path, to: target)
            case .characterDevice, .blockDevice, .fifo:
                throw SourceBuildsError(
                    .unsafeEntry, name, "holds the device `\(header.path)`",
                    advice: "do not build it, and tell its publisher")
            }
        }
        guard let top, folder.appending(top).isFolder else {
            throw SourceBuildsError(
                .invalidSource, name, "holds no folder", advice: "choose another version, or a wheel of it")
        }
        try links.check(beside: paths)
        for link in links.hard {
            try make(link.path, in: folder) { Glibc.link(folder.pushing(FilePath(link.target)).string, $0) }
        }
        for link in links.symbolic { try make(link.path, in: folder) { symlink(link.target, $0) } }
        return folder.appending(top)
    }

    private func write(
        _ header: TarHeader, of reader: inout ArchiveReader, to place: FilePath, left: inout UInt64
    ) throws {
        let file = try FileDescriptor.open(
            place, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec],
            permissions: FilePermissions(rawValue: header.mode & 0o111 != 0 ? 0o755 : 0o644))
        var rest = left
        try file.closeAfter {
            try reader.stream { piece in
                guard UInt64(piece.count) <= rest else { throw tooLarge }
                rest -= UInt64(piece.count)
                try file.writeAll(piece)
            }
            var times = [timespec](repeating: timespec(tv_sec: Int(header.modified), tv_nsec: 0), count: 2)
            _ = futimens(file.rawValue, &times)
        }
        left = rest
    }

    private func make(_ path: String, in folder: FilePath, _ call: (String) -> CInt) throws {
        let place = folder.pushing(FilePath(path))
        try place.removingLastComponent().makeFolders()
        guard call(place.string) == 0 || errno == EEXIST else {
            throw SourceBuildsError(
                .invalidSource, name, "holds the link `\(path)`, which cannot be made: \(Errno(rawValue: errno))",
                advice: "choose another version, or a wheel of it")
        }
    }
}
