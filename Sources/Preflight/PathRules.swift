/// A path that several Python packages bring with different contents.
public struct SharedPath: Sendable, Hashable {
    /// Below ENV.
    public var path: String
    /// The packages' names; the last one has it.
    public var packages: [String]

    public init(path: String, packages: [String]) {
        self.path = path
        self.packages = packages
    }
}

/// Paths that several packages own, one finding for packages that share any.
public enum PathRules {
    public static func findings(_ paths: [SharedPath]) -> [Finding] {
        var groups: [[String]: [String]] = [:]
        // Jars are told by their own rule.
        for shared in paths where !shared.path.hasPrefix("jars/") {
            groups[shared.packages, default: []].append(shared.path)
        }
        return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { packages, paths in
            let winner = packages.last ?? ""
            let grave = paths.filter(isCode)
            let shown = (grave.isEmpty ? paths : grave).sorted()
            return Finding(
                .onePath, grave.isEmpty ? .warning : .conflict, packages, title: listed(packages),
                "bring \(paths.count == 1 ? "one path" : "\(paths.count) paths") with different contents, such as \(shown[0]); "
                    + "\(winner) has \(paths.count == 1 ? "it" : "them")",
                advice: grave.isEmpty
                    ? "nothing imports these files; leave one package out if it is not needed"
                    : "leave one of them out: often they are two builds of one library", count: paths.count,
                examples: shown)
        }
    }

    /// Whether jobs may come to load it: not documents, and not tests that somebody left at the top of site-packages.
    private static func isCode(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return false }
        let folders = parts.dropLast()
        if let place = folders.firstIndex(of: "site-packages"), place + 1 < folders.endIndex {
            let top = folders[place + 1].lowercased()
            if ["test", "tests", "testing", "doc", "docs", "example", "examples", "benchmark", "benchmarks"].contains(
                top)
            {
                return false
            }
        }
        if parts.first == "share" || parts.first == "include" { return false }
        // Namespace packages of the old kind say the same in different words.
        if name == "__init__.py" { return parts.count > 5 }
        if parts.first == "bin" { return true }
        return [".py", ".so", ".pyd", ".jar"].contains { name.hasSuffix($0) } || name.contains(".so.")
    }
}
