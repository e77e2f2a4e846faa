internal import JSONDocument

/// How bad a vulnerability is.
public struct Severity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The qualitative ratings of CVSS (v3.1 §5), and none that is known.
    public enum Level: Int, Sendable, CaseIterable, Comparable {
        case unknown
        case none
        case low
        case medium
        case high
        case critical

        /// `low`, `high`.
        public var word: String { String(describing: self) }

        public init?(word: String) {
            switch word.lowercased() {
            // GitHub's word.
            case "moderate": self = .medium
            default:
                guard let level = Self.allCases.first(where: { $0.word == word.lowercased() }) else { return nil }
                self = level
            }
        }

        public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    }

    public var level: Level
    /// From 0 to 10, where a vector of CVSS is given whose formula is known here (versions 2, 3.0 and 3.1).
    public var score: Double?

    public init(level: Level, score: Double? = nil) {
        self.level = level
        self.score = score
    }

    /// The rating of a score (CVSS v3.1 §5).
    public init(score: Double) {
        let level: Level =
            switch score {
            case 9...: .critical
            case 7...: .high
            case 4...: .medium
            case 0.1...: .low
            default: .none
            }
        self.init(level: level, score: score)
    }

    /// The gravest of the vectors that are understood; else the word of whoever keeps the record.
    init(vectors: JSON?, word: String?) {
        var scores: [Double] = []
        if case .array(let entries)? = vectors {
            scores = entries.compactMap { ($0.fields?["score"]).text }.compactMap { CVSS.score($0) }
        }
        if let score = scores.max() {
            self.init(score: score)
        } else {
            self.init(level: word.flatMap { Level(word: $0) } ?? .unknown)
        }
    }

    public var isKnown: Bool { level != .unknown }

    /// `high 7.5`.
    public var description: String {
        guard let score else { return level.word }
        let tenths = Int((score * 10).rounded())
        return "\(level.word) \(tenths / 10).\(tenths % 10)"
    }

    public static func < (a: Self, b: Self) -> Bool { (a.level, a.score ?? 0) < (b.level, b.score ?? 0) }
}
