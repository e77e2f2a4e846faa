/// Replaces `${…}` in a project's texts, after everything was inherited.
///
/// The project's own elements come first (`project.version`, `pom.version`), then its properties, the target's system
/// properties, and the elements without a prefix (`version`). What nobody defines stays as it is: it is an error only
/// where a value is needed.
///
/// What a property comes to is worked out once, and bounded: properties that double each other would have no end.
struct Interpolation {
    let pom: POM
    let target: MavenTarget
    let subject: String
    let limits: POMLimits
    /// What all texts may become together, in bytes.
    let mostTotal: Int
    private let known = Known()

    /// What properties came to.
    private final class Known {
        var values: [String: String] = [:]
        /// In bytes, of all texts in which something was replaced.
        var length = 0
    }

    /// - Parameter spent: what other POMs of the run have come to, in bytes.
    init(pom: POM, target: MavenTarget, subject: String, limits: POMLimits = POMLimits(), spent: Int = 0) {
        mostTotal = min(limits.expandedTotal, limits.expandedInRun - spent)
        self.pom = pom
        self.target = target
        self.subject = subject
        self.limits = limits
    }

    /// What all texts have become by now, in bytes.
    var length: Int { known.length }

    func callAsFunction(_ text: String) throws(MavenPackagingError) -> String {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        return try replaced(text, within: [])
    }

    func callAsFunction(_ text: String?) throws(MavenPackagingError) -> String? {
        guard let text else { return nil }
        return try self(text)
    }

    private func replaced(_ text: String, within names: [String]) throws(MavenPackagingError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            let inner = rest[start.upperBound...]
            guard let end = inner.firstIndex(of: "}") else { break }
            result += rest[..<start.lowerBound]
            let name = String(inner[..<end])
            rest = inner[inner.index(after: end)...]
            let value = try value(of: name, within: names) ?? "${\(name)}"
            result += value
            guard result.utf8.count <= limits.expandedLength else { throw tooMuch(names) }
            try count(0, with: result, names)
        }
        result += rest
        try count(result.utf8.count, with: "", names)
        return result
    }

    private func count(_ length: Int, with unfinished: String, _ names: [String]) throws(MavenPackagingError) {
        known.length += length
        guard known.length + unfinished.utf8.count <= mostTotal else { throw tooMuch(names) }
    }

    private func tooMuch(_ names: [String]) -> MavenPackagingError {
        let name = names.first.map { ": ${\($0)}" } ?? ""
        guard mostTotal < limits.expandedTotal else { return bad("has properties that come to too much text" + name) }
        return bad("has properties that come to too much text, with those of all POMs before it" + name)
    }

    /// What a property comes to; `nil` where nobody defines it.
    private func value(of name: String, within names: [String]) throws(MavenPackagingError) -> String? {
        if let value = known.values[name] { return value }
        guard let value = value(name) else { return nil }
        guard value.utf8.contains(UInt8(ascii: "$")) else { return value }
        let plain = Self.withoutPrefix(name)
        guard !names.contains(plain) else {
            throw bad(
                "has properties that lead back to themselves: "
                    + (names + [plain]).map { "${\($0)}" }.joined(separator: " → "))
        }
        guard names.count < limits.nesting else {
            throw bad("has more than \(limits.nesting) properties within each other: ${\(names.first ?? plain)}")
        }
        let whole = try replaced(value, within: names + [plain])
        known.values[name] = whole
        return whole
    }

    private func bad(_ message: String) -> MavenPackagingError {
        MavenPackagingError(
            .badProperty, subject, message, advice: "use a version whose POM is sound, or exclude it")
    }

    private func value(_ name: String) -> String? {
        let plain = Self.withoutPrefix(name)
        if plain != name, let own = element(plain) { return own }
        return pom.properties[name] ?? target.property(name) ?? element(name)
    }

    private static func withoutPrefix(_ name: String) -> String {
        for prefix in ["project.", "pom."] where name.hasPrefix(prefix) { return String(name.dropFirst(prefix.count)) }
        return name
    }

    private func element(_ name: String) -> String? {
        switch name {
        case "groupId": pom.group
        case "artifactId": pom.artifact
        case "version": pom.version
        case "packaging": pom.packaging
        case "parent.groupId": pom.parent?.group
        case "parent.artifactId": pom.parent?.artifact
        case "parent.version": pom.parent?.version
        default: pom.facts[name]
        }
    }
}
