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
        let folder = subdirectory.map { $0 + "/" } ?? ""
        var size: UInt64 = 0
        var count = 0
        while let entry = try reader.next() {
            size = size.addingReportingOverflow(entry.header.size).partialValue
            count += 1
            guard size <= Self.sizeLimit, entry.header.size <= Self.sizeLimit, count <= Self.countLimit else {
                throw tooLarge
            }
            let path = entry.header.path.drop { $0 != "/" }.dropFirst()
            guard case .file = entry.header.kind, path.hasPrefix(folder) else { continue }
            let file = String(path.dropFirst(folder.count))
            if Facts.files.contains(file) { files[file] = try reader.contents(limit: Self.factLimit) }
        }
        return try Facts(of: name, below: subdirectory) { files[$0] }
    }

    /// Unpacks the archive into a folder that is there and empty, and returns the source's own folder in it. Blocks.
    ///
    /// Modes are 0755 or 0644, times as the archive has them. Links are made last, symbolic
    /// ones after hard ones, so that nothing is written through them, and lead nowhere but into the source.
    ///
    /// - Throws: ``SourceBuildsError`` (`unsafeEntry`, `invalidSource`), `ArchiveError`, `Errno`.
    public func unpack(into folder: FilePath) throws -> FilePath {
        var reader = try ArchiveReader(path, name: name, accepting: .sources)
        var links: [(path: String, kind: TarHeader.Kind)] = []
        var top: Substring?
        var left = Self.sizeLimit
        while let entry = try reader.next() {
            let header = entry.header
            let first = header.path.prefix { $0 != "/" }
            guard top == nil || top == first else {
                throw SourceBuildsError(
                    .invalidSource, name, "has `\(top ?? "")` and `\(first)` at its top, where one folder must be",
                    advice: "choose another version, or a wheel of it")
            }
            top = first
            let place = folder.pushing(FilePath(header.path))
            switch header.kind {
            case .directory: try place.makeFolders()
            case .file:
                try place.removingLastComponent().makeFolders()
                try write(header, of: &reader, to: place, left: &left)
            case .symbolicLink(let target):
                try check(target, from: header.path)
                links.append((header.path, header.kind))
            case .hardLink: links.insert((header.path, header.kind), at: 0)
            case .characterDevice, .blockDevice, .fifo:
                throw SourceBuildsError(
                    .unsafeEntry, name, "holds the device `\(header.path)`",
                    advice: "do not build it, and tell its publisher")
            }
        }
        guard let top, folder.appending(String(top)).isFolder else {
            throw SourceBuildsError(
                .invalidSource, name, "holds no folder", advice: "choose another version, or a wheel of it")
        }
        for link in links { try make(link.kind, at: link.path, in: folder) }
        return folder.appending(String(top))
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

    /// A symbolic link must stay in the source's folder on its whole way.
    private func check(_ target: String, from path: String) throws {
        var depth = path.utf8.count { $0 == UInt8(ascii: "/") }
        var stays = !target.hasPrefix("/")
        for part in target.split(separator: "/") where part != "." {
            depth += part == ".." ? -1 : 1
            stays = stays && depth >= 1
        }
        guard stays else {
            throw SourceBuildsError(
                .unsafeEntry, name, "holds the link `\(path)` to `\(target)`, outside of its folder",
                advice: "do not build it, and tell its publisher")
        }
    }

    private func make(_ kind: TarHeader.Kind, at path: String, in folder: FilePath) throws {
        let place = folder.pushing(FilePath(path))
        try place.removingLastComponent().makeFolders()
        let status =
            switch kind {
            case .symbolicLink(let target): symlink(target, place.string)
            case .hardLink(let target): link(folder.pushing(FilePath(target)).string, place.string)
            default: CInt(0)
            }
        guard status == 0 || errno == EEXIST else {
            throw SourceBuildsError(
                .invalidSource, name, "holds the link `\(path)`, which cannot be made: \(Errno(rawValue: errno))",
                advice: "choose another version, or a wheel of it")
        }
    }
}
