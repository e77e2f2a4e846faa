internal import PythonPackaging
public import Recipes
public import SystemPackage

/// What differs between two locks or environments.
public struct EnvironmentDifference: Sendable {
    public struct Change: Sendable, Equatable {
        /// A package, or a key of the recipe.
        public let name: String
        /// The versions before and after; none where it was not there.
        public let from: [String]
        public let to: [String]
        /// What else is to be said: that the same version has other files.
        public let note: String?
    }

    public let changes: [Change]

    public var isEmpty: Bool { changes.isEmpty }

    /// Between two locks, the first of which may not exist yet.
    public init(from old: Lock?, to new: Lock) {
        let difference = LockDiff(from: old ?? Lock(recipe: new.recipe, packages: []), to: new)
        changes =
            difference.packages.map { entry in
                switch entry.change {
                case .added(let to):
                    Change(name: entry.name.description, from: [], to: to.map(\.description), note: nil)
                case .removed(let from):
                    Change(name: entry.name.description, from: from.map(\.description), to: [], note: nil)
                case .changed(let from, let to):
                    Change(
                        name: entry.name.description, from: from.map(\.description), to: to.map(\.description),
                        note: nil)
                case .files(let of, _, _):
                    Change(
                        name: entry.name.description, from: of.map(\.description), to: of.map(\.description),
                        note: "other files")
                }
            } + difference.recipe.map { Change(name: $0.key, from: $0.removed, to: $0.added, note: "in the recipe") }
    }

    /// Between two environments.
    init(from old: EnvironmentManifest, to new: EnvironmentManifest) {
        let before = Dictionary(old.units.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.units.map { ($0.name, $0) }) { first, _ in first }
        changes = Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (from, to) = (before[name], after[name])
            if from?.tree == to?.tree { return nil }
            return Change(
                name: name, from: from.map { [$0.version] } ?? [], to: to.map { [$0.version] } ?? [],
                note: from?.version == to?.version ? "other files" : nil)
        }
    }
}

extension EnvironmentBuilder {
    /// Tells two things apart, each a lock's path or an environment's name or id. A lock and an environment are compared
    /// by the packages' versions.
    public func difference(from: String, to: String, in folder: FilePath) throws -> EnvironmentDifference {
        let (old, new) = (try comparable(from, in: folder), try comparable(to, in: folder))
        switch (old, new) {
        case (.lock(let old), .lock(let new)): return EnvironmentDifference(from: old, to: new)
        case (.environment(let old), .environment(let new)): return EnvironmentDifference(from: old, to: new)
        case (.lock(let old), .environment(let new)):
            return EnvironmentDifference(from: old, to: new.asLock)
        case (.environment(let old), .lock(let new)):
            return EnvironmentDifference(from: old.asLock, to: new)
        }
    }

    private enum Comparable {
        case lock(Lock)
        case environment(EnvironmentManifest)
    }

    private func comparable(_ reference: String, in folder: FilePath) throws -> Comparable {
        let path = folder.pushing(FilePath(reference))
        if InputKind(fileName: path.lastComponent?.string ?? "") != nil {
            return .lock(try located(read(path)).lock)
        }
        return .environment(try summary(reference).manifest)
    }
}

extension EnvironmentManifest {
    /// The versions alone, to be compared with a lock's.
    fileprivate var asLock: Lock {
        Lock(
            recipe: nil,
            packages: units.compactMap { unit in
                guard let name = try? PackageName(unit.name) else { return nil }
                return Lock.Package(name: name, version: try? Version(unit.version))
            })
    }
}
