public import Cryptography

/// What an environment is made of, as its lock tells it: what software bills of materials and provenance are written from.
///
/// Nothing in it depends on where or when it was made.
public struct Inventory: Sendable, Hashable {
    public var name: String
    public var version: String?
    /// `3.11`.
    public var python: String
    /// What it is for, in order.
    public var platforms: [String]
    /// The id of the environment of each platform, in the same order.
    public var environments: [SHA256Digest]
    /// The digest of the lock's text.
    public var lock: SHA256Digest
    /// What is delivered, each file once, by package URL.
    public var components: [Component]
    /// What else was needed to make it: the tools that source distributions are built with.
    public var tools: [Component]
    public var base: Base?
    /// The program that says so: `chidori 0.1.0`.
    public var author: String
    /// Seconds since 1970 that stand for "now": `SOURCE_DATE_EPOCH`, or 0.
    public var epoch: UInt64

    public init(
        name: String, version: String?, python: String, platforms: [String], environments: [SHA256Digest],
        lock: SHA256Digest, components: [Component], tools: [Component] = [], base: Base? = nil,
        author: String, epoch: UInt64 = 0
    ) {
        self.name = name
        self.version = version
        self.python = python
        self.platforms = platforms
        self.environments = environments
        self.lock = lock
        self.components = components
        self.tools = tools
        self.base = base
        self.author = author
        self.epoch = epoch
    }
}

extension Inventory {
    /// One file, or one tree of sources, and what it is of.
    public struct Component: Sendable, Hashable {
        public var package: PackageURL
        public var name: String
        /// Of a jar.
        public var group: String?
        public var version: String?
        /// Of the file; `nil` for a repository.
        public var digest: SHA256Digest?
        /// The commit of a repository.
        public var commit: String?
        /// Where it was fetched from, without credentials; `nil` where that is the machine's own affair.
        public var place: String?
        /// An SPDX licence expression, as its own metadata has it.
        public var license: String?
        /// Whether the recipe asks for it itself.
        public var isRequested: Bool
        /// What it needs of the others, in order.
        public var requires: [PackageURL]

        public init(
            package: PackageURL, name: String, group: String? = nil, version: String?, digest: SHA256Digest?,
            commit: String? = nil, place: String? = nil, license: String? = nil, isRequested: Bool = false,
            requires: [PackageURL] = []
        ) {
            self.package = package
            self.name = name
            self.group = group
            self.version = version
            self.digest = digest
            self.commit = commit
            self.place = place
            self.license = license
            self.isRequested = isRequested
            self.requires = requires
        }

        /// The name with its group, as people write it.
        public var title: String { group.map { "\($0):\(name)" } ?? name }
    }

    /// The image that the environment's image stands on.
    public struct Base: Sendable, Hashable {
        public var name: String
        /// Of its manifest, for each platform in order; empty where it has not been made.
        public var digests: [SHA256Digest]
        /// The packages that it was built from, where it has a lock.
        public var components: [Component]

        public init(name: String, digests: [SHA256Digest], components: [Component] = []) {
            self.name = name
            self.digests = digests
            self.components = components
        }
    }
}
