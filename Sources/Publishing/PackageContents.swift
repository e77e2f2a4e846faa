internal import Cryptography
public import Units

/// One package of an environment as it lies on the volume: a unit and the bytecode made of it, in one folder.
public struct PackageContents: Sendable {
    public let unit: Unit
    public let bytecode: Unit?
    /// The exact interpreter build that made the bytecode, in hexadecimal; `nil` where there is none.
    public let bytecodeKey: String?

    /// - Parameter bytecodeKey: taken only where there is bytecode.
    public init(_ unit: Unit, bytecode: Unit? = nil, bytecodeKey: String? = nil) {
        self.unit = unit
        self.bytecode = bytecode
        self.bytecodeKey = bytecode == nil ? nil : bytecodeKey
    }

    /// The folder's name under `volume/packages`: the tree's digest, and the bytecode's key or `none`.
    public var folderName: String { unit.treeDigest.hex + "+" + (bytecodeKey ?? "none") }

    /// The two or one trees that make up the folder.
    var trees: [Unit] { [unit, bytecode].compactMap(\.self) }
}
