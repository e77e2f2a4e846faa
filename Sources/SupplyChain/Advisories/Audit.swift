/// What is known against a set of packages.
public struct Audit: Sendable, Hashable {
    /// One version of a package that is looked at.
    public struct Subject: Sendable, Hashable {
        public var package: AffectedPackage
        public var version: String

        public init(_ package: AffectedPackage, version: String) {
            self.package = package
            self.version = version
        }
    }

    /// One vulnerability of one package, whatever names it goes by.
    public struct Finding: Sendable, Hashable {
        public var package: AffectedPackage
        public var version: String
        /// What it is called: a CVE where it has one.
        public var id: String
        /// All of its names.
        public var names: [String]
        public var summary: String?
        public var severity: Severity
        /// The versions from which it is fixed.
        public var fixes: [String]
        /// Why it is let pass, where it is.
        public var ignored: String?
    }

    /// The gravest first.
    public var findings: [Finding]

    /// - Parameters:
    ///   - advisories: of a package, in any order.
    public init(
        _ subjects: some Sequence<Subject>, advisories: (AffectedPackage) throws -> [Advisory]
    ) rethrows {
        findings = []
        for subject in subjects {
            let matches = try advisories(subject.package).compactMap { advisory in
                advisory.match(subject.package, version: subject.version).map { (advisory, $0) }
            }
            findings += Self.groups(matches).map { Finding(subject, $0) }
        }
        findings.sort { a, b in
            if a.severity != b.severity { return a.severity > b.severity }
            return (a.package, a.id) < (b.package, b.id)
        }
    }

    /// Records that name one vulnerability: by each other's names, or by one that they share.
    private static func groups(_ matches: [(Advisory, Advisory.Affected)]) -> [[(Advisory, Advisory.Affected)]] {
        var groups: [(names: Set<String>, matches: [(Advisory, Advisory.Affected)])] = []
        for match in matches {
            var names = Set([match.0.id] + match.0.aliases)
            var members = [match]
            groups.removeAll { group in
                guard !group.names.isDisjoint(with: names) else { return false }
                names.formUnion(group.names)
                members += group.matches
                return true
            }
            groups.append((names, members))
        }
        return groups.map(\.matches)
    }
}

extension Audit.Finding {
    fileprivate init(_ subject: Audit.Subject, _ matches: [(advisory: Advisory, affected: Advisory.Affected)]) {
        package = subject.package
        version = subject.version
        names = Set(matches.flatMap { [$0.advisory.id] + $0.advisory.aliases }).sorted()
        id = names.first { $0.hasPrefix("CVE-") } ?? names.first ?? ""
        summary = matches.compactMap(\.advisory.summary).min { $0.utf8.count < $1.utf8.count }
        severity = matches.map { $0.affected.severity ?? $0.advisory.severity }.max() ?? Severity(level: .unknown)
        fixes = Set(matches.flatMap(\.affected.fixes)).sorted()
    }
}
