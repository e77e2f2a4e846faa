/// A module that an environment has from elsewhere, such as a jar that Spark ships.
public struct ProvidedModule: Sendable, Hashable {
    /// `nil` where a jar's name is all that is known of it: then any group's module of that name is meant.
    public var group: String?
    public var artifact: String
    public var version: String?
    /// Empty for none.
    public var classifier: String
    /// Where the group is not known: names that begin as it does (`org.jetbrains.annotations`). Any group will do if empty.
    public var namespaces: [String]

    public init(
        group: String?, artifact: String, version: String?, classifier: String = "", namespaces: [String] = []
    ) {
        self.group = group
        self.artifact = artifact
        self.version = version
        self.classifier = classifier
        self.namespaces = namespaces
    }

    /// Whether a group may be its own: both begin with the same two words.
    func mayBe(of group: String) -> Bool {
        func beginning(_ name: String) -> [Substring] { Array(name.split(separator: ".").prefix(2)) }
        return namespaces.isEmpty || namespaces.contains { beginning($0) == beginning(group) }
    }

    /// What a jar in a folder is.
    ///
    /// Its name tells no group, and not always where the version begins and ends. What Maven leaves in the jars that it
    /// builds (`META-INF/maven/GROUP/ARTIFACT/pom.properties`) does.
    ///
    /// - Parameters:
    ///   - name: the file's name. `nil` for one that is called otherwise than `….jar`.
    ///   - projects: those that the jar says it was built from. The one that it is named after counts: a jar that others
    ///     are packed into has theirs too.
    ///   - namespaces: where Maven did not build it, names of its own that begin as its group does.
    public init?(jar name: String, builtFrom projects: [ModuleVersion] = [], namespaces: [String] = []) {
        guard name.hasSuffix(".jar") else { return nil }
        let stem = String(name.dropLast(".jar".count))
        let namesakes = projects.filter { project in
            let title = "\(project.module.artifact)-\(project.version)"
            return stem == title || stem.hasPrefix(title + "-")
        }
        if let own = namesakes.max(by: { $0.module.artifact.count < $1.module.artifact.count }) {
            let title = "\(own.module.artifact)-\(own.version)"
            self.init(
                group: own.module.group, artifact: own.module.artifact, version: own.version,
                classifier: String(stem.dropFirst(title.count + 1)))
        } else if let dash = Self.dashBeforeVersion(in: stem) {
            self.init(
                group: nil, artifact: String(stem[..<dash]), version: String(stem[stem.index(after: dash)...]),
                namespaces: namespaces)
        } else {
            self.init(group: nil, artifact: stem, version: nil, namespaces: namespaces)
        }
    }

    /// The last dash behind which two numbers with a dot stand (`hive-shims-0.23-2.3.10`, `log4j-1.2-api-2.24.3`,
    /// `zstd-jni-1.5.6-9`); else the first behind which a digit stands.
    private static func dashBeforeVersion(in stem: String) -> String.Index? {
        func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
        var first: String.Index?
        var last: String.Index?
        for dash in stem.indices where stem[dash] == "-" {
            let behind = stem[stem.index(after: dash)...]
            let rest = behind.drop(while: isDigit)
            guard rest.startIndex > behind.startIndex else { continue }
            first = first ?? dash
            if rest.first == ".", rest.dropFirst().first.map(isDigit) == true { last = dash }
        }
        return last ?? first
    }
}
