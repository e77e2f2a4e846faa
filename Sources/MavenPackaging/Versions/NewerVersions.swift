extension MavenVersion {
    /// Whether it comes before the release of its number: `2.0-M1`, `2.0-rc2`, `2.0-SNAPSHOT`; and `2.0-preview1`, which
    /// Maven itself takes for something later.
    public var isPrerelease: Bool {
        let number = text.prefix { $0 == "." || ("0"..."9").contains($0) }
        if number.isEmpty { return false }
        if self < MavenVersion(String(number)) { return true }
        let words = text.lowercased().split { !("a"..."z").contains($0) }
        return words.contains { ["preview", "pre", "ea", "dev", "nightly", "incubating", "pr"].contains($0) }
    }

    /// Whether it is a date, as the first releases of some projects have it (`commons-io:20030203.000550`).
    fileprivate var isDate: Bool { (text.prefix { ("0"..."9").contains($0) }).count >= 8 }
}

extension ModuleListing {
    /// The latest version that is later than another one; a pre-release only if that one is a pre-release too.
    ///
    /// - Parameter fits: further conditions.
    public func newest(after version: String, where fits: (String) -> Bool = { _ in true }) -> String? {
        let current = MavenVersion(version)
        return versions.filter(fits).map(MavenVersion.init).filter { candidate in
            candidate > current && !candidate.isSnapshot
                && (current.isPrerelease || !candidate.isPrerelease) && (current.isDate || !candidate.isDate)
        }.max()?.text
    }
}
