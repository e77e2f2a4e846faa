public import Cryptography
public import PythonPackaging

extension Lock {
    /// One version of a package, `[[packages]]`.
    public struct Package: Sendable, Equatable {
        public var name: PackageName
        /// Unknown only where a foreign lock holds a folder or a repository.
        public var version: Version?
        /// Where the package is wanted; everywhere if `nil`.
        public var marker: Marker?
        public var requiresPython: SpecifierSet
        /// What it depends on, of the lock's packages.
        public var dependencies: [Dependency]
        /// The index that its files come from, without credentials; `nil` for the default one.
        public var index: String?
        public var wheels: [File]
        /// Eggs, and egg folders as the zips that they are packed into, where a target has no wheel.
        public var eggs: [File]
        public var sourceDistribution: File?
        /// The wheels that make up the environment in which the source distribution is built, by name; `nil` where the
        /// lock does not say.
        public var buildRequirements: [BuildRequirement]?
        /// A repository or folder in place of files.
        public var tree: SourceTree?
        /// Who asks for it, and how.
        public var reasons: [Reason]
        /// The extras that somebody asks for.
        public var extras: [ExtraName]
        /// The platforms that it is for; all of the recipe's if empty.
        public var platforms: [TargetPlatform]
        /// What other tools left in `[packages.tool]`, kept as it is.
        public var otherTools: [SourceNode.Entry]

        public init(name: PackageName, version: Version?, wheels: [File] = []) {
            self.name = name
            self.version = version
            self.wheels = wheels
            requiresPython = SpecifierSet()
            eggs = []
            dependencies = []
            reasons = []
            extras = []
            platforms = []
            otherTools = []
        }
    }

    /// Another package of the lock.
    public struct Dependency: Sendable, Hashable, Comparable {
        public var name: PackageName
        /// Written only where the lock has several versions of it.
        public var version: Version?

        public init(name: PackageName, version: Version? = nil) {
            self.name = name
            self.version = version
        }

        public static func < (left: Self, right: Self) -> Bool {
            if left.name != right.name { return left.name < right.name }
            guard let first = left.version, let second = right.version else {
                return left.version == nil && right.version != nil
            }
            return first < second
        }
    }

    /// A wheel or source distribution: what it is called, what it must contain, and where it lies unless on the
    /// default index.
    public struct File: Sendable, Hashable {
        /// The file's name: `numpy-2.1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl`.
        public var name: String
        public var sha256: SHA256Digest
        /// Other digests by algorithm, in lower-case hexadecimal.
        public var otherHashes: [String: String]
        /// Bytes.
        public var size: UInt64?
        /// Where the file is, without credentials; `nil` on the default index.
        public var url: String?
        /// A path relative to the lock's folder, or absolute.
        public var path: String?
        public var uploadTime: UploadTime?

        public init(
            name: String, sha256: SHA256Digest, size: UInt64? = nil, url: String? = nil, path: String? = nil,
            uploadTime: UploadTime? = nil
        ) {
            self.name = name
            self.sha256 = sha256
            otherHashes = [:]
            self.size = size
            self.url = url
            self.path = path
            self.uploadTime = uploadTime
        }
    }

    /// A package that a source distribution is built with.
    public struct BuildRequirement: Sendable, Hashable {
        public var name: PackageName
        public var version: Version
        /// The index that the wheel comes from, without credentials; `nil` for the default one.
        public var index: String?
        public var wheel: File

        public init(name: PackageName, version: Version, index: String? = nil, wheel: File) {
            self.name = name
            self.version = version
            self.index = index
            self.wheel = wheel
        }
    }

    /// Who asks for a package, with which words.
    public struct Reason: Sendable, Hashable {
        public enum Source: Sendable, Hashable {
            /// The recipe's `packages`.
            case recipe
            /// The recipe's `constraints` or `overrides`, which narrow what others ask for.
            case constraint
            case override
            /// A package of the lock, for one of its extras if it is for one.
            case package(PackageName, extra: ExtraName?)
        }

        public var source: Source
        /// The requirement as written there, without what does not matter to the target.
        public var requirement: String

        public init(_ source: Source, requirement: String) {
            self.source = source
            self.requirement = requirement
        }
    }

    /// A tree of sources, `vcs` or `directory`, of which a wheel is built.
    public struct SourceTree: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            /// A git repository's commit, and what was asked for: a branch, a tag. The URL has no password.
            case repository(url: String, requestedRevision: String?, commit: String)
            /// A folder by its path from the lock's, and the digest of what was in it; `nil` in foreign locks.
            case folder(path: String, content: SHA256Digest?)
        }

        public var kind: Kind
        /// The project's folder in the tree, if it is not the tree itself.
        public var subdirectory: String?

        public init(_ kind: Kind, subdirectory: String? = nil) {
            self.kind = kind
            self.subdirectory = subdirectory
        }
    }
}

extension Lock.Package {
    /// What targets install: wheels, eggs and the source distribution.
    public var installedFiles: [Lock.File] { wheels + eggs + [sourceDistribution].compactMap(\.self) }

    /// All of its files: wheels, eggs, source distribution, and what that is built with.
    var files: [Lock.File] {
        installedFiles + (buildRequirements ?? []).map(\.wheel)
    }

    /// Makes a file the package's only one of its kind, which its name tells.
    public mutating func take(_ file: Lock.File) {
        if file.name.hasSuffix(".whl") {
            wheels = [file]
        } else if file.name.hasSuffix(".egg") {
            eggs = [file]
        } else {
            sourceDistribution = file
        }
    }

    mutating func changeFiles(_ change: (inout Lock.File) -> Void) {
        for number in wheels.indices { change(&wheels[number]) }
        for number in eggs.indices { change(&eggs[number]) }
        if var file = sourceDistribution {
            change(&file)
            sourceDistribution = file
        }
        buildRequirements = buildRequirements?.map { requirement in
            var requirement = requirement
            change(&requirement.wheel)
            return requirement
        }
    }
}
