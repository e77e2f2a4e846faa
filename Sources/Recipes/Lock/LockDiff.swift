internal import Cryptography
public import PythonPackaging

/// What differs between two locks, package by package.
public struct LockDiff: Sendable, Equatable {
    public enum Change: Sendable, Equatable {
        case added(to: [Version])
        case removed(from: [Version])
        case changed(from: [Version], to: [Version])
        /// The same versions, with other files, or a folder's that are not as they were.
        case files(of: [Version], added: [String], removed: [String])
        /// The same versions, from other commits of a repository; none where it was or is another source.
        case commits(of: [Version], from: [String], to: [String])
        /// The same files, built with others.
        case tools(of: [Version])
    }

    public struct Entry: Sendable, Equatable {
        public var name: PackageName
        public var change: Change

        public init(name: PackageName, change: Change) {
            self.name = name
            self.change = change
        }
    }

    /// By name.
    public let packages: [Entry]
    /// What the recipes say differently.
    public let recipe: [Lock.Change]

    public var isEmpty: Bool { packages.isEmpty && recipe.isEmpty }

    public init(from old: Lock, to new: Lock) {
        let before = Dictionary(grouping: old.packages, by: \.name)
        let after = Dictionary(grouping: new.packages, by: \.name)
        packages = Set(before.keys).union(after.keys).sorted().compactMap { name in
            LockDiff.change(from: before[name] ?? [], to: after[name] ?? []).map { Entry(name: name, change: $0) }
        }
        recipe = new.recipe.map { old.changes(against: $0) } ?? []
    }

    private static func change(from old: [Lock.Package], to new: [Lock.Package]) -> Change? {
        let versions = (old.compactMap(\.version).sorted(), new.compactMap(\.version).sorted())
        if old.isEmpty { return .added(to: versions.1) }
        if new.isEmpty { return .removed(from: versions.0) }
        if versions.0 != versions.1 { return .changed(from: versions.0, to: versions.1) }
        let files = (Set(old.flatMap(\.installedFiles)), Set(new.flatMap(\.installedFiles)))
        let digests = (Set(files.0.map(\.sha256)), Set(files.1.map(\.sha256)))
        let trees = (Set(old.compactMap(\.tree?.mark)), Set(new.compactMap(\.tree?.mark)))
        if digests.0 == digests.1, trees.0 == trees.1 {
            let tools = [old, new].map { packages in
                Set(packages.flatMap { $0.buildRequirements ?? [] }.map(\.wheel.sha256))
            }
            return tools[0] == tools[1] ? nil : .tools(of: versions.1)
        }
        let commits = (old.compactMap(\.tree?.commit).sorted(), new.compactMap(\.tree?.commit).sorted())
        if commits.0 != commits.1 { return .commits(of: versions.1, from: commits.0, to: commits.1) }
        return .files(
            of: versions.1, added: files.1.filter { !digests.0.contains($0.sha256) }.map(\.name).sorted(),
            removed: files.0.filter { !digests.1.contains($0.sha256) }.map(\.name).sorted())
    }
}

extension Lock.SourceTree {
    /// The commit, of a repository.
    public var commit: String? {
        if case .repository(_, _, let commit) = kind { return commit }
        return nil
    }

    /// What tells one content from another.
    fileprivate var mark: String {
        let place =
            switch kind {
            case .repository(let url, _, let commit): "\(url) \(commit)"
            case .folder(let path, let content): content?.hex ?? path
            }
        return "\(place) \(subdirectory ?? "")"
    }
}
