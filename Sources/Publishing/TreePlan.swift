internal import Units

/// What an environment's tree is made of: real folders, links to what belongs to one package alone, and copies.
///
/// Links stand at the highest folder that one package owns, so that publishing costs as much as there are packages, not
/// files. Paths are relative to ENV, parted by `/`; each list is in the order in which it can be made.
public struct TreePlan: Sendable, Equatable {
    /// A file or folder of a package, at the same path in the package's folder.
    public struct Entry: Sendable, Equatable {
        public let path: String
        /// The position of its package among those that were planned.
        public let package: Int
        public let isFolder: Bool
    }

    /// A path that several packages own.
    public struct Conflict: Sendable, Equatable {
        public let path: String
        /// Their positions; the last one wins.
        public let packages: [Int]
    }

    /// The folders to make, ENV itself left out.
    public private(set) var folders: [String] = []
    public private(set) var links: [Entry] = []
    /// Files that must not be links: a script finds its interpreter beside itself.
    public private(set) var copies: [Entry] = []
    /// Paths that several packages own with different contents.
    public private(set) var conflicts: [Conflict] = []

    /// Plans a tree of links.
    ///
    /// - Parameters:
    ///   - python: `X.Y`.
    ///   - realFolders: folders that must be no links, though one package owns them: `..` in the run path of a shared
    ///     library below them means the environment, not the package's own folder.
    ///   - linksFolders: whether folders may be links at all; without, every file is an entry of its own, as hard
    ///     links and copies want it.
    /// - Throws: an error about a damaged record.
    public init(
        _ packages: [PackageContents], python: String, realFolders: Set<String> = [], linksFolders: Bool = true
    ) throws {
        var always: Set<String> = ["bin", "lib", "lib/python\(python)", "lib/python\(python)/site-packages"]
        for folder in realFolders {
            var parts = folder.split(separator: "/")
            while !parts.isEmpty {
                always.insert(parts.joined(separator: "/"))
                parts.removeLast()
            }
        }
        var planner = Planner(realFolders: always, linksFolders: linksFolders)
        try planner.plan(
            "", packages.enumerated().flatMap { index, package in package.trees.map { (index, $0.root) } })
        // ENV/bin and site-packages exist even where no package has anything in them.
        for folder in always.sorted() where !planner.madeFolders.contains(folder) {
            if folder == "bin" || folder.hasPrefix("lib") { planner.folders.append(folder) }
        }
        folders = planner.folders.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        links = planner.links
        copies = planner.copies
        conflicts = planner.conflicts
    }
}

private struct Planner {
    typealias Contributor = (package: Int, folder: UnitFolder)

    let realFolders: Set<String>
    let linksFolders: Bool
    var folders: [String] = []
    var madeFolders: Set<String> = []
    var links: [TreePlan.Entry] = []
    var copies: [TreePlan.Entry] = []
    var conflicts: [TreePlan.Conflict] = []

    mutating func plan(_ path: String, _ contributors: [Contributor]) throws {
        var names: [String: [(package: Int, content: UnitEntry.Content)]] = [:]
        var order: [String] = []
        for contributor in contributors {
            for entry in try contributor.folder.entries() {
                if names[entry.name] == nil { order.append(entry.name) }
                names[entry.name, default: []].append((contributor.package, entry.content))
            }
        }
        for name in order {
            guard let owners = names[name] else { continue }
            try plan(path.isEmpty ? name : path + "/" + name, owners)
        }
    }

    private mutating func plan(_ path: String, _ owners: [(package: Int, content: UnitEntry.Content)]) throws {
        let folders = owners.compactMap { owner -> Contributor? in
            guard case .folder(let folder) = owner.content else { return nil }
            return (owner.package, folder)
        }
        if folders.count < owners.count, !areEqual(owners.map(\.content)) {
            conflicts.append(TreePlan.Conflict(path: path, packages: owners.map(\.package)))
        }
        let last = owners[owners.count - 1]
        guard case .folder = last.content else {
            let entry = TreePlan.Entry(path: path, package: last.package, isFolder: false)
            if path.hasPrefix("bin/") { copies.append(entry) } else { links.append(entry) }
            return
        }
        let isShared = folders.contains { $0.package != last.package }
        if linksFolders, !isShared, !realFolders.contains(path) {
            links.append(TreePlan.Entry(path: path, package: last.package, isFolder: true))
        } else {
            self.folders.append(path)
            madeFolders.insert(path)
            try plan(path, folders)
        }
    }

    private func areEqual(_ contents: [UnitEntry.Content]) -> Bool {
        let files = contents.compactMap { content -> UnitEntry.File? in
            guard case .file(let file) = content else { return nil }
            return file
        }
        return files.count == contents.count
            && files.allSatisfy { $0.digest == files[0].digest && $0.isExecutable == files[0].isExecutable }
    }
}
