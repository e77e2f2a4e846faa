/// A jar that a person asks for, as they write it: for Maven, for `spark-submit --packages`, or for Gradle.
///
///     group:artifact:version                       all of them
///     group:artifact:type[:classifier]:version     Maven
///     group:artifact:version[:classifier][@type]   Gradle
///     group/artifact:version                       spark-submit
///     group::artifact:version                      the artifact for the environment's Scala
///     group:artifact                               the version that the recipe manages
public struct JarRequirement: Hashable, Sendable {
    public var group: String
    public var artifact: String
    public var type: String
    /// Empty for none.
    public var classifier: String
    /// A version or a range; `nil` for the managed one.
    public var version: String?
    /// The artifact's name takes the suffix of the environment's Scala: `_2.13`.
    public var takesScalaSuffix: Bool

    /// - Throws: `MavenPackagingError.Code.badCoordinate`, `.badRange`.
    public init(_ text: String) throws(MavenPackagingError) {
        var text = trimmed(text)
        let given = text
        takesScalaSuffix = text.contains("::")
        if takesScalaSuffix { text = Self.replacing("::", in: text) }
        if let slash = text.prefix(while: { $0 != ":" }).firstIndex(of: "/") {
            text.replaceSubrange(slash...slash, with: ":")
        }
        var gradleType: String?
        if let at = text.lastIndex(of: "@") {
            gradleType = String(text[text.index(after: at)...])
            text = String(text[..<at])
        }
        var words = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if words.count > 4, Scope(rawValue: words[words.count - 1]) != nil { words.removeLast() }
        guard (2...5).contains(words.count) else {
            throw Self.bad(given, "is no coordinate: it has \(words.count) of the parts that colons part")
        }
        group = words[0]
        artifact = words[1]
        type = gradleType ?? "jar"
        classifier = ""
        switch words.count {
        case 2: version = nil
        case 3: version = words[2]
        case 4 where gradleType != nil || Self.looksLikeVersion(words[2]) && !Self.types.contains(words[2]):
            (version, classifier) = (words[2], words[3])
        case 4: (type, version) = (words[2], words[3])
        default: (type, classifier, version) = (words[2], words[3], words[4])
        }
        if classifier.isEmpty { classifier = ArtifactType(type).classifier }
        if words.count == 2, Self.isVersion(artifact) {
            throw Self.bad(given, "has no group: \(artifact) stands where the artifact should be, and is a version")
        }
        try check(given)
    }

    public init(
        group: String, artifact: String, version: String?, type: String = "jar", classifier: String = "",
        takesScalaSuffix: Bool = false
    ) throws(MavenPackagingError) {
        self.group = group
        self.artifact = artifact
        self.type = type
        self.classifier = classifier.isEmpty ? ArtifactType(type).classifier : classifier
        self.version = version
        self.takesScalaSuffix = takesScalaSuffix
        try check("\(group):\(artifact):\(version ?? "")")
    }

    public var module: ModuleName { ModuleName(group: group, artifact: artifact) }

    /// What it means where it takes no suffix.
    public var key: ArtifactKey {
        ArtifactKey(module, fileExtension: ArtifactType(type).fileExtension, classifier: classifier)
    }

    private static let types: Set = [
        "jar", "pom", "war", "ear", "rar", "par", "zip", "tar.gz", "test-jar", "ejb", "ejb-client", "javadoc",
        "java-source", "bundle", "maven-plugin", "so", "exe",
    ]

    private static func looksLikeVersion(_ text: String) -> Bool {
        guard let first = text.utf8.first else { return false }
        return (0x30...0x39).contains(first) || first == UInt8(ascii: "[") || first == UInt8(ascii: "(")
    }

    /// Whether a word is surely a version: a range, or numbers with dots, as no artifact is called.
    private static func isVersion(_ text: String) -> Bool {
        let digits = text.prefix { ("0"..."9").contains($0) }
        return text.hasPrefix("[") || text.hasPrefix("(")
            || !digits.isEmpty && (digits.count == text.count || text.dropFirst(digits.count).first == ".")
    }

    private static func replacing(_ separator: String, in text: String) -> String {
        var parts: [Substring] = []
        var rest = text[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return (parts + [rest]).joined(separator: ":")
    }

    private func check(_ given: String) throws(MavenPackagingError) {
        for (what, word) in [("group", group), ("artifact", artifact), ("type", type)] {
            guard NameRules.isName(word) else {
                let article = what == "artifact" ? "an" : "a"
                throw Self.bad(
                    given,
                    word.isEmpty ? "has no \(what)" : "has \(article) \(what) that none can be: '\(word)'")
            }
        }
        guard classifier.isEmpty || NameRules.isVersion(classifier) else {
            throw Self.bad(given, "has a classifier that none can be: '\(classifier)'")
        }
        guard let version else { return }
        if try VersionConstraint(version).isHard { return }
        guard NameRules.isVersion(version) else {
            throw Self.bad(
                given, version.isEmpty ? "has no version" : "has a version that none can be: '\(version)'")
        }
    }

    private static func bad(_ text: String, _ message: String) -> MavenPackagingError {
        MavenPackagingError(
            .badCoordinate, "'\(text)'", message,
            advice: "write it as group:artifact:version, such as org.example:library:1.2.3")
    }
}

extension JarRequirement: CustomStringConvertible {
    public var description: String {
        let middle =
            type == "jar" && classifier.isEmpty ? "" : ":\(type)" + (classifier.isEmpty ? "" : ":\(classifier)")
        return "\(group)\(takesScalaSuffix ? "::" : ":")\(artifact)\(middle)" + (version.map { ":\($0)" } ?? "")
    }
}

/// What names may hold, so that the path of a file that they make stays in its repository.
enum NameRules {
    /// Groups, artifacts, types: letters, digits, `_`, `-` and `.`, and not only dots.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && !text.hasPrefix(".") && !text.hasSuffix(".") && !text.contains("..")
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// Versions and classifiers: anything that a file's name may hold on every system.
    static func isVersion(_ text: String) -> Bool {
        !text.isEmpty && text != "." && text != ".."
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0...0x20, 0x7F, UInt8(ascii: "/"), UInt8(ascii: "\\"), UInt8(ascii: ":"), UInt8(ascii: "\""),
                    UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: "?"), UInt8(ascii: "*"),
                    UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
                    UInt8(ascii: "$"), UInt8(ascii: "{"), UInt8(ascii: "}"):
                    false
                default: true
                }
            }
    }
}
