internal import Units

/// A folder whose shared libraries look for others in another folder, by a path that leads upwards from their own.
public struct Reach: Sendable, Hashable {
    /// The folder that the libraries lie in, relative to ENV.
    public let folder: String
    /// The folder that they look into, relative to ENV; empty for ENV itself.
    public let target: String

    public init(folder: String, target: String) {
        self.folder = folder
        self.target = target
    }

    /// What a run path entry of a file below ENV means; `nil` where it is not relative to the file, does not lead
    /// upwards (such a path stays in the folder, link or not), or leads out of ENV, where nothing of ours is.
    ///
    /// - Parameter file: the file's path relative to ENV.
    init?(runPath: String, of file: String) {
        guard let prefix = ["$ORIGIN/", "${ORIGIN}/"].first(where: runPath.hasPrefix) else { return nil }
        var parts = file.pathNames.dropLast()
        folder = parts.joined(separator: "/")
        var leadsUp = false
        for part in runPath.dropFirst(prefix.count).pathNames where part != "." {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
                leadsUp = true
            } else {
                parts.append(part)
            }
        }
        guard leadsUp else { return nil }
        target = parts.joined(separator: "/")
    }
}

extension Reach {
    /// The folders of a tree that must be real, given where each package's libraries look.
    ///
    /// `..` after a link leads into the linked folder's own parent: the package's folder. That is as good as the
    /// environment as long as only this package has libraries where its libraries look. Where another package has
    /// some, all folders of libraries that look upwards are real: the loader names a library by the path it was found
    /// through, and one that was found through a link would look behind that link for the next.
    ///
    /// - Throws: `UnitsError` for a damaged record.
    static func realFolders(_ reaches: [[Reach]], of packages: [Package]) throws -> Set<String> {
        guard reaches.contains(where: { !$0.isEmpty }) else { return [] }
        var index = try FolderIndex(packages)
        var owners: [String: Set<Int>] = [:]
        var folders: Set<String> = []
        for (package, its) in reaches.enumerated() {
            let leaves = try its.contains { reach in
                let known = try owners[reach.target] ?? index.ownersOfLibraries(in: reach.target)
                owners[reach.target] = known
                return known.contains { $0 != package }
            }
            if leaves { folders.formUnion(its.map(\.folder)) }
        }
        return folders
    }
}

/// The packages' folders laid over one another; each is looked into once.
private struct FolderIndex {
    typealias Part = (package: Int, folder: UnitFolder)

    private let roots: [Part]
    private var children: [String: [String: [Part]]] = [:]

    init(_ packages: [Package]) throws {
        roots = try packages.indices.map { ($0, try packages[$0].unit.root) }
    }

    /// The packages that have a shared library directly in a folder.
    mutating func ownersOfLibraries(in path: String) throws -> Set<Int> {
        var parts = roots
        var above = ""
        for name in path.pathNames {
            parts = try folders(in: above, parts)[name] ?? []
            above += "/" + name
        }
        return Set(
            try parts.filter { part in
                try part.folder.entries().contains { entry in
                    guard case .file = entry.content else { return false }
                    return Self.isLibrary(entry.name)
                }
            }.map(\.package))
    }

    /// `libx.so.2` and the like; not an extension module, which Python opens by its path and nobody looks for.
    private static func isLibrary(_ name: String) -> Bool {
        name.contains(".so") && !name.contains(".cpython-") && !name.hasSuffix(".abi3.so")
    }

    private mutating func folders(in path: String, _ parts: [Part]) throws -> [String: [Part]] {
        if let known = children[path] { return known }
        var found: [String: [Part]] = [:]
        for part in parts {
            for entry in try part.folder.entries() {
                guard case .folder(let folder) = entry.content else { continue }
                found[entry.name, default: []].append((part.package, folder))
            }
        }
        children[path] = found
        return found
    }
}
