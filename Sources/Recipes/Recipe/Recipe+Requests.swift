internal import Cryptography
internal import MavenPackaging
internal import PythonPackaging

extension Codec where Value == Recipe.Request {
    /// A requirement, or a mapping of one and its hashes.
    static var request: Codec {
        .request(
            .requirement, RequestDraft.shape, { Recipe.Request($0, hashes: $1) }, { ($0.requirement, $0.hashes) })
    }
}

extension Codec where Value == Recipe.JarRequest {
    /// A coordinate, or a mapping of one and what is excluded.
    static var jarRequest: Codec {
        .request(
            .jar, RequestDraft.shape, { Recipe.JarRequest($0, exclusions: $1) }, { ($0.requirement, $0.exclusions) })
    }
}

extension Codec {
    /// What is asked for in short, or a mapping of it and what is said of it.
    fileprivate static func request<Asked, Detail>(
        _ short: Codec<Asked>, _ shape: Shape<RequestDraft<Asked, Detail>>,
        _ whole: @escaping @Sendable (Asked, [Detail]) -> Value,
        _ parts: @escaping @Sendable (Value) -> (Asked, [Detail])
    ) -> Codec {
        .short(
            short.map({ whole($0, []) }, { parts($0).0 }),
            or: .drafted(shape, { draft in draft.asked.map { whole($0, draft.details) } }) { value in
                let (asked, details) = parts(value)
                return RequestDraft(asked: asked, details: details)
            }
        ) { parts($0).1.isEmpty }
    }
}

/// A request while its mapping is read.
private struct RequestDraft<Asked: Sendable, Detail: Sendable>: Sendable {
    var asked: Asked?
    var details: [Detail] = []
}

extension RequestDraft<Requirement, SHA256Digest> {
    fileprivate static var shape: Shape<Self> {
        Shape(
            "A requirement and the only files that may satisfy it.", initial: Self(),
            fields: [
                Field(
                    "requirement", \.asked, .requirement, required: true, synonyms: ["name", "package"],
                    examples: ["numpy==2.1.0"], "What is asked for (PEP 508)."),
                Field(
                    "hashes", \.details, .list(of: .digest), synonyms: ["hash", "sha256"],
                    "The SHA-256 digests of the files allowed."),
            ])
    }
}

extension RequestDraft<JarRequirement, Exclusion> {
    fileprivate static var shape: Shape<Self> {
        Shape(
            "A jar, and what is not wanted of what it brings.", initial: Self(),
            fields: [
                Field(
                    "jar", \.asked, .jar, required: true, synonyms: ["package", "coordinate", "requirement"],
                    examples: ["org.example:library:1.2"], "What is asked for: group:artifact:version."),
                Field(
                    "exclude", \.details, .list(of: .exclusion), synonyms: ["exclusions", "excludes"],
                    examples: ["['org.slf4j:*']"],
                    "What is not wanted of what it brings: group:artifact, either may be `*`."),
            ])
    }
}
