extension Specifier {
    /// Whether the clause admits the version, pre-releases too unless `prereleases` is false.
    public func contains(_ version: Version, prereleases: Bool? = nil) -> Bool {
        if prereleases == false, version.isPrerelease { return false }
        return admits(version)
    }

    /// Whether the clause admits the version, whether a pre-release or not.
    @inline(__always)
    func admits(_ version: Version) -> Bool {
        switch `operator` {
        case .greaterOrEqual: Version.order(version, self.version, withLocal: false) >= 0
        case .lessOrEqual: Version.order(version, self.version, withLocal: false) <= 0
        case .less: version < self.version && !isEarlyPrerelease(version)
        case .greater: version > self.version && !isOfSameRelease(version)
        case .equal: equals(version)
        case .notEqual: !equals(version)
        case .compatible: isCompatible(version)
        case .arbitrary: hasText(version.description)
        }
    }

    /// Whether the clause admits a text, which `===` alone takes as it is; the others admit versions only.
    func admits(text: String) -> Bool {
        if `operator` == .arbitrary { return hasText(text) }
        guard let version = try? Version(text) else { return false }
        return admits(version)
    }

    private func hasText(_ text: String) -> Bool {
        guard case .text(let own) = detail else { return false }
        return own.lowercased().hasSameBytes(as: text.lowercased())
    }

    /// `<V` admits no pre-release of V unless V is one itself.
    private func isEarlyPrerelease(_ version: Version) -> Bool {
        guard version.isPrerelease, !self.version.isPrerelease else { return false }
        return version >= earliestPrerelease
    }

    /// The first development release of the clause's version: `1.2.dev0` of `1.2`, `1.2.post1.dev0` of `1.2.post1`.
    var earliestPrerelease: Version {
        var parts = VersionParts(version)
        parts.development = .zero
        parts.local = []
        return parts.version
    }

    /// `>V` admits no post-release of V unless V is one itself, and no local version of V.
    private func isOfSameRelease(_ version: Version) -> Bool {
        if version.isPostrelease, !self.version.isPostrelease {
            var parts = VersionParts(version)
            parts.post = nil
            parts.development = nil
            parts.local = []
            if parts.version == self.version { return true }
        }
        return version.isLocal && Version.order(version, self.version, withLocal: false) == 0 && !self.version.isLocal
    }

    private func equals(_ version: Version) -> Bool {
        if isPrefixMatch { return hasPrefix(version, of: self.version, count: self.version.releaseCount) }
        return Version.order(version, self.version, withLocal: self.version.isLocal) == 0
    }

    private func isCompatible(_ version: Version) -> Bool {
        guard Version.order(version, self.version, withLocal: false) >= 0 else { return false }
        guard case .spelled(_, let prefix) = detail else {
            return hasPrefix(version, of: self.version, count: self.version.releaseCount - 1)
        }
        return prefix.map { hasSpelledPrefix(version, $0) } ?? false
    }

    /// Whether the first `count` numbers of two releases, padded with zeros, are equal, and the epochs.
    private func hasPrefix(_ version: Version, of prefix: Version, count: Int) -> Bool {
        if version.wide == nil, prefix.wide == nil {
            switch count {
            case 1: return version.high >> 36 == prefix.high >> 36
            case 2: return version.high >> 16 == prefix.high >> 16
            case 3: return version.high == prefix.high
            default: return version.high == prefix.high && version.low >> 36 == prefix.low >> 36
            }
        }
        guard version.epochNumber == prefix.epochNumber else { return false }
        return (0..<count).allSatisfy { version.releaseNumber($0) == prefix.releaseNumber($0) }
    }

    /// As `hasPrefix`, for a prefix that may have suffixes itself: those must be the version's first ones.
    private func hasSpelledPrefix(_ version: Version, _ prefix: Version) -> Bool {
        guard hasPrefix(version, of: prefix, count: prefix.releaseCount) else { return false }
        let wanted = Specifier.suffixes(of: prefix)
        if wanted.isEmpty { return true }
        return version.releaseCount <= prefix.releaseCount && Specifier.suffixes(of: version).starts(with: wanted)
    }

    private static func suffixes(of version: Version) -> [String] {
        let parts = VersionParts(version)
        var suffixes: [String] = []
        if let preRelease = parts.preRelease { suffixes.append("\(preRelease.kind.text)\(preRelease.number.text)") }
        if let post = parts.post { suffixes.append("post\(post.text)") }
        if let development = parts.development { suffixes.append("dev\(development.text)") }
        return suffixes
    }
}
