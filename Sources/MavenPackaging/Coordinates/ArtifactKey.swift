/// What Maven takes for one thing, of which a class path has one version: group, artifact, extension and classifier.
public struct ArtifactKey: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let module: ModuleName
    public let fileExtension: String
    /// Empty for none.
    public let classifier: String

    public init(_ module: ModuleName, fileExtension: String = "jar", classifier: String = "") {
        self.module = module
        self.fileExtension = fileExtension
        self.classifier = classifier
    }

    /// The same thing of another module.
    func renamed(_ module: ModuleName) -> ArtifactKey {
        ArtifactKey(module, fileExtension: fileExtension, classifier: classifier)
    }

    /// `group:artifact:extension[:classifier]`.
    public var description: String {
        "\(module):\(fileExtension)" + (classifier.isEmpty ? "" : ":\(classifier)")
    }

    /// `group:artifact` for a plain jar, else as ``description``.
    public var shortName: String { fileExtension == "jar" && classifier.isEmpty ? "\(module)" : description }

    public static func < (a: Self, b: Self) -> Bool {
        (a.module, a.fileExtension, a.classifier) < (b.module, b.fileExtension, b.classifier)
    }
}
