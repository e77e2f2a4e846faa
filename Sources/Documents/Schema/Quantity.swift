/// What quantities with units have in common.
enum Quantity {
    /// A decimal number times a factor, rounded down.
    ///
    /// - Parameter number: digits, and a fraction of up to six digits where the factor is more than one.
    /// - Returns: `nil` for what is no such number, and for more than 64 bits hold.
    static func scaled(_ number: ArraySlice<UInt8>, by factor: UInt64) -> UInt64? {
        let parts = number.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let digits = parts.first, (1...15).contains(digits.count), parts.count < 3,
            let whole = UInt64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let (total, overflows) = whole.multipliedReportingOverflow(by: factor)
        guard !overflows else { return nil }
        guard parts.count == 2 else { return total }
        guard factor > 1, (1...6).contains(parts[1].count),
            let fraction = UInt64(String(decoding: parts[1], as: UTF8.self))
        else { return nil }
        let scale = parts[1].reduce(UInt64(1)) { product, _ in product * 10 }
        let rest = factor / scale * fraction + factor % scale * fraction / scale
        let (sum, tooMuch) = total.addingReportingOverflow(rest)
        return tooMuch ? nil : sum
    }

    /// Takes the digits and dots that a text starts with.
    static func takeNumber(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        take(&text) { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }

    /// Takes the letters that a text starts with.
    static func takeUnit(_ text: inout ArraySlice<UInt8>) -> String {
        _ = take(&text) { $0 == 0x20 }
        return String(
            decoding: take(&text) { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }, as: UTF8.self)
    }

    private static func take(_ text: inout ArraySlice<UInt8>, _ isMeant: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = text.prefix(while: isMeant)
        text = text.dropFirst(taken.count)
        return taken
    }
}
