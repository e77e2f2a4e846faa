internal import JSONDocument
internal import MavenPackaging
public import PythonPackaging

/// A package by its name in an ecosystem, whatever its version.
public struct AffectedPackage: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The ecosystems that environments take packages from (OSV schema §affected.package.ecosystem).
    public enum Ecosystem: String, Sendable, CaseIterable {
        case python = "PyPI"
        case maven = "Maven"
    }

    public let ecosystem: Ecosystem
    /// As PEP 503 normalises it; `group:artifact`.
    public let name: String

    public init(python name: PackageName) {
        ecosystem = .python
        self.name = name.description
    }

    public init(maven module: String) {
        ecosystem = .maven
        name = module
    }

    /// Reads `{"ecosystem": …, "name": …}`; `nil` for other ecosystems. What follows a colon tells a repository, and does
    /// not matter here.
    init?(_ json: JSON?) {
        guard let fields = json?.fields, let word = fields["ecosystem"].text, let name = fields["name"].text,
            let ecosystem = Ecosystem(rawValue: String(word.prefix { $0 != ":" }))
        else { return nil }
        self.init(ecosystem, named: name)
    }

    /// A name as its ecosystem normalises it; `nil` if it is none.
    public init?(_ ecosystem: Ecosystem, named name: String) {
        switch ecosystem {
        case .python:
            guard let name = try? PackageName(name) else { return nil }
            self.init(python: name)
        case .maven:
            guard name.split(separator: ":", omittingEmptySubsequences: false).count == 2 else { return nil }
            self.init(maven: name)
        }
    }

    public var description: String { name }

    public static func < (a: Self, b: Self) -> Bool {
        (a.ecosystem.rawValue, a.name) < (b.ecosystem.rawValue, b.name)
    }
}
