internal import Cryptography
internal import FileSystem
internal import Glibc
public import PythonPackaging
internal import Synchronization
public import SystemPackage
public import Units
public import Workers

/// Makes an environment's tree from unpacked packages and publishes it by one rename.
public struct TreePublisher: Sendable {
    private let folders: PackageFolders
    private let workers: Workers

    /// - Parameter folders: where the packages lie; they must all be unpacked.
    public init(_ folders: PackageFolders, workers: Workers) {
        self.folders = folders
        self.workers = workers
    }

    /// What publishing did that a person may want to know.
    public struct Outcome: Sendable, Equatable {
        /// Files that were copied though hard links were asked for: their file system allows no more names for them.
        public var copiedForLackOfLinks = 0
    }

    /// Plans the tree that ``publish(_:_:links:glue:to:)`` would make.
    ///
    /// - Throws: `UnitsError` for a damaged record, `StoreError`, `PublishingError`.
    public func plan(_ packages: [Package], python: PythonVersion, links: LinksMode) throws -> TreePlan {
        guard links == .symlink else {
            return try TreePlan(packages, python: python, linksFolders: false)
        }
        return try folders.plan(packages, python: python) {
            let real = try Reach.realFolders(folders.reaches(of: packages), of: packages)
            return try TreePlan(packages, python: python, realFolders: real)
        }
    }

    /// The plan of links that was made for packages before, by the names of their folders; `nil` if none was.
    public func knownPlan(_ packages: [String], python: PythonVersion) throws -> TreePlan? {
        try folders.knownPlan(packages, python: python)
    }

    /// Makes the tree at `destination`.
    ///
    /// It is made beside its place and renamed. An environment that is there already changes places with it in one
    /// step; an empty folder is replaced; anything else is left alone.
    ///
    /// A tree of hard links shares its files with the packages' folders, which is why they are read-only: deleting or
    /// replacing files in the tree leaves the packages whole, writing into one would not.
    ///
    /// - Parameter packages: the names of their folders.
    /// - Throws: `PublishingError` (`occupied`, `refused`, `otherFileSystem`, `needsInterpreter`).
    @discardableResult
    public func publish(
        _ plan: TreePlan, _ packages: [String], links: LinksMode, glue: TreeGlue, to destination: FilePath
    ) throws -> Outcome {
        let destination = try destination.absolute()
        let place = TreePlace(destination)
        let occupant = try place.occupant()
        let draft = try place.makeDraft()
        do {
            let outcome = try fill(draft.path, plan, packages, links: links, glue: glue, destination: destination)
            // A folder that is there is whole, also after the power was cut.
            try attempt("written to the disk", draft.path) { () throws(Errno) in try draft.path.synchronizeFileSystem()
            }
            try place.publish(draft, over: occupant)
            return outcome
        } catch {
            draft.delete()
            throw error
        }
    }

    /// Makes everything that a tree at `destination` has, in another folder that is there and empty.
    func fill(
        _ draft: FilePath, _ plan: TreePlan, _ packages: [String], links: LinksMode, glue: TreeGlue,
        destination: FilePath
    ) throws -> Outcome {
        let sources = try sources(of: packages)
        let root = try Folder(draft)
        try makeFolders(plan.folders, in: draft)
        let copied = Atomic<Int>(0)
        switch links {
        case .symlink:
            for (link, target) in zip(plan.links, try targets(plan, packages, at: destination)) {
                try root.link(link.path, to: target)
            }
        case .hardlink:
            try eachFile(plan.links, sources, draft) { tree, name, package in
                if try tree.hardLink(name, from: package) { return }
                try tree.copy(name, from: package)
                copied.add(1, ordering: .relaxed)
            }
        case .copy:
            try eachFile(plan.links, sources, draft) { tree, name, package in try tree.copy(name, from: package) }
        }
        try eachFile(plan.copies, sources, draft) { tree, name, package in try tree.copy(name, from: package) }
        try glue.write(into: root)
        return Outcome(copiedForLackOfLinks: copied.load(ordering: .relaxed))
    }

