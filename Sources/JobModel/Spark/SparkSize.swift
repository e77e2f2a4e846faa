/// Sizes as Spark writes them: a whole number and a unit of 1024's powers, `512m`, `4g`, `1048576`.
///
/// `JavaUtils.byteStringAs` and `ByteUnit`.
enum SparkSize {
    /// The exponent of 2.
    enum Unit: Int64 {
        case bytes = 0
        case kibibytes = 10
        case mebibytes = 20
        case gibibytes = 30
        case tebibytes = 40
        case pebibytes = 50

        /// Of a suffix in lower case: `m`, `mb`, and of later releases `mi`, `mib`.
        init?(suffix: some Collection<UInt8>, version: SparkVersion) {
            switch suffix.first {
            case UInt8(ascii: "b") where suffix.count == 1: self = .bytes
            case UInt8(ascii: "k"): self = .kibibytes
            case UInt8(ascii: "m"): self = .mebibytes
            case UInt8(ascii: "g"): self = .gibibytes
            case UInt8(ascii: "t"): self = .tebibytes
            case UInt8(ascii: "p"): self = .pebibytes
            default: return nil
            }
            let rest = String(decoding: Array(suffix.dropFirst()), as: UTF8.self)
            guard ["", "b"].contains(rest) || (version.readsBinaryUnits && ["i", "ib"].contains(rest)) else {
                return nil
            }
        }
    }

    /// Why a text is no size.
    enum Mistake: Error, Equatable {
        case notANumber
        case fraction
        case unknownUnit(String)
        case tooLarge
    }

    /// A text's size in a unit, cut down to whole ones: 1535 KiB are 1 MiB.
    ///
    /// - Parameters:
    ///   - text: blanks around it and upper case do not count.
    ///   - unit: that of the result, and of a number without a unit.
    static func parse(_ text: String, in unit: Unit, by version: SparkVersion) throws(Mistake) -> Int64 {
        let bytes = text.utf8.trimmedAsJava().map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
        let digits = bytes.prefix { $0.isDigit }
        let suffix = bytes[digits.endIndex...]
        guard !digits.isEmpty else { throw .notANumber }
        guard suffix.allSatisfy({ $0 &- 0x61 < 26 }) else {
            let isFraction = suffix.first == UInt8(ascii: ".") && suffix.dropFirst().first?.isDigit == true
            throw isFraction ? .fraction : .notANumber
        }
        let own = suffix.isEmpty ? unit : Unit(suffix: suffix, version: version)
        guard let own else { throw .unknownUnit(String(decoding: suffix, as: UTF8.self)) }
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { throw .tooLarge }
        guard own.rawValue > unit.rawValue else { return number >> (unit.rawValue - own.rawValue) }
        let (result, overflows) = number.multipliedReportingOverflow(by: 1 << (own.rawValue - unit.rawValue))
        guard !overflows else { throw .tooLarge }
        return result
    }

    /// As `parse`, with a sign in front: `ConfigHelpers.byteFromString`, which reads most settings.
    static func parseSigned(_ text: String, in unit: Unit, by version: SparkVersion) throws(Mistake) -> Int64 {
        guard text.utf8.first == UInt8(ascii: "-") else { return try parse(text, in: unit, by: version) }
        return try -parse(String(text.dropFirst()), in: unit, by: version)
    }
}

extension UInt8 {
    var isDigit: Bool { self &- 0x30 < 10 }
}

extension String.UTF8View {
    /// Without what Java's `String.trim` takes away: everything up to the space at both ends.
    func trimmedAsJava() -> Substring.UTF8View {
        let head = self[...].drop { $0 <= 0x20 }
        guard let last = head.lastIndex(where: { $0 > 0x20 }) else { return head }
        return head[...last]
    }
}
