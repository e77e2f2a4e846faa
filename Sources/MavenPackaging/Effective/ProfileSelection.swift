/// Which of a POM's profiles count: those whose conditions hold; if there is none, those that are active by default.
struct ProfileSelection: Sendable {
    let target: MavenTarget

    func active(_ profiles: [POMProfile]) -> [POMProfile] {
        let active = profiles.filter { profile in profile.activation.map(holds) ?? false }
        return active.isEmpty ? profiles.filter { $0.activation?.byDefault ?? false } : active
    }

    private func holds(_ activation: POMProfile.Activation) -> Bool {
        var answers: [Bool] = []
        if let jdk = activation.jdk { answers.append(matches(jdk: jdk)) }
        if let system = activation.system { answers.append(matches(system)) }
        if let property = activation.property { answers.append(matches(property.name, property.value)) }
        if let file = activation.file { answers.append(matches(file)) }
        return !answers.isEmpty && answers.allSatisfy { $0 }
    }

    // MARK: - Properties and files

    private func matches(_ name: String, _ value: String?) -> Bool {
        let isNegated = name.hasPrefix("!")
        let name = isNegated ? String(name.dropFirst()) : name
        guard !name.isEmpty else { return false }
        let actual = target.property(name)
        guard let value, !value.isEmpty else { return (actual.map { !$0.isEmpty } ?? false) != isNegated }
        // A value that is asked for decides alone, whatever stands before the name.
        return value.hasPrefix("!") ? actual != String(value.dropFirst()) : actual == value
    }

    /// No file of this machine counts: none is there. One in the project's own folder has no place at all, since a
    /// dependency has none.
    private func matches(_ file: (exists: String?, missing: String?)) -> Bool {
        guard file.exists == nil, let missing = file.missing else { return false }
        return !missing.contains("${basedir}") && !missing.contains("${project.basedir}")
    }

    // MARK: - Operating systems

    private func matches(_ system: POMProfile.Activation.System) -> Bool {
        guard system.name != nil || system.family != nil || system.arch != nil || system.version != nil else {
            return false
        }
        let name = target.osName.lowercased()
        return Self.matches(system.family) { Self.isFamily($0.lowercased(), of: name) }
            && Self.matches(system.name) { $0.lowercased() == name }
            && Self.matches(system.arch) { $0.lowercased() == target.osArch.lowercased() }
            && Self.matches(system.version) { _ in false }
    }

    private static func matches(_ wanted: String?, _ isSo: (String) -> Bool) -> Bool {
        guard let wanted else { return true }
        return wanted.hasPrefix("!") ? !isSo(String(wanted.dropFirst())) : isSo(wanted)
    }

    private static func isFamily(_ family: String, of name: String) -> Bool {
        switch family {
        case "unix": !name.contains("windows") && !name.contains("openvms")
        case "windows": name.contains("windows")
        case "dos", "win9x", "winnt", "os/2", "netware": false
        default: name.contains(family)
        }
    }

    // MARK: - Java's version

    /// A prefix, `!` and a prefix, or a range. Ranges of Java versions have rules of their own: three numbers count,
    /// and a version that is missing one has 0 there, so that 17.0.1 is above `17`.
    private func matches(jdk: String) -> Bool {
        let version = target.javaVersion
        if jdk.hasPrefix("!") { return !version.hasPrefix(jdk.dropFirst()) }
        guard jdk.hasPrefix("[") || jdk.hasPrefix("(") else { return version.hasPrefix(jdk) }
        let bounds = Self.bounds(jdk)
        guard bounds.count >= 2, let low = Self.relation(version, bounds[0], isLeft: true) else { return false }
        if low <= 0 { return low == 0 }
        return (Self.relation(version, bounds[1], isLeft: false) ?? 1) <= 0
    }

    private struct Bound {
        var version: String
        var isClosed: Bool
    }

    private static func bounds(_ range: String) -> [Bound] {
        var bounds: [Bound] = []
        var tokens = range.split(separator: ",", omittingEmptySubsequences: false)
        // Java's split gives no empty parts at the end.
        while tokens.last?.isEmpty == true { tokens.removeLast() }
        for token in tokens {
            let isLeft = token.hasPrefix("[") || token.hasPrefix("(")
            guard isLeft || token.hasSuffix("]") || token.hasSuffix(")") || token.isEmpty else { continue }
            let bracket: Character? = isLeft ? token.first : token.last
            let version = token.filter { $0 != bracket || token.isEmpty }
            bounds.append(Bound(version: trimmed(version), isClosed: bracket == "[" || bracket == "]"))
        }
        if bounds.count < 2 { bounds.append(Bound(version: "99999999", isClosed: false)) }
        return bounds
    }

    /// `nil` where a part is no number.
    private static func relation(_ version: String, _ bound: Bound, isLeft: Bool) -> Int? {
        if bound.version.isEmpty { return isLeft ? 1 : -1 }
        let kept = version.filter { "0123456789.-_".contains($0) }
        let parts = kept.split(omittingEmptySubsequences: false) { ".-_".contains($0) }
        let wanted = bound.version.split(separator: ".", omittingEmptySubsequences: false)
        for index in 0..<3 {
            guard let a = index < parts.count ? Int(parts[index]) : 0,
                let b = index < wanted.count ? Int(wanted[index]) : 0
            else { return nil }
            if a != b { return a < b ? -1 : 1 }
        }
        return bound.isClosed ? 0 : isLeft ? -1 : 1
    }
}
