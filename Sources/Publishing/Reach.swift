/// A folder whose shared libraries look for others outside of their own package.
public struct Reach: Sendable, Hashable {
    /// The folder that the libraries lie in, relative to ENV.
    public let folder: String
    /// The folder that they look into, relative to ENV.
    public let target: String

    public init(folder: String, target: String) {
        self.folder = folder
        self.target = target
    }

    /// What a run path entry of a file below ENV means, `nil` where it is not relative to the file.
    ///
    /// - Parameter file: the file's path relative to ENV.
    init?(runPath: String, of file: String) {
        let prefix = ["$ORIGIN/", "${ORIGIN}/"].first(where: runPath.hasPrefix)
        guard let prefix else { return nil }
        var parts = file.split(separator: "/").dropLast().map(String.init)
        folder = parts.joined(separator: "/")
        for part in runPath.dropFirst(prefix.count).split(separator: "/") {
            switch part {
            case ".": break
            case "..":
                // Above ENV there is nothing of ours.
                guard !parts.isEmpty else { return nil }
                parts.removeLast()
            default: parts.append(String(part))
            }
        }
        target = parts.joined(separator: "/")
    }
}

extension Reach {
    /// The folders that must be real, given where each package's libraries look and what the packages hold.
    ///
    /// What a package finds within itself needs no care, as long as nothing it has looks into another package. Where
    /// something does, all its folders with libraries that look upwards are real: the loader calls a library by the path
    /// it was found through, and one that was found behind a link would look for the next one behind it as well.
    ///
    /// - Parameter owns: whether a package, by position, has a folder.
    static func realFolders(_ reaches: [[Reach]], owns: (Int, String) throws -> Bool) rethrows -> Set<String> {
        var folders: Set<String> = []
        for (package, its) in reaches.enumerated() {
            let leavesPackage = try its.contains { reach in
                guard try !owns(package, reach.target) else { return false }
                return try reaches.indices.contains { try $0 != package && owns($0, reach.target) }
            }
            if leavesPackage { folders.formUnion(its.map(\.folder)) }
        }
        return folders
    }
}
