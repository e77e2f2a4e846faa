public import Cryptography
public import PythonPackaging

extension Recipe {
    /// The Python half of a recipe: what is asked for, and where it may come from.
    public struct Python: Sendable, Hashable {
        public var version: PythonVersion
        public var packages: [Request]
        /// Versions that packages must have if anything asks for them; they ask for nothing themselves.
        public var constraints: [Requirement]
        /// Requirements that stand in place of whatever anybody else says about these packages.
        public var overrides: [Requirement]
        /// The indexes beside the default one, in the order in which they are asked.
        public var indexes: [Index]
        /// Whether the machine's default index is asked, unless one of `indexes` takes its place.
        public var usesDefaultIndex: Bool
        /// Folders, pages and files with further distributions: URLs, or paths relative to the recipe's folder.
        public var findLinks: [String]
        public var prereleases: Prereleases
        /// Whether every request must come with hashes (pip's hash-checking mode); a request that has some implies it.
        public var requireHashes: Bool
        public var sourceDistributions: SourceDistributions
        /// Versions that the tools must have which source distributions are built with.
        public var buildConstraints: [Requirement]

        public init(version: PythonVersion, packages: [Request] = []) {
            self.version = version
            self.packages = packages
            constraints = []
            overrides = []
            indexes = []
            usesDefaultIndex = true
            findLinks = []
            prereleases = .ifNecessary
            requireHashes = false
            sourceDistributions = .listed
            buildConstraints = []
        }
    }

    /// A requirement of the recipe's own, with the only files that may satisfy it, if it says so.
    ///
    /// A requirement's URL may also be the path of a wheel, relative to the recipe's folder.
    public struct Request: Sendable, Hashable {
        public var requirement: Requirement
        /// The files allowed, sorted; any if empty.
        public var hashes: [SHA256Digest]

        public init(_ requirement: Requirement, hashes: [SHA256Digest] = []) {
            self.requirement = requirement
            self.hashes = Set(hashes).sorted()
        }
    }

    /// A package index that a recipe names.
    public struct Index: Sendable, Hashable {
        public var name: String?
        /// The index's root, below which PEP 503's project pages lie. It may hold credentials, which are never
        /// written anywhere: see `publicURL`.
        public var url: String
        /// The packages that come from here and from nowhere else; the index then serves no others.
        public var packages: [PackageName]
        /// Whether this index takes the place of the machine's default one.
        public var isDefault: Bool

        public init(name: String? = nil, url: String, packages: [PackageName] = [], isDefault: Bool = false) {
            self.name = name
            self.url = url
            self.packages = Set(packages).sorted()
            self.isDefault = isDefault
        }

        /// The URL without credentials, as locks and messages show it.
        public var publicURL: String { withoutCredentials(url) }
    }

    /// Which packages may be built from their source distributions, where they have no wheel. Building runs their code.
    public enum SourceDistributions: String, Sendable, Hashable, CaseIterable {
        case never
        /// Those that `packages` itself names: what a person has written down and can vouch for.
        case listed
        case any
    }

    /// When releases before the final one are taken (PEP 440, "Handling of pre-releases").
    public enum Prereleases: String, Sendable, Hashable, CaseIterable {
        /// Where a package has no final release that satisfies. A requirement that names a pre-release only widens the
        /// range: where final releases are in it, they come first.
        case ifNecessary = "if-necessary"
        case allow
        case disallow
    }
}
