/// An amount of a resource as people read it: `1.5 cores`, `2 GiB of memory`, `3 drivers`, `1 gpu`.
public struct Quantity: CustomStringConvertible, Sendable {
    private let resource: String
    private let amount: Int64

    /// - Parameter amount: in drivers, thousandths of a core, bytes, or pieces.
    public init(_ resource: String, _ amount: Int64) {
        self.resource = resource
        self.amount = amount
    }

    public var description: String {
        switch resource {
        case "drivers": return amount == 1 ? "1 driver" : "\(amount) drivers"
        case "cpu": return amount == 1000 ? "1 core" : "\(Self.decimal(amount, 1000)) cores"
        case "memory":
            for (unit, size) in [("GiB", Int64(1) << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)] where amount >= size {
                return "\(Self.decimal(amount, size)) \(unit) of memory"
            }
            return "\(amount) bytes of memory"
        default: return "\(amount) \(resource)"
        }
    }

    /// At most two digits behind the point, rounded down.
    private static func decimal(_ amount: Int64, _ unit: Int64) -> String {
        let hundredths = (amount % unit) * 100 / unit
        if hundredths == 0 { return "\(amount / unit)" }
        let digits = hundredths < 10 ? "0\(hundredths)" : hundredths % 10 == 0 ? "\(hundredths / 10)" : "\(hundredths)"
        return "\(amount / unit).\(digits)"
    }
}
