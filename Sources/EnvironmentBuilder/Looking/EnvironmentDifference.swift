internal import Cryptography
internal import MavenPackaging
internal import PythonPackaging
public import Recipes
public import SystemPackage

/// What differs between two locks or environments.
public struct EnvironmentDifference: Sendable {
    /// A package that is not the same in both.
    public struct Package: Sendable, Equatable {
        public let name: String
        /// The versions before and after; none where it was not there.
        public let from: [String]
        public let to: [String]
        /// Where only the commits of its repository are others, those before and after; none where it was or is another
        /// source.
        public let commits: Commits?
        /// Whether only what it is built with is not the same.
        public let hasOtherTools: Bool

        public struct Commits: Sendable, Equatable {
            public let from: [String]
            public let to: [String]
        }

        init(name: String, from: [String], to: [String], commits: Commits? = nil, hasOtherTools: Bool = false) {
            self.name = name
            self.from = from
            self.to = to
            self.commits = commits
            self.hasOtherTools = hasOtherTools
        }

        /// Whether the versions are the same, and only their files are others.
        public var hasOtherFiles: Bool { from == to && commits == nil && !hasOtherTools }
    }

    /// By name.
    public let packages: [Package]
    /// By name, `group:artifact`.
    public let jars: [Package]
    /// What the recipes say differently, in the order of a recipe's keys; empty where one of them is not known.
    public let recipe: [Lock.Change]

    public var isEmpty: Bool { packages.isEmpty && jars.isEmpty && recipe.isEmpty }

    /// Between two locks, the first of which may not exist yet.
    public init(from old: Lock?, to new: Lock) {
        let difference = LockDiff(from: old ?? Lock(recipe: new.recipe, packages: []), to: new)
        packages = difference.packages.map { entry in
            let name = entry.name.description
            return switch entry.change {
            case .added(let to): Package(name: name, from: [], to: to.map(\.description))
            case .removed(let from): Package(name: name, from: from.map(\.description), to: [])
            case .changed(let from, let to):
                Package(name: name, from: from.map(\.description), to: to.map(\.description))
            case .files(let of, _, _): Package(name: name, from: of.map(\.description), to: of.map(\.description))
            case .commits(let of, let from, let to):
                Package(
                    name: name, from: of.map(\.description), to: of.map(\.description),
                    commits: Package.Commits(from: from, to: to))
            case .tools(let of):
                Package(
                    name: name, from: of.map(\.description), to: of.map(\.description), hasOtherTools: true)
            }
        }
        jars = Self.jars(from: old?.jarFacts ?? [], to: new.jarFacts)
        recipe = old?.recipe == nil ? [] : difference.recipe
    }

    /// What is compared of a jar.
    fileprivate struct JarFact {
        let name: String
        let version: String
        let digest: SHA256Digest
    }

    private static func jars(from old: [JarFact], to new: [JarFact]) -> [Package] {
        let before = Dictionary(old.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.map { ($0.name, $0) }) { first, _ in first }
        return Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (from, to) = (before[name], after[name])
            if from?.digest == to?.digest, from?.version == to?.version { return nil }
            return Package(name: name, from: from.map { [$0.version] } ?? [], to: to.map { [$0.version] } ?? [])
        }
    }

    /// Between a lock and an environment, by versions alone.
    fileprivate init(from old: Lock, _ new: Lock, jars before: [JarFact], _ after: [JarFact]) {
        let difference = EnvironmentDifference(from: old, to: new)
        packages = difference.packages
        jars = Self.jars(from: before, to: after)
        recipe = []
    }

    /// Between two environments.
    init(from old: EnvironmentManifest, to new: EnvironmentManifest) {
        let before = Dictionary(old.packages.map { ($0.name, $0) }) { first, _ in first }
        let after = Dictionary(new.packages.map { ($0.name, $0) }) { first, _ in first }
        packages = Set(before.keys).union(after.keys).sorted().compactMap { name in
            let (from, to) = (before[name], after[name])
            if from?.tree == to?.tree { return nil }
            return Package(name: name, from: from.map { [$0.version] } ?? [], to: to.map { [$0.version] } ?? [])
        }
        jars = Self.jars(from: old.jarFacts, to: new.jarFacts)
        recipe = []
    }
}

extension EnvironmentBuilder {
    /// Tells two things apart, each a path to a lock or its recipe, or an environment's name or id. A lock and an
    /// environment are compared by the versions of the packages that are for the environment's platform.
    public func difference(from: String, to: String, in folder: FilePath) async throws -> EnvironmentDifference {
        switch (try await comparable(from, in: folder), try await comparable(to, in: folder)) {
        case (.lock(let old), .lock(let new)):
            EnvironmentDifference(from: old, to: new)
        case (.environment(let old), .environment(let new)):
            EnvironmentDifference(from: old, to: new)
        case (.lock(let old), .environment(let new)):
            EnvironmentDifference(from: old.part(for: new), new.asLock, jars: old.jarFacts, new.jarFacts)
        case (.environment(let old), .lock(let new)):
            EnvironmentDifference(from: old.asLock, new.part(for: old), jars: old.jarFacts, new.jarFacts)
        }
    }

    private enum Comparable {
        case lock(Lock)
        case environment(EnvironmentManifest)
    }

    private func comparable(_ reference: String, in folder: FilePath) async throws -> Comparable {
        let path = folder.pushing(FilePath(reference)).lexicallyNormalized()
        if InputKind(fileName: path.lastComponent?.string ?? "") != nil {
            return .lock(try await lock(for: read(path), policy: .asWritten).lock)
        }
        return .environment(try summary(reference).manifest)
    }
}

extension Lock {
    fileprivate var jarFacts: [EnvironmentDifference.JarFact] {
        jars.map {
            EnvironmentDifference.JarFact(name: $0.name, version: $0.coordinate.version, digest: $0.file.sha256)
        }
    }

    /// The versions alone of the packages for an environment's platform.
    fileprivate func part(for environment: EnvironmentManifest) -> Lock {
        Lock(
            recipe: nil,
            packages: packages.filter { package in
                package.platforms.isEmpty
                    || package.platforms.contains { $0.description == environment.platform }
            }.map { Lock.Package(name: $0.name, version: $0.version) })
    }
}

extension EnvironmentManifest {
    fileprivate var jarFacts: [EnvironmentDifference.JarFact] {
        jars.map { EnvironmentDifference.JarFact(name: $0.name, version: $0.version, digest: $0.artifact) }
    }

    /// The versions of packages alone, to be compared with a lock's.
    fileprivate var asLock: Lock {
        Lock(
            recipe: nil,
            packages: packages.compactMap { unit in
                guard let name = try? PackageName(unit.name) else { return nil }
                return Lock.Package(name: name, version: try? Version(unit.version))
            })
    }
}
