/// A version as Maven orders it: `GenericVersion` of maven-resolver, by which ranges and conflicts are decided.
///
/// The text is cut at `.`, `-` and `_`, and wherever digits and other characters meet. Numbers compare as numbers;
/// qualifiers as `alpha < beta < milestone < rc = cr < snapshot < "" = final = ga = release < sp`, whatever their case,
/// then any other word in alphabetical order. A missing part counts as 0, or as no qualifier. `a`, `b` and `m` before a
/// digit are `alpha`, `beta` and `milestone`. No text is refused.
public struct MavenVersion: Sendable {
    /// As it was written.
    public let text: String
    let items: [Item]

    public init(_ text: String) {
        self.text = text
        var items: [Item] = []
        var tokens = VersionTokens(text)
        while let item = tokens.next() { items.append(item) }
        Self.trim(&items)
        self.items = items
    }

    /// One part of a version. What compares less comes first.
    enum Item: Equatable, Sendable {
        /// The least of all, in the upper and lower bounds that `[1.2.*]` stands for.
        case least
        /// A word that has a rank; no word at all has 0.
        case qualifier(Int)
        /// Any other word, in lower case.
        case word(String)
        case number(Int)
        /// The digits of a number of ten or more.
        case longNumber(String)
        case most

        var isNumber: Bool {
            switch self {
            case .qualifier, .word: false
            case .least, .number, .longNumber, .most: true
            }
        }

        /// Below 0, 0 or above: how the part compares with none.
        var againstNone: Int {
            switch self {
            case .least: -1
            case .qualifier(let rank): rank
            case .number(let value): value
            case .word, .longNumber, .most: 1
            }
        }

        private var kind: Int {
            switch self {
            case .least: 0
            case .qualifier: 2
            case .word: 3
            case .number: 4
            case .longNumber: 5
            case .most: 8
            }
        }

        func compare(_ other: Item) -> Int {
            switch (self, other) {
            case (.qualifier(let a), .qualifier(let b)), (.number(let a), .number(let b)): a - b
            case (.word(let a), .word(let b)): order(a.utf16, b.utf16)
            case (.longNumber(let a), .longNumber(let b)):
                a.utf8.count == b.utf8.count ? order(a.utf8, b.utf8) : a.utf8.count - b.utf8.count
            default: kind - other.kind
            }
        }

        private func order<Units: Sequence>(_ a: Units, _ b: Units) -> Int where Units.Element: Comparable {
            a.elementsEqual(b) ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        }
    }

    /// Takes parts away that count as none: at the end, and before a part of the other kind.
    private static func trim(_ items: inout [Item]) {
        var wasNumber: Bool?
        var end = items.count - 1
        var index = end
        while index > 0 {
            let item = items[index]
            if item.isNumber != wasNumber {
                end = index
                wasNumber = item.isNumber
            }
            let isLast = index == items.count - 1
            if end == index, isLast || items[index - 1].isNumber == item.isNumber, item.againstNone == 0 {
                items.remove(at: index)
                end -= 1
            }
            index -= 1
        }
    }

    private static func padding(_ items: [Item], from start: Int, ofNumbers isNumber: Bool?) -> Int {
        for item in items[start...] where isNumber == nil || isNumber == item.isNumber {
            let order = item.againstNone
            if order != 0 { return order }
        }
        return 0
    }

    /// Below 0, 0 or above.
    func compare(_ other: MavenVersion) -> Int {
        var isNumber = true
        var index = 0
        while true {
            let isOver = index >= items.count
            let otherIsOver = index >= other.items.count
            if isOver, otherIsOver { return 0 }
            if isOver { return -Self.padding(other.items, from: index, ofNumbers: nil) }
            if otherIsOver { return Self.padding(items, from: index, ofNumbers: nil) }
            let (a, b) = (items[index], other.items[index])
            if a.isNumber != b.isNumber {
                return isNumber == a.isNumber
                    ? Self.padding(items, from: index, ofNumbers: isNumber)
                    : -Self.padding(other.items, from: index, ofNumbers: isNumber)
            }
            let order = a.compare(b)
            if order != 0 { return order }
            isNumber = a.isNumber
            index += 1
        }
    }

    /// Whether it names what is not released yet and may change: `1.0-SNAPSHOT`.
    public var isSnapshot: Bool { RepositoryVersion(text).isSnapshot }
}

/// Equal are versions of one place in the order: `1.0` and `1`. Different texts may be.
extension MavenVersion: Comparable, CustomStringConvertible {
    public static func == (a: Self, b: Self) -> Bool { a.compare(b) == 0 }
    public static func < (a: Self, b: Self) -> Bool { a.compare(b) < 0 }
    public var description: String { text }
}
