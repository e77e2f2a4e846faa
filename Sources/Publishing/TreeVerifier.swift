internal import ContentStore
internal import Cryptography
internal import FileSystem
internal import Glibc
public import SystemPackage
public import Units
public import Workers

/// Compares a delivered tree with the packages that it was made from, byte by byte. Links are followed, so a tree of
/// links vouches for its packages' folders too.
public struct TreeVerifier: Sendable {
    /// One difference.
    public struct Finding: Sendable, Hashable {
        public enum Kind: String, Sendable {
            /// A file that should be there is not, or is no file.
            case missing
            /// A file has other bytes or another execute bit than its package says.
            case changed
            /// A file or folder that nobody brought.
            case extra
            /// Bytecode that Python has written there while it ran.
            case bytecode
        }

        /// Below ENV.
        public let path: String
        public let kind: Kind
        /// The position of the package that the file belongs to.
        public let package: Int?

        /// Whether the tree is not what it should be; bytecode that Python wrote changes nothing.
        public var isDamage: Bool { kind != .bytecode }
    }

    private let workers: Workers

    public init(workers: Workers) {
        self.workers = workers
    }

    /// The differences, in the order of their paths; none for a tree that is what it should be. Blocks.
    ///
    /// - Parameter glue: what stands beside the packages; interpreter links are held against it too. `nil` for a
    ///   folder that holds packages alone.
    /// - Throws: `PublishingError` for a tree that cannot be read, `UnitsError` for a damaged record.
    public func verify(_ tree: FilePath, packages: [Package], glue: TreeGlue?) throws -> [Finding] {
        let expected = try ExpectedTree(packages)
        let always = glue.map { TreePlan.always($0.python).union($0.folders) } ?? ["bin"]
        var walk = TreeWalk(tree: tree, folders: expected.folders.union(always.flatMap(TreePlan.withParents)))
        try walk.run()

        var glueByPath: [String: TreeGlue.Entry] = [:]
        for entry in try glue?.entries() ?? [] { glueByPath[entry.path] = entry }
        var findings: [Finding] = []
        for path in walk.found where expected.files[path] == nil && glueByPath[path] == nil {
            let isBytecode = path.hasSuffix(".pyc") && path.contains("__pycache__/")
            findings.append(Finding(path: path, kind: isBytecode ? .bytecode : .extra, package: nil))
        }
        for entry in glueByPath.values {
            if let kind = try Self.compare(entry, in: tree) {
                findings.append(Finding(path: entry.path, kind: kind, package: nil))
            }
        }
        findings += try compare(expected, with: tree)
        return findings.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    }

    private func compare(_ expected: ExpectedTree, with tree: FilePath) throws -> [Finding] {
        let files = Array(expected.files.values)
        let size = max(64, files.count / (workers.count * 8))
        let parts = stride(from: 0, to: files.count, by: size).map { files[$0..<min($0 + size, files.count)] }
        let root = tree.string + "/"
        return try workers.map(parts) { part in
            try part.compactMap { item in
                let kind = try Self.compare(item.file, at: root + item.file.path)
                return kind.map { Finding(path: item.file.path, kind: $0, package: item.package) }
            }
        }.flatMap { $0 }
    }

    private static func compare(_ file: UnitFile, at path: String) throws -> Finding.Kind? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let error = Errno(rawValue: errno)
            if [.noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels].contains(error) { return .missing }
            throw PublishingError(error, doing: "read", path: path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw PublishingError(Errno(rawValue: errno), doing: "read", path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { return .missing }
        let isExecutable = status.st_mode & 0o111 != 0
        guard UInt64(status.st_size) == file.size, isExecutable == file.isExecutable else { return .changed }
        let digest = try attempt("read", FilePath(path)) { () throws(Errno) in
            try SHA256Digest(of: FileReader(descriptor, chunk: Int(min(max(file.size, 1), 256 << 10))))
        }
        return digest == file.digest ? nil : .changed
    }

    private static func compare(_ entry: TreeGlue.Entry, in tree: FilePath) throws -> Finding.Kind? {
        let path = tree.string + "/" + entry.path
        switch entry.content {
        case .link(let target):
            let purpose = entry.path.hasPrefix("bin/") ? X_OK : F_OK
            guard let text = try? FilePath(path).linkText(), access(path, purpose) == 0 else { return .missing }
            return text == target ? nil : .changed
        case .file(let bytes, let isExecutable):
            return try compare(UnitFile(path: entry.path, isExecutable: isExecutable, generated: bytes), at: path)
        }
    }
}

/// The files that packages put into a tree, and the folders that these lie in.
private struct ExpectedTree {
    private(set) var files: [String: (file: UnitFile, package: Int)] = [:]
    private(set) var folders: Set<String> = []

    init(_ packages: [Package]) throws {
        let trees = packages.enumerated().flatMap { index, package in package.trees.map { (index, $0) } }
        let excluded = try PathOwnership(trees.map(\.1)).excluded
        for (position, (package, unit)) in trees.enumerated() {
            for file in try unit.files() where !Self.isExcluded(file.path, excluded[position]) {
                files[file.path] = (file, package)
                var rest = file.path[...]
                while let slash = rest.utf8.lastIndex(of: UInt8(ascii: "/")) {
                    rest = rest[..<slash]
                    guard folders.insert(String(rest)).inserted else { break }
                }
            }
        }
    }

    /// Whether a path, or a folder above it, is left out.
    private static func isExcluded(_ path: String, _ excluded: Set<String>) -> Bool {
        guard !excluded.isEmpty else { return false }
        return excluded.contains(path)
            || path.utf8.indices.contains {
                path.utf8[$0] == UInt8(ascii: "/") && excluded.contains(String(path[..<$0]))
            }
    }
}

/// What lies in a tree, links followed. Folders that nobody expects are told, and not looked into.
private struct TreeWalk {
    let tree: FilePath
    let folders: Set<String>
    private(set) var found: [String] = []

    init(tree: FilePath, folders: Set<String>) {
        self.tree = tree
        self.folders = folders
    }

    mutating func run() throws {
        try visit("")
    }

    private mutating func visit(_ folder: String) throws {
        let place = folder.isEmpty ? tree : tree.pushing(FilePath(folder))
        for entry in try attempt("looked into", place, { () throws(Errno) in try place.folderEntries() }) {
            let name = entry.name
            let relative = folder.isEmpty ? name : folder + "/" + name
            guard Self.isFolder(entry, at: tree.string + "/" + relative) else {
                found.append(relative)
                continue
            }
            if folders.contains(relative) || name == "__pycache__" {
                try visit(relative)
            } else {
                found.append(relative)
            }
        }
    }

    private static func isFolder(_ entry: FolderEntry, at path: String) -> Bool {
        switch entry.kind {
        case .folder: true
        case .file: false
        case .link, .other, .unknown: FilePath(path).isFolder
        }
    }
}
