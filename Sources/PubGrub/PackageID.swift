/// One package of a solve: a small integer that the caller hands out, from 0 up, without gaps.
///
/// What a package is (a project, a project with an extra, the interpreter) is the caller's business; the solver
/// indexes its tables with it.
public struct PackageID: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let index: Int32

    @inlinable
    public init(_ index: Int32) {
        self.index = index
    }

    @inlinable
    public static func < (a: PackageID, b: PackageID) -> Bool {
        a.index < b.index
    }

    public var description: String {
        "p\(index)"
    }
}
