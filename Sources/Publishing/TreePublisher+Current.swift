internal import FileSystem
internal import Glibc
public import SystemPackage

extension TreePublisher {
    /// Whether a tree of links is at its place already, just as ``publish(_:_:links:glue:to:)`` would make it: every folder
    /// has what it is to have and nothing else, every link leads where it is to lead, every file has its bytes.
    ///
    /// A look of some hundred system calls, which spares whoever runs in the tree that another takes its place.
    public func isCurrent(
        _ plan: TreePlan, _ packages: [String], glue: TreeGlue, at destination: FilePath
    ) throws -> Bool {
        let place = try destination.absolute()
        guard Self.mode(place) == S_IFDIR | 0o755 else { return false }
        var names: [String: Set<String>] = ["": []]
        func expect(_ path: String) {
            let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
            let parent = slash.map { String(path[..<$0]) } ?? ""
            names[parent, default: []].insert(slash.map { String(path[path.index(after: $0)...]) } ?? path)
        }
        let entries = try glue.entries()
        for folder in plan.folders + glue.folders {
            guard Self.mode(place.pushing(FilePath(folder))) == S_IFDIR | 0o755 else { return false }
            names[folder, default: []].formUnion([])
            expect(folder)
        }
        for entry in plan.links + plan.copies { expect(entry.path) }
        for entry in entries { expect(entry.path) }
        for (folder, expected) in names {
            guard Self.names(in: folder.isEmpty ? place : place.pushing(FilePath(folder))) == expected else {
                return false
            }
        }
        for (link, target) in zip(plan.links, try targets(plan, packages, at: place)) {
            guard Self.link(at: place.pushing(FilePath(link.path))) == target else { return false }
        }
        for copy in plan.copies {
            let path = place.pushing(FilePath(copy.path))
            let source = try source(of: copy, packages)
            guard let mode = Self.mode(source), Self.mode(path) == mode | 0o200, let bytes = Self.bytes(of: source),
                Self.bytes(of: path) == bytes
            else { return false }
        }
        return entries.allSatisfy { entry in
            let path = place.pushing(FilePath(entry.path))
            return switch entry.content {
            case .link(let target): Self.link(at: path) == target
            case .file(let bytes, let isExecutable):
                Self.mode(path) == S_IFREG | (isExecutable ? 0o755 : 0o644) && Self.bytes(of: path) == bytes
            }
        }
    }

    private static func mode(_ path: FilePath) -> mode_t? {
        var status = stat()
        return lstat(path.string, &status) == 0 ? status.st_mode : nil
    }

    private static func link(at path: FilePath) -> String? { try? path.linkText() }

    /// A small file's bytes; `nil` where it cannot be read, or is none.
    private static func bytes(of path: FilePath) -> [UInt8]? {
        guard let mode = mode(path), mode & S_IFMT == S_IFREG else { return nil }
        return try? path.fileContents(limit: 64 << 20)
    }

    private static func names(in folder: FilePath) -> Set<String>? {
        (try? folder.folderEntries()).map { Set($0.map(\.name)) }
    }
}
