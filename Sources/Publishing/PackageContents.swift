internal import Cryptography
public import Units

/// One package of an environment as it lies on the volume: a unit and the bytecode made of it, in one folder.
public struct PackageContents: Sendable {
    public let unit: Unit
    public let bytecode: Unit?

    public init(_ unit: Unit, bytecode: Unit? = nil) {
        self.unit = unit
        self.bytecode = bytecode
    }

    /// The folder's name under `volume/packages`: the tree's digest, and the digest of the bytecode's tree or `none`.
    ///
    /// Not the interpreter's build: most packages have the same bytecode for several builds, and then one folder.
    public var folderName: String { unit.treeDigest.hex + "+" + (bytecode?.treeDigest.hex ?? "none") }

    /// The two or one trees that make up the folder.
    var trees: [Unit] { [unit, bytecode].compactMap(\.self) }
}
