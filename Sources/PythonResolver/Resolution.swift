public import PythonIndex
public import PythonPackaging
public import Recipes

/// The versions and files that were chosen for one target, and why.
public struct Resolution: Sendable {
    public var python: PythonVersion
    public var platform: TargetPlatform
    /// By name.
    public var packages: [Package]

    /// One chosen package.
    public struct Package: Sendable {
        public var name: PackageName
        public var version: Version
        /// The wheel that is best for the target, or else the source distribution.
        public var file: IndexFile
        /// Where it was found; `nil` for a file that the recipe names by URL.
        public var source: ProjectPage.Source?
        /// The extras that anything asks for, by name.
        public var extras: [ExtraName]
        /// What the package's metadata and its extras' ask for on this target, in the metadata's order.
        public var dependencies: [Dependency]
        /// Everything that asks for the package or narrows it.
        public var reasons: [Lock.Reason]
        public var requiresPython: SpecifierSet?
        /// Whether the recipe names the file's URL.
        public var isDirect: Bool { source == nil }
        /// Newer versions that were not chosen, newest first, and what kept each out.
        public var newer: [KeptOut]
    }

    /// What a package asks for, and what it got.
    public struct Dependency: Sendable, Hashable {
        public var name: PackageName
        public var version: Version
        /// The extra of the asking package that asks, `nil` for the package itself.
        public var extra: ExtraName?
        /// The requirement as the metadata has it, without its marker.
        public var requirement: String
    }

    /// Versions next to each other that were kept out for one reason.
    public struct KeptOut: Sendable, Hashable {
        /// Newest first.
        public var versions: [Version]
        /// The reason, as the rest of a sentence about them: "has only a source distribution".
        public var reason: String
    }

    /// The chosen package of that name.
    public subscript(name: PackageName) -> Package? {
        packages.first { $0.name == name }
    }
}
