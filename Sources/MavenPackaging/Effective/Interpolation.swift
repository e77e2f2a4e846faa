/// Replaces `${…}` in a project's texts, after everything was inherited.
///
/// The project's own elements come first (`project.version`, `pom.version`), then its properties, the target's system
/// properties, and the elements without a prefix (`version`). What nobody defines stays as it is: it is an error only
/// where a value is needed.
struct Interpolation {
    let pom: POM
    let target: MavenTarget
    let subject: String

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
            guard let value = value(name) else {
                result += "${\(name)}"
                continue
            }
            let plain = Self.withoutPrefix(name)
            guard !names.contains(plain) else {
                throw MavenPackagingError(
                    .badProperty, subject,
                    "has properties that lead back to themselves: "
                        + (names + [plain]).map { "${\($0)}" }.joined(separator: " → "),
                    advice: "use a version whose POM is sound, or exclude it")
            }
            result += value.utf8.contains(UInt8(ascii: "$")) ? try replaced(value, within: names + [plain]) : value
        }
        return result + rest
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
