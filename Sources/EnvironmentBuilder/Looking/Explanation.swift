internal import MavenPackaging
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

    /// A jar of the class path, or one that is asked for and not delivered.
    public struct Jar: Sendable {
        /// `group:artifact`.
        public let name: String
        /// What is in the class path: the chosen version, or Spark's own.
        public let version: String
        /// Whether Spark has it itself, so that it is not delivered.
        public let isProvided: Bool
        /// Who asks, and for which version: `the recipe wants 1.0`, `org.example:app:1.0 wants [1,2)`.
        public var reasons: [String]
        /// A way from the recipe to the jar: `recipe`, coordinates.
        public let path: [String]
        /// What it is called in an environment.
        public let file: String?
        /// In bytes.
        public let size: UInt64?
        /// Versions that were asked for and not chosen.
        public var lost: [Lost]
    }

    /// A version of a jar that was asked for and not chosen.
    public struct Lost: Sendable, Equatable {
        public let version: String
        /// Who asks for it: coordinates from what the recipe asks for on; empty for the recipe itself.
        public let path: [String]
        /// Why it was not chosen: `farther from the recipe`.
        public let reason: String
    }

    public var packages: [Package]
    public var jars: [Jar] = []

    init(jars: [Jar]) {
        packages = []
        self.jars = jars
    }

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

extension Explanation.Jar {
    /// What a lock itself tells.
    init(_ jar: Lock.Jar) {
        self.init(
            name: jar.name, version: jar.coordinate.version, isProvided: false,
            reasons: [jar.path.last ?? "the recipe"], path: ["recipe"] + jar.path + [jar.coordinate.description],
            file: jar.file.name, size: jar.file.size, lost: [])
    }

    /// What is not delivered, since Spark has it; of all that ask for it.
    init?(_ left: [LeftOut]) {
        guard let first = left.first else { return nil }
        self.init(
            name: first.coordinate.key.shortName, version: first.provided.version ?? "", isProvided: true,
            reasons: left.map { "\($0.path.last.map(\.description) ?? "the recipe") wants \($0.coordinate.version)" },
            path: ["recipe"] + (first.path + [first.coordinate]).map(\.description), file: nil, size: nil, lost: [])
    }

    /// Adds what choosing tells: everybody who asks, and what lost.
    mutating func take(_ artifact: ChosenArtifact) {
        reasons = artifact.askers.map { "\($0.by.map(\.description) ?? "the recipe") wants \($0.version)" }
        lost = artifact.lost.map(Explanation.Lost.init)
    }
}

extension Explanation.Lost {
    init(_ lost: LostVersion) {
        version = lost.version
        path = lost.path.dropLast().map(\.description)
        reason =
            switch lost.reason {
            case .farther: "farther from the recipe"
            case .later: "as near to the recipe, but later in it"
            case .outsideRange(let range): "outside \(range), which must hold"
            case .managed: "the recipe's constraints and BOMs say another"
            case .lower: "lower"
            }
    }
}
