public import PythonPackaging
internal import Recipes

/// Which versions of an older lock need not be kept.
public enum Upgrade: Sendable, Equatable {
    case all
    /// These packages'; none if empty.
    case packages([PackageName])

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
