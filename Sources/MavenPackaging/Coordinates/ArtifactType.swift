/// What a dependency's type says of the file that it means: its extension, its classifier, and whether a JVM takes it.
public struct ArtifactType: Sendable, Hashable {
    public let name: String
    public let fileExtension: String
    /// Where the dependency names none itself; empty for none.
    public let classifier: String
    /// The file holds its dependencies itself: they are not followed.
    public let isWhole: Bool

    /// What Maven's own types mean, and the packagings of common plugins whose file is a jar. Any other type is its own
    /// extension.
    public init(_ name: String) {
        switch name {
        case "jar", "maven-plugin", "ejb", "ejb3", "bundle", "eclipse-plugin", "eclipse-test-plugin", "maven-archetype",
            "hk2-jar", "orbit", "scala-jar", "":
            self.init(name, "jar")
        case "test-jar": self.init(name, "jar", "tests")
        case "ejb-client": self.init(name, "jar", "client")
        case "javadoc": self.init(name, "jar", "javadoc")
        case "java-source": self.init(name, "jar", "sources")
        case "war", "ear", "rar", "par": self.init(name, name, isWhole: true)
        default: self.init(name, name)
        }
    }

    private init(_ name: String, _ fileExtension: String, _ classifier: String = "", isWhole: Bool = false) {
        self.name = name
        self.fileExtension = fileExtension
        self.classifier = classifier
        self.isWhole = isWhole
    }
}
