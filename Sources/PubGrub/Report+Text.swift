/// How a report's packages and versions are told in words.
public protocol ReportVocabulary {
    /// A fact as a clause: "lib 2.0 and newer need base below 3"; `nil` for one that goes without saying.
    func clause(for fact: Report.Fact) -> String?
    /// Terms that can't all be true, as a clause: "lib 2.0 can't be used".
    func clause(forConclusion terms: [PackageTerm]) -> String
}

extension Report {
    /// The report as sentences, a line each, in the order of the argument.
    ///
    ///     (1) Because a 2 needs b below 3 and your recipe needs b 3, a 2 can't be used.
    ///     And because there is no a but 1 and 2, your recipe can't be met.
    public func text(in words: some ReportVocabulary) -> String {
        lines.indices.map { sentence($0, in: words) }.joined(separator: "\n")
    }

    private func sentence(_ place: Int, in words: some ReportVocabulary) -> String {
        let line = lines[place]
        var reasons = line.facts.compactMap(words.clause(for:))
        for earlier in line.earlier.sorted() where earlier != place - 1 {
            let number = lines[earlier].number.map { " (\($0))" } ?? ""
            reasons.append(words.clause(forConclusion: lines[earlier].conclusion) + number)
        }
        let goesOn = line.earlier.contains(place - 1)
        let label = line.number.map { "(\($0)) " } ?? ""
        let conclusion = words.clause(forConclusion: line.conclusion)
        if reasons.isEmpty { return "\(label)So \(conclusion)." }
        return "\(label)\(goesOn ? "And because" : "Because") \(Report.enumerated(reasons)), \(conclusion)."
    }

    private static func enumerated(_ clauses: [String]) -> String {
        guard let last = clauses.last, clauses.count > 1 else { return clauses.first ?? "" }
        return clauses.dropLast().joined(separator: ", ") + " and " + last
    }
}
