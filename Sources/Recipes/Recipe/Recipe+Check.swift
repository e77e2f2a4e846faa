extension Recipe {
    /// What a person says about the findings of `chidori env check`.
    public struct Check: Sendable, Hashable {
        public var accepted: [AcceptedConflict]

        public init(accepted: [AcceptedConflict] = []) {
            self.accepted = accepted
        }
    }

    /// A finding that is known, and why it does no harm.
    public struct AcceptedConflict: Sendable, Hashable {
        /// As `chidori env check` names it: a rule, and what it is about.
        public var conflict: String
        public var reason: String

        public init(_ conflict: String, reason: String) {
            self.conflict = conflict
            self.reason = reason
        }
    }
}

extension Recipe.Check {
    static let shape = Shape(
        "What is known of findings.", initial: Recipe.Check(),
        fields: [
            Field(
                "accept", \.accepted, .list(of: Recipe.AcceptedConflict.shape.codec),
                synonyms: ["accepted", "ignore", "allow", "except"],
                "Findings that are known, each with the reason why it does no harm.")
        ])
}

extension Recipe.AcceptedConflict {
    static let shape = Shape(
        "A finding that is known.", initial: Recipe.AcceptedConflict("", reason: ""),
        fields: [
            Field(
                "conflict", \.conflict, .finding, required: true, synonyms: ["finding", "id", "name"],
                examples: ["duplicate-classes org.example:one org.example:two"],
                "As `chidori env check` names it: a rule, and what it is about."),
            Field(
                "reason", \.reason, .text, required: true, synonyms: ["because", "why", "comment"],
                examples: ["both are the same sources, built twice"], "Why it does no harm."),
        ])
}

extension Codec where Value == String {
    /// A rule and at least one thing that it is about. Which rules there are is not held against it here: that another
    /// version of Chidori knows more of them makes no recipe wrong.
    fileprivate static var finding: Codec {
        parsed("a finding", pattern: "^[a-z-]+( +[^ ]+)+$") { text in
            let words = text.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count > 1, words[0].utf8.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x2D }),
                text.first != " "
            else {
                throw BadText(
                    message: "names no finding",
                    advice: "write it as `chidori env check` does: a rule and what it is about, parted by spaces")
            }
            return text
        } print: {
            $0
        }
    }
}