    /// Makes folders, on several threads where there are many: all of one depth before any of the next.
    private func makeFolders(_ folders: [String], in draft: FilePath) throws {
        guard folders.count > 128 else { return try Folder(draft).makeFolders(folders) }
        let levels = Dictionary(grouping: folders) { $0.utf8.count { $0 == UInt8(ascii: "/") } }
        for (_, level) in levels.sorted(by: { $0.key < $1.key }) {
            let parts = stride(from: 0, to: level.count, by: 128).map { Array(level[$0..<min($0 + 128, level.count)]) }
            _ = try workers.map(parts) { try Folder(draft).makeFolders($0) }
        }
    }

    /// Where each of the plan's links leads. On the volume itself links are relative, so that it may be mounted anywhere.
    func targets(_ plan: TreePlan, _ packages: [String], at destination: FilePath) throws -> [String] {
        let up = try climb(from: destination, to: folders.location.absolute())
        let sources = try sources(of: packages).map(\.string)
        return plan.links.map { link in
            let depth = link.path.utf8.count { $0 == UInt8(ascii: "/") }
            let base = up.map { String(repeating: "../", count: depth) + $0 + packages[link.package] }
            return (base ?? sources[link.package]) + "/" + link.path
        }
    }

    /// The folders of packages, by their names.
    private func sources(of packages: [String]) throws -> [FilePath] {
        let location = try folders.location.absolute()
        return packages.map { location.appending($0) }
    }

    /// Where a file of a package lies.
    func source(of entry: TreePlan.Entry, _ packages: [String]) throws -> FilePath {
        try sources(of: [packages[entry.package]])[0].pushing(FilePath(entry.path))
    }

    /// Does something for each file, on several threads where there are many.
    ///
    /// The files come package by package and folder by folder, each by its name in two open folders: the kernel's way down
    /// two long paths is most of what a hard link costs otherwise.
    private func eachFile(
        _ entries: [TreePlan.Entry], _ sources: [FilePath], _ draft: FilePath,
        _ body:
            @escaping @Sendable (_ tree: borrowing Folder, _ name: String, _ package: borrowing Folder) throws -> Void
    ) throws {
        let byPackage = entries.indices.sorted { (entries[$0].package, $0) < (entries[$1].package, $1) }
        let size = max(256, entries.count / max(1, workers.count * 4))
        let parts = stride(from: 0, to: byPackage.count, by: size).map {
            byPackage[$0..<min($0 + size, byPackage.count)]
        }
        _ = try workers.map(parts) { part in
            let tree = try Folder(draft)
            try forEachRun(of: part, where: { entries[$0].package }) { package, files in
                let source = try Folder(sources[package])
                try forEachRun(of: files, where: { entries[$0].folder }) { folder, files in
                    let there = try Folder(folder, in: tree)
                    let here = try Folder(folder, in: source)
                    for file in files { try body(there, entries[file].name, here) }
                }
            }
        }
    }
}

/// Does something for each longest run of elements that are alike.
private func forEachRun<Element, Key: Equatable>(
    of elements: ArraySlice<Element>, where key: (Element) -> Key,
    _ body: (Key, ArraySlice<Element>) throws -> Void
) rethrows {
    var rest = elements
    while let first = rest.first.map(key) {
        let run = rest.prefix { key($0) == first }
        try body(first, run)
        rest = rest[run.endIndex...]
    }
}

/// The way from a tree's folder to the packages, where both are on one volume.
private func climb(from destination: FilePath, to packages: FilePath) -> String? {
    var rest = destination
    guard rest.removePrefix(packages.removingLastComponent()), let name = packages.lastComponent else { return nil }
    return String(repeating: "../", count: rest.components.count) + name.string + "/"
}

extension FilePath {
    /// The path from the root, without `.` and `..`: links must not depend on where this process runs.
    func absolute() throws -> FilePath {
        if isAbsolute { return lexicallyNormalized() }
        guard let folder = getcwd(nil, 0) else {
            throw PublishingError(Errno(rawValue: errno), doing: "found from the current folder", path: string)
        }
        defer { free(folder) }
        return FilePath(platformString: folder).pushing(self).lexicallyNormalized()
    }
}
