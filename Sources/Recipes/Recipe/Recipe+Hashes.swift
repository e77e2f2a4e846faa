public import Cryptography
public import PythonPackaging

extension Recipe.Python {
    /// Whether hash-checking mode is on, by wish or because some request has hashes.
    public var hashesAreRequired: Bool { requireHashes || packages.contains { !$0.hashes.isEmpty } }

    /// What hash-checking mode says of a chosen file.
    public enum HashVerdict: Sendable, Hashable {
        case allowed
        /// The recipe names files of the package, and this is none of them.
        case other
        /// The recipe names no file of the package: it came in as a dependency, and the mode wants all named.
        case unnamed
    }

    /// Whether a file of a package may be chosen: as pip's hash-checking mode has it, every file of the environment
    /// must be one that the recipe names, dependencies too.
    public func verdict(on digest: SHA256Digest, of package: PackageName) -> HashVerdict {
        guard hashesAreRequired else { return .allowed }
        let named = packages.filter { $0.requirement.name == package }.flatMap(\.hashes)
        if named.isEmpty { return .unnamed }
        return named.contains(digest) ? .allowed : .other
    }
}
