/// Something that every implementation of a port does, checked against one of them.
///
/// A suite runs all of a contract's claims: `@Test(arguments: DriverContract.claims)`.
public struct Claim<Stage: Sendable>: Sendable, CustomStringConvertible {
    public let name: String
    public let check: @Sendable (Stage) async throws -> Void

    public init(_ name: String, _ check: @escaping @Sendable (Stage) async throws -> Void) {
        self.name = name
        self.check = check
    }

    public var description: String { name }
}

/// A claim that does not hold.
public struct BrokenClaim: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// - Throws: ``BrokenClaim`` unless the condition holds.
public func claim(_ condition: Bool, _ otherwise: @autoclosure () -> String) throws {
    if !condition { throw BrokenClaim(otherwise()) }
}
