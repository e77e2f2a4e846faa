/// Amounts as Kubernetes writes them: `2`, `0.5`, `500m`, `1e3`, `1Ki`.
///
/// `k8s.io/apimachinery/pkg/api/resource`: a number with a decimal suffix (`n u m k M G T P E`), a binary one
/// (`Ki … Ei`) or an exponent.
enum KubernetesQuantity {
    enum Mistake: Error, Equatable {
        case notAQuantity
        case negative
        case tooLarge
    }

    /// Thousandths, rounded up as Kubernetes does with cores (`SetDefaults_ResourceList`).
    static func thousandths(_ text: String) throws(Mistake) -> Int64 {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
        let whole = rest.prefix { $0.isDigit }
        rest = rest[whole.endIndex...]
        var fraction = rest[rest.startIndex..<rest.startIndex]
        if rest.first == UInt8(ascii: ".") {
            fraction = rest.dropFirst().prefix { $0.isDigit }
            rest = rest[fraction.endIndex...]
        }
        guard !(whole.isEmpty && fraction.isEmpty), let scale = Scale(suffix: rest) else { throw .notAQuantity }

        let digits = Array(whole.drop { $0 == UInt8(ascii: "0") }) + Array(fraction)
        guard digits.contains(where: { $0 != UInt8(ascii: "0") }) else { return 0 }
        guard !isNegative else { throw .negative }
        guard digits.count <= 30 else { throw .tooLarge }
        var number = digits.reduce(UInt128(0)) { $0 * 10 + UInt128($1 - UInt8(ascii: "0")) }
        for _ in 0..<scale.kibis { number = try product(number, 1024) }
        let tens = scale.tens + 3 - fraction.count
        if tens >= 0 {
            for _ in 0..<tens { number = try product(number, 10) }
        } else {
            // Digits that are left out one by one may be forgotten but for whether there were any.
            var isExact = true
            for _ in tens..<0 where number > 0 {
                let (quotient, remainder) = number.quotientAndRemainder(dividingBy: 10)
                isExact = isExact && remainder == 0
                number = quotient
            }
            if !isExact { number += 1 }
        }
        guard let result = Int64(exactly: number) else { throw .tooLarge }
        return result
    }

    private static func product(_ number: UInt128, _ factor: UInt128) throws(Mistake) -> UInt128 {
        let (result, overflows) = number.multipliedReportingOverflow(by: factor)
        guard !overflows else { throw .tooLarge }
        return result
    }

    /// What a suffix multiplies by.
    private struct Scale {
        var tens = 0
        var kibis = 0

        init?(suffix: Substring.UTF8View) {
            let text = Substring(suffix)
            switch text {
            case "": break
            case "n": tens = -9
            case "u": tens = -6
            case "m": tens = -3
            case "k": tens = 3
            case "M": tens = 6
            case "G": tens = 9
            case "T": tens = 12
            case "P": tens = 15
            case "E": tens = 18
            case "Ki": kibis = 1
            case "Mi": kibis = 2
            case "Gi": kibis = 3
            case "Ti": kibis = 4
            case "Pi": kibis = 5
            case "Ei": kibis = 6
            default:
                guard text.first == "e" || text.first == "E", let exponent = Int(text.dropFirst()),
                    (-60...60).contains(exponent)
                else { return nil }
                tens = exponent
            }
        }
    }
}
