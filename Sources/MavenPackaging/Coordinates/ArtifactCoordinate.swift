/// One file of Maven's: what has one place in a repository.
public struct ArtifactCoordinate: Hashable, Sendable, Comparable {
    public let key: ArtifactKey
    public let version: String

    public init(_ key: ArtifactKey, _ version: String) {
        self.key = key
        self.version = version
    }

    public init(
        group: String, artifact: String, version: String, fileExtension: String = "jar", classifier: String = ""
    ) {
        let module = ModuleName(group: group, artifact: artifact)
        self.init(ArtifactKey(module, fileExtension: fileExtension, classifier: classifier), version)
    }

    public var module: ModuleName { key.module }
    public var project: ModuleVersion { ModuleVersion(key.module, version) }

    /// Whether its path stays in a repository, and its file's name in an environment: POMs may say anything.
    public var namesFile: Bool {
        project.namesFile && NameRules.isName(key.fileExtension)
            && (key.classifier.isEmpty || NameRules.isVersion(key.classifier))
    }

    public static func < (a: Self, b: Self) -> Bool { (a.key, a.version) < (b.key, b.version) }

    /// `artifact-version[-classifier].extension`: the file's name, and that of a jar in an environment.
    public var filename: String { filename(version: version) }

    /// What a file's name in a repository has in the version's place.
    public func fileVersion(in name: String) -> String {
        let classifier = key.classifier.isEmpty ? 0 : key.classifier.utf8.count + 1
        return String(
            name.dropFirst(module.artifact.count + 1).dropLast(classifier + key.fileExtension.count + 1))
    }

    /// The file's name where its version is spelled otherwise in it: a snapshot's time and build number.
    public func filename(version: String) -> String {
        let classifier = key.classifier.isEmpty ? "" : "-" + key.classifier
        return "\(module.artifact)-\(version)\(classifier).\(key.fileExtension)"
    }
}

/// The shortest text that names it: `group:artifact:version`, `group:artifact:extension[:classifier]:version`.
extension ArtifactCoordinate: CustomStringConvertible {
    public var description: String {
        if key.classifier.isEmpty, key.fileExtension == "jar" { return "\(module):\(version)" }
        return "\(key):\(version)"
    }
}
