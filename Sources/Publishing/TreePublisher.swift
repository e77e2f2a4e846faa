internal import CLinux
internal import Cryptography
internal import Glibc
public import SystemPackage
internal import Units
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

    /// Plans the tree that ``publish(_:_:links:glue:to:)`` would make.
    public func plan(_ packages: [PackageContents], python: String, links: LinksMode) throws -> TreePlan {
        guard links == .symlink else {
            return try TreePlan(packages, python: python, linksFolders: false)
        }
        let real = try Reach.realFolders(try folders.reaches(of: packages)) { package, path in
            guard case .folder = try packages[package].unit.root.entry(at: path)?.content else { return false }
            return true
        }
        return try TreePlan(packages, python: python, realFolders: real)
    }

    /// Makes the tree at `destination`.
    ///
    /// It is made beside its place and renamed. An environment that is there already changes places with it in one
    /// step; an empty folder is replaced; anything else is left alone.
    ///
    /// - Throws: `PublishingError` (`occupied`, `refused`, `otherFileSystem`).
    public func publish(
        _ plan: TreePlan, _ packages: [PackageContents], links: LinksMode, glue: TreeGlue, to destination: FilePath
    ) throws {
        let place = TreePlace(destination)
        let occupant = try place.occupant()
        let draft = try place.makeDraft()
        do {
            try fill(draft, plan, packages, links: links, glue: glue, relativeTo: destination)
            try place.publish(draft, over: occupant)
        } catch {
            TreePlace.delete(draft)
            throw error
        }
    }

    private func fill(
        _ draft: FilePath, _ plan: TreePlan, _ packages: [PackageContents], links: LinksMode, glue: TreeGlue,
        relativeTo destination: FilePath
    ) throws {
        let sources = packages.map { folders.path(of: $0).string }
        let root = try Folder(draft)
        for folder in plan.folders { try root.makeFolder(folder) }
        switch links {
        case .symlink:
            // On the volume itself links are relative, so that it may be mounted anywhere.
            let up = climb(from: destination, to: folders.location)
            for link in plan.links {
                let depth = link.path.utf8.count { $0 == UInt8(ascii: "/") }
                let base = up.map { String(repeating: "../", count: depth) + $0 + packages[link.package].folderName }
                try root.link(link.path, to: (base ?? sources[link.package]) + "/" + link.path)
            }
        case .hardlink:
            try inParts(of: plan.links, of: draft) { folder, link in
                try folder.hardLink(link.path, to: sources[link.package] + "/" + link.path)
            }
        case .copy:
            try inParts(of: plan.links, of: draft) { folder, link in
                try folder.copy(link.path, from: sources[link.package] + "/" + link.path)
            }
        }
        for copy in plan.copies { try root.copy(copy.path, from: sources[copy.package] + "/" + copy.path) }
        try glue.write(into: root)
    }

    private func inParts(
        of entries: [TreePlan.Entry], of draft: FilePath,
        _ body: @escaping @Sendable (borrowing Folder, TreePlan.Entry) throws -> Void
    ) throws {
        let size = max(256, entries.count / max(1, workers.count * 4))
        let parts = stride(from: 0, to: entries.count, by: size).map { entries[$0..<min($0 + size, entries.count)] }
        _ = try workers.map(parts) { part in
            let folder = try Folder(draft)
            for entry in part { try body(folder, entry) }
        }
    }
}

/// The way from a tree's folder to the packages, where both are on one volume.
private func climb(from destination: FilePath, to packages: FilePath) -> String? {
    var rest = destination
    guard rest.removePrefix(packages.removingLastComponent()), let name = packages.lastComponent else { return nil }
    return String(repeating: "../", count: rest.components.count) + name.string + "/"
}
