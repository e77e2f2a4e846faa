/// Cuts a version's text into the parts that compare.
struct VersionTokens {
    private let bytes: [UInt8]
    private var index = 0

    init(_ text: String) {
        bytes = text.isEmpty ? [UInt8(ascii: "0")] : Array(text.utf8)
    }

    private static let ranks: [String: Int] = [
        "alpha": -5, "beta": -4, "milestone": -3, "cr": -2, "rc": -2, "snapshot": -1, "ga": 0, "final": 0,
        "release": 0, "": 0, "sp": 1,
    ]

    mutating func next() -> MavenVersion.Item? {
        guard index < bytes.count else { return nil }
        var start = index
        var end = bytes.count
        var isNumber: Bool?
        var isEndedByDigit = false
        var hasValue = false
        scan: while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                end = index
                index += 1
                break scan
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if isNumber == false {
                    end = index
                    isEndedByDigit = true
                    break scan
                }
                // Leading zeros do not count.
                if isNumber == true, !hasValue { start += 1 }
                hasValue = hasValue || bytes[index] > UInt8(ascii: "0")
                isNumber = true
            default:
                if isNumber == true {
                    end = index
                    break scan
                }
                isNumber = false
            }
            index += 1
        }
        guard end > start else { return .number(0) }
        let token = bytes[start..<end]
        return isNumber == true ? Self.number(token) : word(token, isEndedByDigit)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> MavenVersion.Item {
        guard digits.count < 10 else { return .longNumber(String(decoding: digits, as: UTF8.self)) }
        return .number(digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) })
    }

    private func word(_ token: ArraySlice<UInt8>, _ isEndedByDigit: Bool) -> MavenVersion.Item {
        let word = String(decoding: token, as: UTF8.self).lowercased()
        if index >= bytes.count {
            if word == "min" { return .least }
            if word == "max" { return .most }
        }
        if isEndedByDigit {
            switch word {
            case "a": return .qualifier(-5)
            case "b": return .qualifier(-4)
            case "m": return .qualifier(-3)
            default: break
            }
        }
        return Self.ranks[word].map { .qualifier($0) } ?? .word(word)
    }
}
