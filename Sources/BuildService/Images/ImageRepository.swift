internal import Cryptography
internal import EnvironmentBuilder

/// What the name of a repository means: `env/NAME`, `env/ID`, `recipe/NAME`, each also behind `image-volume/`.
struct ImageRepository: Hashable, Sendable {
    enum Source: Hashable, Sendable {
        /// An environment by its whole id. Whoever knows it may have it.
        case environment(SHA256Digest)
        /// The environment that has the name.
        case named(String)
        /// What an admin's recipe gives, which is built if need be.
        case recipe(String)
    }

    static let environments = "env"
    static let recipes = "recipe"
    /// Before a repository's name: the same without a base.
    static let imageVolumes = "image-volume"

    let name: String
    let source: Source
    let form: ImageForm

    /// `nil` for any other name.
    init?(_ name: String) {
        var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        form = parts.first == Self.imageVolumes ? .bare : .based
        if form == .bare { parts.removeFirst() }
        guard parts.count == 2, !parts[1].isEmpty else { return nil }
        switch parts[0] {
        case Self.environments:
            let id = parts[1].utf8.count == 64 ? SHA256Digest(hex: parts[1]) : nil
            source = id.map(Source.environment) ?? .named(parts[1])
        case Self.recipes: source = .recipe(parts[1])
        default: return nil
        }
        self.name = name
    }

    /// Whether a text may be a tag: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`. A version that may not, such as `1.0+local`, is
    /// none.
    static func isTag(_ text: String) -> Bool { text.wholeMatch(of: /[a-zA-Z0-9_][a-zA-Z0-9._\-]{0,127}/) != nil }
}
