#if canImport(Glibc)
    internal import Glibc
#endif

/// Base scores of the Common Vulnerability Scoring System, versions 2, 3.0 and 3.1. Version 4 scores by a table of its own,
/// and is not computed here.
enum CVSS {
    /// The base score of a vector, from 0 to 10; `nil` for one that is not understood.
    static func score(_ vector: String) -> Double? {
        let parts = vector.split(separator: "/").map(String.init)
        guard let first = parts.first else { return nil }
        var metrics: [String: String] = [:]
        for part in first.hasPrefix("CVSS:") ? Array(parts.dropFirst()) : parts {
            let halves = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
            guard halves.count == 2, metrics.updateValue(halves[1], forKey: halves[0]) == nil else { return nil }
        }
        switch first {
        case "CVSS:3.0": return third(metrics, roundedUp: { ($0 * 10).rounded(.up) / 10 })
        case "CVSS:3.1": return third(metrics, roundedUp: roundedUp)
        default: return first.hasPrefix("CVSS:") ? nil : second(metrics)
        }
    }

    /// CVSS v3.1 §7.1.
    private static func third(_ metrics: [String: String], roundedUp: (Double) -> Double) -> Double? {
        func weight(_ metric: String, _ weights: [String: Double]) -> Double? {
            metrics[metric].flatMap { weights[$0] }
        }
        let impacts = ["H": 0.56, "L": 0.22, "N": 0]
        guard let vector = weight("AV", ["N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2]),
            let complexity = weight("AC", ["L": 0.77, "H": 0.44]),
            let isChanged = metrics["S"].flatMap({ ["C": true, "U": false][$0] }),
            let privileges = weight(
                "PR", isChanged ? ["N": 0.85, "L": 0.68, "H": 0.5] : ["N": 0.85, "L": 0.62, "H": 0.27]),
            let interaction = weight("UI", ["N": 0.85, "R": 0.62]), let confidentiality = weight("C", impacts),
            let integrity = weight("I", impacts), let availability = weight("A", impacts)
        else { return nil }
        let base = 1 - (1 - confidentiality) * (1 - integrity) * (1 - availability)
        let impact = isChanged ? 7.52 * (base - 0.029) - 3.25 * pow(base - 0.02, 15) : 6.42 * base
        guard impact > 0 else { return 0 }
        let exploitability = 8.22 * vector * complexity * privileges * interaction
        return roundedUp(min((isChanged ? 1.08 : 1) * (impact + exploitability), 10))
    }

    /// The smallest number with one decimal that is not less, free of what binary fractions add (CVSS v3.1, appendix A).
    private static func roundedUp(_ value: Double) -> Double {
        let whole = Int((value * 100_000).rounded())
        return whole % 10_000 == 0 ? Double(whole) / 100_000 : Double(whole / 10_000 + 1) / 10
    }

    /// CVSS v2 §3.2.1.
    private static func second(_ metrics: [String: String]) -> Double? {
        func weight(_ metric: String, _ weights: [String: Double]) -> Double? {
            metrics[metric].flatMap { weights[$0] }
        }
        let impacts = ["N": 0, "P": 0.275, "C": 0.660]
        guard let vector = weight("AV", ["L": 0.395, "A": 0.646, "N": 1]),
            let complexity = weight("AC", ["H": 0.35, "M": 0.61, "L": 0.71]),
            let authentication = weight("Au", ["M": 0.45, "S": 0.56, "N": 0.704]),
            let confidentiality = weight("C", impacts), let integrity = weight("I", impacts),
            let availability = weight("A", impacts)
        else { return nil }
        let impact = 10.41 * (1 - (1 - confidentiality) * (1 - integrity) * (1 - availability))
        let exploitability = 20 * vector * complexity * authentication
        let score = (0.6 * impact + 0.4 * exploitability - 1.5) * (impact == 0 ? 0 : 1.176)
        return max(0, (score * 10).rounded() / 10)
    }
}
