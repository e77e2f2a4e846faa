/// One package of an environment as every delivery takes it: a unit, and the bytecode made of it.
public struct Package: Sendable {
    public var unit: Unit
    /// `nil` where the environment has no bytecode, or the unit nothing to compile.
    public var bytecode: Unit?

    public init(_ unit: Unit, bytecode: Unit? = nil) {
        self.unit = unit
        self.bytecode = bytecode
    }

    /// The one or two trees that are laid over each other, in that order.
    public var trees: [Unit] { [unit, bytecode].compactMap(\.self) }

    /// Bytes of all files.
    public var size: UInt64 { trees.reduce(0) { $0 + $1.size } }
}
