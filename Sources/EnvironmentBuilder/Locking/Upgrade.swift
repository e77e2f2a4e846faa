internal import Diagnostics
public import PythonPackaging
internal import Recipes

/// Which versions of an older lock need not be kept.
public enum Upgrade: Sendable, Equatable {
    case all
    /// These packages'; none if empty.
    case packages([PackageName])

    /// Packages that are to be upgraded must be there: a slip of the pen would upgrade nothing.
    ///
    /// - Throws: ``BuilderError`` (`unknownPackage`) with the nearest names.
    func check(against locks: [Lock], _ recipe: Recipe) throws {
        guard case .packages(let names) = self, !names.isEmpty else { return }
        let known = Set(locks.flatMap(\.packages).map(\.name)).union(recipe.python.packages.map(\.requirement.name))
        for name in names where !known.contains(name) {
            let near = nearest(to: name.description, among: known.map(\.description))
            throw BuilderError(
                .unknownPackage, subject: name.description,
                message: "cannot be upgraded: neither the recipe nor its lock has it",
                advice: near.isEmpty
                    ? "the lock lists what there is; `chidori env outdated` what has moved on"
                    : "did you mean \(near.joined(separator: " or "))?")
        }
    }

    /// The packages of an older lock that are to be kept as they are.
    func kept(of lock: Lock?) -> [Lock.Package] {
        switch self {
        case .all: []
        case .packages(let upgraded): lock?.packages.filter { !upgraded.contains($0.name) } ?? []
        }
    }

    /// What an older lock says is to be kept.
    func preferences(from lock: Lock?) -> [PackageName: Version] {
        guard let lock else { return [:] }
        switch self {
        case .all: return [:]
        case .packages(let upgraded):
            var preferences: [PackageName: Version] = [:]
            for package in lock.packages where !upgraded.contains(package.name) {
                if let version = package.version { preferences[package.name] = version }
            }
            return preferences
        }
    }
}
