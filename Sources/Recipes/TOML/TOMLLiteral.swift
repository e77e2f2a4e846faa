/// Tells what an unquoted TOML value is (TOML 1.0, "Integer" to "Local Time").
enum TOMLLiteral {
    typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

    /// The type of a well-formed literal; `nil` for anything else, integers beyond 64 bits too.
    static func kind(of word: Bytes) -> SourceNode.Scalar? {
        guard let first = word.first else { return nil }
        if isDigit(first) || first == UInt8(ascii: "+") || first == UInt8(ascii: "-") {
            if isInteger(word) { return .integer }
            if isFloat(word) { return .float }
            return isTime(word) ? .time : nil
        }
        if word.elementsEqual("true".utf8) || word.elementsEqual("false".utf8) { return .boolean }
        return isFloat(word) ? .float : nil
    }

    private static func isInteger(_ word: Bytes) -> Bool {
        if word.count > 2, word.first == UInt8(ascii: "0"),
            let radix = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2][
                word[word.startIndex + 1]]
        {
            let digits = word.dropFirst(2)
            guard let plain = withoutUnderscores(digits) else { return false }
            // `Int64` takes a sign, which TOML does not here.
            return plain.first != UInt8(ascii: "+") && plain.first != UInt8(ascii: "-")
                && Int64(String(decoding: plain, as: UTF8.self), radix: radix) != nil
        }
        let digits = unsigned(word)
        guard let plain = withoutUnderscores(digits), plain.allSatisfy(isDigit), isWithoutLeadingZero(plain) else {
            return false
        }
        let sign = word.first == UInt8(ascii: "-") ? "-" : ""
        return Int64(sign + String(decoding: plain, as: UTF8.self)) != nil
    }

    private static func isFloat(_ word: Bytes) -> Bool {
        let number = unsigned(word)
        if number.elementsEqual("inf".utf8) || number.elementsEqual("nan".utf8) { return true }
        let isExponent = { (byte: UInt8) in byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") }
        var mantissa = number
        if let place = number.firstIndex(where: isExponent) {
            mantissa = number[..<place]
            guard let digits = withoutUnderscores(unsigned(number[(place + 1)...])), digits.allSatisfy(isDigit) else {
                return false
            }
        } else if !number.contains(UInt8(ascii: ".")) {
            return false
        }
        let parts = mantissa.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= 2 else { return false }
        for part in parts {
            guard let digits = withoutUnderscores(part), digits.allSatisfy(isDigit) else { return false }
        }
        return withoutUnderscores(parts[0]).map(isWithoutLeadingZero) ?? false
    }

    private static func unsigned(_ word: Bytes) -> Bytes {
        word.first == UInt8(ascii: "+") || word.first == UInt8(ascii: "-") ? word.dropFirst() : word
    }

    /// The digits without the underscores between them; `nil` where one stands elsewhere, or where there is nothing.
    private static func withoutUnderscores(_ word: Bytes) -> [UInt8]? {
        guard let last = word.last, last != UInt8(ascii: "_") else { return nil }
        var plain: [UInt8] = []
        var previous = UInt8(ascii: "_")
        for byte in word {
            if byte == UInt8(ascii: "_") {
                if previous == UInt8(ascii: "_") { return nil }
            } else {
                plain.append(byte)
            }
            previous = byte
        }
        return plain
    }

    private static func isWithoutLeadingZero(_ digits: [UInt8]) -> Bool {
        digits.count == 1 || digits.first != UInt8(ascii: "0")
    }

    /// A date, a time, or both with an offset or without (RFC 3339, with TOML's latitude for `T`, `t` or a space).
    static func isTime(_ word: Bytes) -> Bool {
        if isDate(word) || isClock(word) { return true }
        guard word.count > 11, isDate(word.prefix(10)) else { return false }
        let separator = word[word.startIndex + 10]
        guard separator == UInt8(ascii: "T") || separator == UInt8(ascii: "t") || separator == 0x20 else {
            return false
        }
        let rest = word.dropFirst(11)
        if isClock(rest) { return true }
        if rest.last == UInt8(ascii: "Z") || rest.last == UInt8(ascii: "z") { return isClock(rest.dropLast()) }
        guard rest.count > 6, let hours = number(rest.suffix(5).prefix(2)), let minutes = number(rest.suffix(2))
        else { return false }
        let offset = rest.suffix(6)
        let sign = offset[offset.startIndex]
        return (sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"))
            && offset[offset.startIndex + 3] == UInt8(ascii: ":") && hours < 24 && minutes < 60
            && isClock(rest.dropLast(6))
    }

    /// `1979-05-27`.
    static func isDate(_ word: Bytes) -> Bool {
        let start = word.startIndex
        guard word.count == 10, word[start + 4] == UInt8(ascii: "-"), word[start + 7] == UInt8(ascii: "-"),
            let year = number(word.prefix(4)), let month = number(word[(start + 5)..<(start + 7)]),
            let day = number(word.suffix(2)), (1...12).contains(month)
        else { return false }
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    /// `07:32:00.999`.
    private static func isClock(_ word: Bytes) -> Bool {
        let start = word.startIndex
        guard word.count >= 8, word[start + 2] == UInt8(ascii: ":"), word[start + 5] == UInt8(ascii: ":"),
            let hour = number(word.prefix(2)), let minute = number(word[(start + 3)..<(start + 5)]),
            let second = number(word[(start + 6)..<(start + 8)]), hour < 24, minute < 60, second <= 60
        else { return false }
        let fraction = word.dropFirst(8)
        if fraction.isEmpty { return true }
        return fraction.first == UInt8(ascii: ".") && fraction.count > 1 && fraction.dropFirst().allSatisfy(isDigit)
    }

    private static func number(_ word: Bytes) -> Int? {
        guard word.allSatisfy(isDigit) else { return nil }
        return word.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
