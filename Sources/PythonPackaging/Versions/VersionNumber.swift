/// A non-negative integer of any length: PEP 440 sets no limit to the numbers in a version.
enum VersionNumber: Sendable, Hashable {
    case small(UInt64)
    /// More than `UInt64` holds: its decimal digits without leading zeros.
    case large(String)

    static let zero = VersionNumber.small(0)

    /// Reads decimal digits, at least one of them.
    init(digits: UnsafeBufferPointer<UInt8>) {
        var value: UInt64 = 0
        for digit in digits {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit &- 0x30))
            if overflow || carry {
                let significant = digits.drop { $0 == 0x30 }
                self = .large(String(decoding: significant, as: UTF8.self))
                return
            }
            value = sum
        }
        self = .small(value)
    }

    var isZero: Bool { self == .small(0) }

    /// The value, or `UInt64.max` for what does not fit.
    var clamped: UInt64 {
        switch self {
        case .small(let value): value
        case .large: .max
        }
    }

    var text: String {
        switch self {
        case .small(let value): String(value)
        case .large(let digits): digits
        }
    }
}

extension VersionNumber: Comparable {
    static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.small(let a), .small(let b)): a < b
        case (.small, .large): true
        case (.large, .small): false
        case (.large(let a), .large(let b)):
            a.utf8.count == b.utf8.count ? a.utf8.lexicographicallyPrecedes(b.utf8) : a.utf8.count < b.utf8.count
        }
    }

    /// -1, 0 or 1 as the left number is less than, equal to or greater than the right one.
    static func order(_ left: Self, _ right: Self) -> Int {
        left == right ? 0 : left < right ? -1 : 1
    }
}
