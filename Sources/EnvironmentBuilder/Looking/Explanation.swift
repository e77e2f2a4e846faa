public import PythonPackaging
internal import Recipes

/// Why a package is in a lock.
public struct Explanation: Sendable {
    /// One version of it.
    public struct Package: Sendable {
        public let name: PackageName
        public let version: Version?
        /// The platforms it is for; all of the lock's if empty.
        public let platforms: [String]
        /// Who asks, and with which words: `recipe: pandas>=2`, `pandas: numpy>=1.26`.
        public let reasons: [String]
        /// A shortest way from the recipe to the package.
        public let path: [String]
        public let files: [String]
        /// Newer versions, and what keeps each out, where the index was asked.
        public var newer: [(versions: [String], reason: String)]
    }

    public var packages: [Package]

    /// What a lock itself tells. Empty where the lock does not have the package.
    init(_ name: PackageName, in lock: Lock) {
        packages = lock.packages.filter { $0.name == name }.map { package in
            Package(
                name: name, version: package.version, platforms: package.platforms.map(\.description),
                reasons: package.reasons.map(Self.words), path: Self.path(to: name, in: lock),
                files: package.installedFiles.map(\.name), newer: [])
        }
    }

    private static func words(_ reason: Lock.Reason) -> String {
        switch reason.source {
        case .recipe: "the recipe: \(reason.requirement)"
        case .constraint: "a constraint of the recipe's: \(reason.requirement)"
        case .override: "an override of the recipe's: \(reason.requirement)"
        case .package(let name, extra: let extra?): "\(name)[\(extra)]: \(reason.requirement)"
        case .package(let name, extra: nil): "\(name): \(reason.requirement)"
        }
    }

    /// Breadth first over who asks for whom, from the package back to the recipe.
    private static func path(to name: PackageName, in lock: Lock) -> [String] {
        var before: [PackageName: PackageName?] = [name: nil]
        var queue = [name]
        while !queue.isEmpty {
            let current = queue.removeFirst()
            for reason in lock.packages.filter({ $0.name == current }).flatMap(\.reasons) {
                switch reason.source {
                case .recipe:
                    var path = [current]
                    while let next = before[path[path.count - 1]], let next { path.append(next) }
                    return ["recipe"] + path.map(\.description)
                case .package(let asking, _) where before[asking] == nil:
                    before[asking] = .some(current)
                    queue.append(asking)
                default: break
                }
            }
        }
        return []
    }
}
