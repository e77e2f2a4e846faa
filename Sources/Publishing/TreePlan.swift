public import PythonPackaging
public import Units

/// What an environment's tree is made of: real folders, links to what belongs to one package alone, and copies.
///
/// Links stand at the highest folder that one package owns, so that publishing costs as much as there are packages, not
/// files. Paths are relative to ENV, parted by `/`; each list is in the order in which it can be made.
public struct TreePlan: Sendable, Equatable {
    /// A file or folder of a package, at the same path in the package's folder.
    public struct Entry: Sendable, Equatable {
        /// The folder it is in, relative to ENV; empty for ENV itself.
        let folder: String
        let name: String
        /// The position of its package among those that were planned.
        public let package: Int
        public let isFolder: Bool

        public var path: String { folder.isEmpty ? name : folder + "/" + name }
    }

    public typealias Conflict = PathOwnership.PackageConflict

    /// The folders to make, ENV itself left out.
    public let folders: [String]
    public let links: [Entry]
    /// Files that must not be links: a script finds its interpreter beside itself.
    public let copies: [Entry]
    /// In the order of their paths.
    public let conflicts: [Conflict]

    init(folders: [String], links: [Entry], copies: [Entry], conflicts: [Conflict]) {
        self.folders = folders
        self.links = links
        self.copies = copies
        self.conflicts = conflicts
    }

    /// Plans a tree of links.
    ///
    /// - Parameters:
    ///   - packages: in the environment's order; of two that own one path the later one has it (``PathOwnership``).
    ///   - realFolders: folders that must be no links, though one package owns them: `..` in the run path of a shared
    ///     library below them means the environment, not the package's own folder.
    ///   - linksFolders: whether folders may be links at all; without, every file is an entry of its own, as hard
    ///     links and copies want it.
    /// - Throws: `UnitsError` for a damaged record.
    public init(
        _ packages: [Package], python: PythonVersion, realFolders: Set<String> = [],
        linksFolders: Bool = true
    ) throws {
        var trees: [PlannedTree] = []
        for (index, package) in packages.enumerated() {
            for unit in package.trees { trees.append(PlannedTree(package: index, unit: unit)) }
        }
        let ownership = try PathOwnership(trees.map(\.unit))
        for index in trees.indices { trees[index].excluded = ownership.excluded[index] }

        let always = Self.always(python)
        var planner = TreePlanner(
            trees: trees, realFolders: Set(always.union(realFolders).flatMap(Self.withParents)),
            linksFolders: linksFolders)
        try planner.plan("", trees.indices.map { ($0, try trees[$0].unit.root) })
        // ENV/bin and the folder of modules exist even where no package has anything in them.
        planner.folders.formUnion(always.flatMap(Self.withParents))
        self.init(
            folders: planner.folders.sorted(), links: planner.links,
            copies: planner.copies, conflicts: ownership.conflicts(between: trees.map(\.package)))
    }

    /// The folders that every tree has, whatever its packages.
    static func always(_ python: PythonVersion) -> Set<String> { ["bin", python.sitePackages] }

    /// A path and the folders above it.
    static func withParents(_ path: String) -> [String] {
        path.utf8.indices.filter { path.utf8[$0] == UInt8(ascii: "/") }.map { String(path[..<$0]) } + [path]
    }
}

private struct PlannedTree {
    let package: Int
    let unit: Unit
    var excluded: Set<String> = []
}

private struct TreePlanner {
    /// A folder of one of the trees.
    typealias Part = (tree: Int, folder: UnitFolder)

    let trees: [PlannedTree]
    let realFolders: Set<String>
    let linksFolders: Bool
    var folders: Set<String> = []
    var links: [TreePlan.Entry] = []
    var copies: [TreePlan.Entry] = []

    mutating func plan(_ folder: String, _ parts: [Part]) throws {
        var shared: [String: [Part]] = [:]
        var order: [String] = []
        let prefix = folder.isEmpty ? "" : folder + "/"
        let isPrograms = prefix.hasPrefix("bin/")
        for part in parts {
            let tree = trees[part.tree]
            for entry in try part.folder.entries() {
                if !tree.excluded.isEmpty, tree.excluded.contains(prefix + entry.name) { continue }
                switch entry.content {
                case .file:
                    let file = TreePlan.Entry(
                        folder: folder, name: entry.name, package: tree.package, isFolder: false)
                    if isPrograms { copies.append(file) } else { links.append(file) }
                case .folder(let folder):
                    if shared[entry.name] == nil { order.append(entry.name) }
                    shared[entry.name, default: []].append((part.tree, folder))
                }
            }
        }
        for name in order {
            guard let parts = shared[name] else { continue }
            let path = prefix + name
            let package = trees[parts[0].tree].package
            let hasOneOwner = parts.allSatisfy { trees[$0.tree].package == package }
            let isWhole = parts.allSatisfy { !excludesBelow(path, $0.tree) }
            if linksFolders, !isPrograms, hasOneOwner, isWhole, !realFolders.contains(path) {
                links.append(TreePlan.Entry(folder: folder, name: name, package: package, isFolder: true))
            } else {
                folders.insert(path)
                try plan(path, parts)
            }
        }
    }

    /// Whether a tree leaves out something below a folder, so that a link to the folder would show too much.
    private func excludesBelow(_ path: String, _ tree: Int) -> Bool {
        let excluded = trees[tree].excluded
        guard !excluded.isEmpty else { return false }
        return excluded.contains { $0.utf8.starts(with: path.utf8) && $0.utf8.dropFirst(path.utf8.count).first == 0x2F }
    }
}
