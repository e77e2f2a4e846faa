internal import Diagnostics
public import MavenPackaging
public import PythonPackaging
internal import Recipes

/// Which versions of an older lock need not be kept.
public enum Upgrade: Sendable, Equatable {
    case all
    /// Of everything but repositories, which stay at their commits.
    case releases
    /// These packages' and jars'; none if empty.
    case packages([PackageName], jars: [ModuleName] = [])

    /// Packages that are to be upgraded must be there: a slip of the pen would upgrade nothing.
    ///
    /// - Throws: ``BuilderError`` (`unknownPackage`) with the nearest names.
    func check(against locks: [Lock], _ recipe: Recipe) throws {
        guard case .packages(let names, let modules) = self else { return }
        let packages = Set(locks.flatMap(\.packages).map(\.name)).union(recipe.python.packages.map(\.requirement.name))
        for name in names where !packages.contains(name) {
            throw Self.unknown(name.description, among: packages.map(\.description))
        }
        let jars = Set(locks.flatMap(\.jars).map(\.coordinate.module))
            .union(recipe.jars.packages.map(\.requirement.module))
        for module in modules where !jars.contains(module) {
            throw Self.unknown(module.description, among: jars.map(\.description))
        }
    }

    private static func unknown(_ name: String, among known: [String]) -> BuilderError {
        let near = nearest(to: name, among: known)
        return BuilderError(
            .unknownPackage, subject: name,
            message: "cannot be upgraded: neither the recipe nor its lock has it",
            advice: near.isEmpty
                ? "the lock lists what there is; `chidori env outdated` what has moved on"
                : "did you mean \(near.joined(separator: " or "))?")
    }

    /// The packages of an older lock that are to be kept as they are.
    func kept(of lock: Lock?) -> [Lock.Package] {
        switch self {
        case .all, .releases: []
        case .packages(let upgraded, _): lock?.packages.filter { !upgraded.contains($0.name) } ?? []
        }
    }

    /// Those whose repositories stay at their commits, and sources with what they are built with.
    func keptSources(of lock: Lock?) -> [Lock.Package] {
        guard case .releases = self else { return kept(of: lock) }
        return lock?.packages.filter { $0.tree?.commit != nil } ?? []
    }

    /// What an older lock says is to be kept.
    func preferences(from lock: Lock?) -> [PackageName: Version] {
        var preferences: [PackageName: Version] = [:]
        for package in kept(of: lock) {
            if let version = package.version { preferences[package.name] = version }
        }
        return preferences
    }

    /// The versions of an older lock's jars that are to be kept where a range leaves the choice.
    func keptJars(of lock: Lock?) -> [ModuleName: String] {
        guard case .packages(_, let upgraded) = self, let lock else { return [:] }
        return Dictionary(
            lock.jars.map { ($0.coordinate.module, $0.coordinate.version) }, uniquingKeysWith: { first, _ in first }
        ).filter { !upgraded.contains($0.key) }
    }

    /// Whether what repositories list must be asked for again.
    var refreshesJars: Bool {
        switch self {
        case .all, .releases: true
        case .packages(_, let jars): !jars.isEmpty
        }
    }
}
