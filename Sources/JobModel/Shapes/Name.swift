internal import Documents

/// A kind of name, and what it may look like.
public struct Name: Sendable {
    /// With its article: `a queue's name`.
    let what: String
    /// Without: `queue's name`.
    let noun: String
    /// ECMA 262, for JSON Schema.
    let pattern: String
    let advice: String
    /// Whether text that looks like a number may be one.
    let mayBeNumber: Bool
    private let isGood: @Sendable (String) -> Bool

    public func accepts(_ text: String) -> Bool { isGood(text) }

    /// What is wrong with a key; `nil` for a good one.
    func complaint(of text: String) -> BadName? { accepts(text) ? nil : BadName("is no \(noun)", advice: advice) }

    /// Parts joined by dots, each at most 63 letters, digits, `-` and `_`: `science.training`.
    public static let queue = Name(
        what: "a queue's name", noun: "queue's name",
        pattern: "^[A-Za-z0-9][-A-Za-z0-9_]{0,62}([.][A-Za-z0-9][-A-Za-z0-9_]{0,62})*$",
        advice: "letters, digits, `-` and `_`, and dots between the parts of a path: science.training",
        mayBeNumber: true
    ) { text in
        text.utf8.count <= 128
            && text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
                part.count <= 63 && part.first?.isLetterOrDigit == true
                    && part.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
            }
    }

    /// A DNS label (RFC 1123) that leaves room for a job's id in a pod's name.
    public static let group = Name(
        what: "a group's name", noun: "group's name", pattern: "^[a-z0-9]([-a-z0-9]{0,22}[a-z0-9])?$",
        advice: "at most 24 lower-case letters, digits and `-`, a letter or digit first and last: workers",
        mayBeNumber: true
    ) { text in
        (1...24).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.last != UInt8(ascii: "-")
            && text.utf8.allSatisfy { $0.isLowerCaseOrDigit || $0 == UInt8(ascii: "-") }
    }

    /// Letters and digits, and `.`, `_`, `-` and `/` between them, at most 63.
    public static let label = Name(
        what: "a label's name", noun: "label's name", pattern: "^[A-Za-z0-9]([-A-Za-z0-9._/]{0,61}[A-Za-z0-9])?$",
        advice: "at most 63 letters, digits, `.`, `_`, `-` and `/`, a letter or digit first and last: schema",
        mayBeNumber: true
    ) { text in
        (1...63).contains(text.utf8.count) && text.utf8.first?.isLetterOrDigit == true
            && text.utf8.last?.isLetterOrDigit == true
            && text.utf8.allSatisfy { $0.isLetterOrDigit || "._-/".utf8.contains($0) }
    }

    /// Of sizes, volumes, credentials and accelerators: as labels, without a slash.
    public static let resource = Name(
        what: "a name", noun: "name", pattern: "^[A-Za-z0-9]([-A-Za-z0-9._]{0,61}[A-Za-z0-9])?$",
        advice: "at most 63 letters, digits, `.`, `_` and `-`, a letter or digit first and last: gpu",
        mayBeNumber: true
    ) { text in
        label.accepts(text) && !text.utf8.contains(UInt8(ascii: "/"))
    }

    /// An environment variable (POSIX.1-2024, Base Definitions §8.1, lower case too).
    public static let variable = Name(
        what: "a variable's name", noun: "variable's name", pattern: "^[A-Za-z_][A-Za-z0-9_]*$",
        advice: "letters, digits and `_`, and no digit first: TZ", mayBeNumber: false
    ) { text in
        guard let first = text.utf8.first, text.utf8.count <= 256 else { return false }
        return (!first.isDigit && (first.isLetterOrDigit || first == UInt8(ascii: "_")))
            && text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
    }

    /// A key of Spark's configuration: anything without white space and `=`.
    public static let configuration = Name(
        what: "a configuration key", noun: "configuration key", pattern: "^[!-<>-~]{1,256}$",
        advice: "no white space and no `=`: spark.sql.shuffle.partitions", mayBeNumber: false
    ) { text in
        (1...256).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "=") }
    }
}

extension UInt8 {
    fileprivate var isLowerCaseOrDigit: Bool { isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
    fileprivate var isLetterOrDigit: Bool {
        isLowerCaseOrDigit || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self)
    }
}
