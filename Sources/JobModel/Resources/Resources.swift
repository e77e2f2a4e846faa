/// An amount of what a machine has and a task takes.
public struct Resources: Hashable, Sendable {
    /// Thousandths of a core.
    public var cpu: Int64
    /// Bytes.
    public var memory: Int64
    /// What else is counted, by name: `gpu` and whatever an admin names.
    public var named: [String: Int64]

    public init(cpu: Int64 = 0, memory: Int64 = 0, named: [String: Int64] = [:]) {
        self.cpu = cpu
        self.memory = memory
        self.named = named
    }

    public static let none = Resources()

    public static func + (left: Self, right: Self) -> Self {
        left.combined(with: right) { $0.addingReportingOverflow($1) }
    }

    /// What is left; less than nothing where more is taken than there is.
    public static func - (left: Self, right: Self) -> Self {
        left.combined(with: right) { $0.subtractingReportingOverflow($1) }
    }

    public static func * (amount: Self, count: Int) -> Self {
        var result = Resources(cpu: amount.cpu.times(count), memory: amount.memory.times(count))
        for (name, value) in amount.named { result.named[name] = value.times(count) }
        return result
    }

    public static func += (left: inout Self, right: Self) { left = left + right }
    public static func -= (left: inout Self, right: Self) { left = left - right }

    /// Whether this is no more than `other` in anything.
    public func fits(in other: Resources) -> Bool {
        cpu <= other.cpu && memory <= other.memory
            && named.allSatisfy { $0.value <= 0 || $0.value <= other.named[$0.key] ?? 0 }
    }

    public var isNone: Bool { cpu == 0 && memory == 0 && named.values.allSatisfy { $0 == 0 } }

    /// Amounts that nobody can have stop at the largest number instead of wrapping around.
    private func combined(
        with other: Self, _ operation: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
    ) -> Self {
        func one(_ left: Int64, _ right: Int64) -> Int64 {
            let (value, overflows) = operation(left, right)
            return overflows ? (value < 0 ? .max : .min) : value
        }
        var result = Resources(cpu: one(cpu, other.cpu), memory: one(memory, other.memory))
        guard !(named.isEmpty && other.named.isEmpty) else { return result }
        result.named = named
        for (name, value) in other.named { result.named[name] = one(named[name] ?? 0, value) }
        return result
    }
}

extension Int64 {
    fileprivate func times(_ count: Int) -> Int64 {
        let (value, overflows) = multipliedReportingOverflow(by: Int64(count))
        return overflows ? .max : value
    }
}
