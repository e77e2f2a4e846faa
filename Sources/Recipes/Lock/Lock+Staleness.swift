internal import Cryptography
internal import PythonPackaging

extension Lock {
    /// A difference between a recipe and what a lock answered.
    public struct Change: Sendable, Equatable, CustomStringConvertible {
        /// The recipe's key: `python.packages`.
        public var key: String
        /// What the recipe now says and the lock did not know, as the recipe would write it.
        public var added: [String]
        public var removed: [String]
        /// Whether the versions in the lock may no longer be right. Otherwise only what is made of them changes.
        public var needsResolving: Bool

        public init(key: String, added: [String], removed: [String], needsResolving: Bool) {
            self.key = key
            self.added = added
            self.removed = removed
            self.needsResolving = needsResolving
        }

        /// The key, and below it what it no longer says and what it says now, long values cut:
        /// ```
        /// python.packages
        ///   - pandas
        ///   + pandas>=2
        /// ```
        public var description: String {
            ([key] + removed.map { "  - \(Self.cut($0, beside: added))" }
                + added.map { "  + \(Self.cut($0, beside: removed))" })
                .joined(separator: "\n")
        }

        /// A value on one line of at most 60 characters: its beginning, or, where others begin the same, what lies around
        /// the first difference.
        private static func cut(_ text: String, beside others: [String]) -> String {
            let line = text.replacing("\n", with: "⏎")
            guard line.count > 60 else { return line }
            let shared =
                others.map { other in
                    zip(line, other.replacing("\n", with: "⏎")).prefix { $0 == $1 }.count
                }.max() ?? 0
            // A difference in the last characters of what is shown is seen as well.
            guard shared > 50 else { return line.prefix(59) + "…" }
            let rest = line.dropFirst(min(shared - 20, line.count - 59))
            return "…" + (rest.count > 59 ? rest.prefix(58) + "…" : rest)
        }
    }

    /// Whether the lock answers the recipe as it is now.
    public func matches(_ recipe: Recipe) -> Bool { staleness(against: recipe).isEmpty }

    /// What the recipe says otherwise, of all that a lock answers: what is let through of known vulnerabilities (`audit`) is
    /// no question to it.
    public func staleness(against recipe: Recipe) -> [Change] {
        changes(against: recipe).filter { !$0.key.hasPrefix("audit.") && $0.key != "audit" }
    }

    /// What the recipe says otherwise than when it was locked, in the order of its keys; empty if nothing.
    ///
    /// The order of requirements and platforms, and credentials, make no difference.
    public func changes(against recipe: Recipe) -> [Change] {
        guard let locked = self.recipe else {
            return [Change(key: "name", added: [recipe.name], removed: [], needsResolving: true)]
        }
        if locked.digest == recipe.digest { return [] }
        let before = Lock.values(of: locked)
        let now = Lock.values(of: recipe)
        var keys = now.map(\.key)
        for (key, _) in before where !keys.contains(key) { keys.append(key) }
        return keys.compactMap { key in
            let old = before.first { $0.key == key }?.values ?? []
            let new = now.first { $0.key == key }?.values ?? []
            if old == new { return nil }
            let added = new.filter { !old.contains($0) }
            let removed = old.filter { !new.contains($0) }
            return Change(
                key: key, added: added.isEmpty && removed.isEmpty ? new : added, removed: removed,
                needsResolving: key.hasPrefix("python.") || key.hasPrefix("jars.") || key == "platforms")
        }
    }

    /// The recipe's keys and what they say, those of `python`, `jars`, `check` and `audit` one by one.
    private static func values(of recipe: Recipe) -> [(key: String, values: [String])] {
        Recipe.shape.write(recipe.normalised).flatMap { entry -> [(key: String, values: [String])] in
            switch (entry.key, entry.value.content) {
            case ("python", .mapping(let entries)), ("jars", .mapping(let entries)), ("check", .mapping(let entries)),
                ("audit", .mapping(let entries)):
                return entries.map { ("\(entry.key).\($0.key)", $0.value.phrases) }
            // A list in short for the mapping that has nothing else.
            case ("jars", .sequence): return [("jars.packages", entry.value.phrases)]
            default: return [(entry.key, entry.value.phrases)]
            }
        }
    }
}

extension SourceNode {
    /// A list's items, a mapping's pairs, or the one text.
    fileprivate var phrases: [String] {
        switch content {
        case .scalar(let text, _): return [text]
        case .sequence(let items): return items.map(\.phrase)
        case .mapping(let entries): return entries.map { "\($0.key)=\($0.value.phrase)" }
        }
    }

    private var phrase: String {
        if case .scalar(let text, _) = content { return text }
        var text = ""
        TOMLWriter.inline(self, to: &text)
        return text
    }
}
