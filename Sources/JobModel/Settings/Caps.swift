/// How much may run at once; what is not named is not limited.
public struct Caps: Hashable, Sendable {
    /// Drivers at once.
    public var drivers: Int?
    /// Thousandths of a core, of drivers and executors together.
    public var cpu: Int64?
    /// Bytes.
    public var memory: Int64?
    /// What else is counted, by name.
    public var named: [String: Int64] = [:]

    public init(drivers: Int? = nil, cpu: Int64? = nil, memory: Int64? = nil, named: [String: Int64] = [:]) {
        self.drivers = drivers
        self.cpu = cpu
        self.memory = memory
        self.named = named
    }

    /// Without the zeros that let nothing start for the time being: of drivers, processors or memory every job needs some.
    /// Nothing of a named resource, instead, is for those who need it a no for good.
    public var unpaused: Caps {
        func limit<Value: Numeric>(_ value: Value?) -> Value? { value == .zero ? nil : value }
        return Caps(drivers: limit(drivers), cpu: limit(cpu), memory: limit(memory), named: named)
    }
}
