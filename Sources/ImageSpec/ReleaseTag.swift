/// The tag of a release: `VERSION-REVISION`, such as `2.21.0-3`. It is given to one image, and to no other ever after.
///
/// The version is somebody's word; the revision counts the different images that were released as that version, from 1.
public struct ReleaseTag: Sendable, Hashable, CustomStringConvertible {
    public let version: String
    public let revision: Int

    /// - Throws: ``ImageSpecError`` (`badReference`) for a version that tags cannot have, or not without a doubt.
    public init(version: String, revision: Int) throws {
        try Self.check(version)
        (self.version, self.revision) = (version, revision)
    }

    /// Reads a tag; `nil` for one that is no release of the version.
    public init?(_ tag: String, of version: String) {
        guard tag.hasPrefix(version + "-") else { return nil }
        let digits = tag.dropFirst(version.utf8.count + 1)
        guard let revision = Int(digits), revision > 0, String(revision) == digits else { return nil }
        (self.version, self.revision) = (version, revision)
    }

    public var description: String { "\(version)-\(revision)" }

    /// The releases of a version among all tags of a repository, the newest first.
    public static func all(of version: String, among tags: some Sequence<String>) -> [ReleaseTag] {
        tags.compactMap { ReleaseTag($0, of: version) }.sorted { $0.revision > $1.revision }
    }

    /// The tag that takes the next image.
    ///
    /// - Throws: as ``init(version:revision:)``.
    public static func next(of version: String, among tags: some Sequence<String>) throws -> ReleaseTag {
        try ReleaseTag(version: version, revision: (all(of: version, among: tags).first?.revision ?? 0) + 1)
    }

    /// The tag that moves to each release, of whatever version.
    public static let latest = RegistryReference.defaultTag

    /// Room for `-` and as many digits as a revision will ever have.
    private static let longest = 128 - 10

    /// Holds a version to what tags can have (OCI distribution-spec §pulling manifests), and to what cannot be taken for
    /// another version's revision.
    ///
    /// - Throws: ``ImageSpecError`` (`badReference`).
    public static func check(_ version: String) throws {
        func refused(_ message: String, _ advice: String) -> ImageSpecError {
            ImageSpecError(.badReference, "version \(version.debugDescription)", message, advice: advice)
        }
        guard ImageReference.isTag(version[...]), version.utf8.count <= longest else {
            throw refused(
                "cannot be a tag",
                "a tag has letters, digits and . _ - and starts with a letter, a digit or _; a version up to \(longest) of them"
            )
        }
        guard version != latest, !version.hasPrefix("sha256-") else {
            throw refused("is a tag that means something else", "number the recipe's versions: 1.0, 1.1, …")
        }
        let tail = version.split(separator: "-", omittingEmptySubsequences: false)
        if tail.count > 1, let last = tail.last, !last.isEmpty, last.allSatisfy({ $0.isASCII && $0.isNumber }) {
            let stem = tail.dropLast().joined(separator: "-")
            throw refused(
                "could be taken for revision \(last) of version \(stem)",
                "write it with dots: \(version.replacing("-", with: "."))")
        }
    }
}
