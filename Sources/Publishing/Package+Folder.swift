public import Cryptography
public import Units

/// A package lies in one folder of the volume, its files and its bytecode.
extension Package {
    /// The folder's name under `volume/packages`: the tree's digest, and the digest of the bytecode's tree or `none`.
    ///
    /// Not the interpreter's build: most packages have the same bytecode for several builds, and then one folder.
    public var folderName: String { Self.folderName(tree: unit.treeDigest, bytecode: bytecode?.treeDigest) }

    /// The name of the folder of two trees, or of one.
    public static func folderName(tree: SHA256Digest, bytecode: SHA256Digest?) -> String {
        tree.hex + "+" + (bytecode?.hex ?? "none")
    }

    /// The package of a folder, where the store still describes its trees.
    public init?(folderName: String, units: StoredUnits) {
        let words = folderName.split(separator: "+", omittingEmptySubsequences: false)
        guard words.count == 2, let tree = SHA256Digest(hex: words[0]), let unit = units[tree] else { return nil }
        guard words[1] != "none" else {
            self.init(unit)
            return
        }
        guard let digest = SHA256Digest(hex: words[1]), let bytecode = units[digest] else { return nil }
        self.init(unit, bytecode: bytecode)
    }
}
