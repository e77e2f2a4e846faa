/// What a package or a person asks for (PEP 508): a project, its extras, and versions or a URL, under a condition.
public struct Requirement: Sendable, Hashable {
    public var name: PackageName
    /// In order of their names, each once.
    public let extras: [ExtraName]
    /// Empty for any version, and where there is a URL.
    public var specifiers: SpecifierSet
    /// Where the distribution itself is: `name @ https://…/name-1.0-py3-none-any.whl`.
    public var url: String?
    public var marker: Marker?

    public init(
        name: PackageName, extras: [ExtraName] = [], specifiers: SpecifierSet = SpecifierSet(), url: String? = nil,
        marker: Marker? = nil
    ) {
        self.name = name
        self.extras = extras.count < 2 ? extras : Set(extras).sorted()
        self.specifiers = specifiers
        self.url = url
        self.marker = marker
    }

    /// Whether the requirement counts for a target, asked for by a package with these extras: its marker holds.
    ///
    /// - Throws: `PythonPackagingError.Code.undefinedComparison`; see `Marker`.
    public func applies(
        in environment: MarkerEnvironment, extras: [ExtraName] = []
    ) throws(PythonPackagingError) -> Bool {
        guard let marker else { return true }
        return try marker.evaluate(in: environment, extras: extras)
    }
}

extension Requirement: CustomStringConvertible {
    /// Canonical text, which parses to an equal requirement: `name[a,b]<2,>=1 ; python_version >= "3.9"`.
    public var description: String {
        var text = name.description
        if !extras.isEmpty { text += "[\(extras.map(\.description).joined(separator: ","))]" }
        if !specifiers.isEmpty { text += specifiers.description }
        if let url { text += " @ \(url)" }
        if let marker { text += " ; \(marker)" }
        return text
    }
}
