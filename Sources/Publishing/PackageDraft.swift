internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
internal import SystemPackage
internal import Units

/// A package folder in the making: its folders are there, its files are unpacked part by part, on several threads.
struct PackageDraft: Sendable {
    let package: Package
    let path: FilePath
    let parts: [PackagePart]
    private let folders: [String]

    /// - Parameters:
    ///   - path: a folder that is there and empty.
    ///   - neighbour: a folder where the package may lie unpacked already.
    init(_ package: Package, in store: ContentStore, at path: FilePath, beside neighbour: FilePath? = nil) throws {
        self.package = package
        self.path = path
        let sources = try package.trees.map { try UnitSource($0, in: store) }
        let files = try sources.map { try $0.unit.files() }
        folders = Set(files.joined().flatMap { parents(of: $0.path) }).sorted {
            $0.utf8.lexicographicallyPrecedes($1.utf8)
        }
        let root = try Folder(path)
        try root.makeFolders(folders)
        parts = zip(sources, files).flatMap { source, files in
            PackagePart.split(files).map {
                PackagePart(
                    tree: package.unit.treeDigest, folder: path, neighbour: neighbour, source: source, files: $0)
            }
        }
    }

    /// Makes the folders read-only, from the inside out. The outermost stays as it is: it is still to be renamed.
    func protect() throws {
        for folder in folders.reversed() {
            let path = path.pushing(FilePath(folder))
            guard chmod(path.string, 0o555) == 0 else {
                throw PublishingError(Errno(rawValue: errno), doing: "made read-only", path: path.string)
            }
        }
    }

    /// Brings everything on the volume to the disk, this package's files among it.
    func sync() throws {
        try attempt("written to the disk", path) { () throws(Errno) in try path.synchronizeFileSystem() }
    }
}

/// Some of a package's files, unpacked by one thread.
struct PackagePart: Sendable {
    /// The tree of the package's unit.
    let tree: SHA256Digest
    /// Where the package is unpacked.
    let folder: FilePath
    /// Where the package may lie unpacked already, so that files of the same file system can be linked to.
    let neighbour: FilePath?
    let source: UnitSource
    let files: ArraySlice<UnitFile>

    /// Bytes.
    var size: UInt64 { files.reduce(0) { $0 + $1.size } }

    /// A part ends after this many bytes or files, so that a large package keeps every worker busy.
    private static let bytes: UInt64 = 64 << 20
    private static let count = 1000

    static func split(_ files: [UnitFile]) -> [ArraySlice<UnitFile>] {
        var parts: [ArraySlice<UnitFile>] = []
        var start = files.startIndex
        var size: UInt64 = 0
        for index in files.indices {
            size += files[index].size
            if size >= bytes || index - start + 1 >= count {
                parts.append(files[start...index])
                start = index + 1
                size = 0
            }
        }
        if start < files.endIndex { parts.append(files[start...]) }
        return parts
    }

    /// Writes the files, checked on the way, and returns where the shared libraries among them look for others, and
    /// which.
    func unpack() throws -> (reaches: [Reach], libraries: Set<String>) {
        let root = try Folder(folder)
        var reader = UnitReader()
        var reaches: [Reach] = []
        var libraries: Set<String> = []
        for file in files {
            if let neighbour, let section = try Self.link(file, from: neighbour, in: folder) {
                reaches += section.runPaths.compactMap { Reach(runPath: $0, of: file.path) }
                libraries.formUnion(section.libraries)
                continue
            }
            let output = try root.create(file.path)
            try output.closeAfter {
                var isELF: Bool?
                try reader.stream(file, of: source) { piece in
                    if isELF == nil { isELF = piece.starts(with: [0x7F, 0x45, 0x4C, 0x46]) }
                    do {
                        try output.writeAll(piece)
                    } catch let error as Errno {
                        throw PublishingError(error, doing: "written", path: "\(folder)/\(file.path)")
                    }
                }
                if isELF == true {
                    let section = ELFDynamicSection(of: output.rawValue)
                    reaches += section.runPaths.compactMap { Reach(runPath: $0, of: file.path) }
                    libraries.formUnion(section.libraries)
                }
                guard fchmod(output.rawValue, file.isExecutable ? 0o555 : 0o444) == 0 else {
                    throw root.refused("made read-only", file.path)
                }
            }
        }
        return (reaches, libraries)
    }

    /// Gives a file that lies unpacked elsewhere a name here too, where it has the bytes and the mode that it should have,
    /// and where the file system lets it; else there is nothing here, and the file is to be unpacked.
    private static func link(
        _ file: UnitFile, from neighbour: FilePath, in folder: FilePath
    ) throws -> ELFDynamicSection? {
        let other = neighbour.pushing(FilePath(file.path)).string
        let descriptor = open(other, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_mode & 0o777 == (file.isExecutable ? 0o555 : 0o444), UInt64(status.st_size) == file.size,
            let digest = try? SHA256Digest(of: FileReader(descriptor)), digest == file.digest,
            Glibc.link(other, folder.pushing(FilePath(file.path)).string) == 0
        else { return nil }
        return ELFDynamicSection(of: descriptor)
    }
}

/// The folders above a path, outermost first.
private func parents(of path: String) -> [String] {
    path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }.map { String(path[..<$0]) }
}
