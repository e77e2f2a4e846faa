/// A driver's size that people choose by name.
public struct DriverSize: Hashable, Sendable {
    public var name: String
    /// Thousandths of a core.
    public var cpu: Int64
    /// Bytes, without overhead.
    public var memory: Int64
    public var accelerators: [String: Int64] = [:]

    public init(name: String = "", cpu: Int64 = 1000, memory: Int64 = 1 << 30) {
        self.name = name
        self.cpu = cpu
        self.memory = memory
    }

    /// What there is before an admin names others.
    public static let standard = [
        DriverSize(name: "small", cpu: 1000, memory: 1 << 30),
        DriverSize(name: "medium", cpu: 2000, memory: 4 << 30),
        DriverSize(name: "large", cpu: 4000, memory: 16 << 30),
    ]
}
