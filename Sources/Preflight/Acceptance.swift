internal import Diagnostics

/// A finding that a recipe accepts.
public struct Acceptance: Sendable, Hashable {
    /// The finding's id, its subjects in any order.
    public var conflict: String
    public var reason: String

    public init(conflict: String, reason: String) {
        self.conflict = conflict
        self.reason = reason
    }

    fileprivate var words: [String] { conflict.split(separator: " ").map(String.init) }

    /// The id in the findings' own order of subjects.
    var id: String {
        let words = words
        return (words.prefix(1) + Set(words.dropFirst()).sorted()).joined(separator: " ")
    }
}

/// An acceptance that nothing answers to any more, or never did.
public struct UnusedAcceptance: Sendable, Hashable {
    public let acceptance: Acceptance
    /// What is wrong with it, as the rest of a sentence.
    public let message: String
    public let advice: String
}

extension Acceptance {
    /// Marks the findings that are accepted.
    ///
    /// - Returns: the acceptances that no finding answers to.
    public static func apply(_ acceptances: [Acceptance], to findings: inout [Finding]) -> [UnusedAcceptance] {
        var places: [String: [Int]] = [:]
        for index in findings.indices { places[findings[index].id, default: []].append(index) }
        var unused: [UnusedAcceptance] = []
        for acceptance in acceptances {
            guard let found = places[acceptance.id] else {
                unused.append(UnusedAcceptance(acceptance, among: findings))
                continue
            }
            for index in found { findings[index].accepted = acceptance.reason }
        }
        return unused
    }
}

extension UnusedAcceptance {
    fileprivate init(_ acceptance: Acceptance, among findings: [Finding]) {
        self.acceptance = acceptance
        let rules = Finding.Rule.allCases.map(\.rawValue)
        let rule = acceptance.words.first ?? ""
        guard rules.contains(rule) else {
            message = "begins with no rule's name"
            let near = nearest(to: rule, among: rules, limit: 1).first
            advice =
                near.map { "`\($0)`?" }
                ?? "write it as `chidori env check` names the finding: a rule and what it is about"
            return
        }
        message = "is accepted, and does not occur"
        let near = nearest(to: acceptance.id, among: findings.map(\.id), limit: 1).first
        advice = near.map { "did you mean `\($0)`?" } ?? "take it out of `check.accept`"
    }
}
