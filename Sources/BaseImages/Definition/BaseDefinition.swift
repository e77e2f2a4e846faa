/// What a person declares of a base image: `base-images/NAME.yaml`.
///
/// A definition names packages; a ``BaseLock`` made from it names files.
public struct BaseDefinition: Sendable, Equatable {
    public var name: String
    /// The distribution's suites, the main one first: `bookworm`, `bookworm-updates`, `bookworm-security`.
    public var suites: [String]
    /// Parts of the archive, `main` if nothing is said.
    public var components: [String]
    /// Debian's names of the architectures to lock: `amd64`, `arm64`.
    public var architectures: [String]
    /// Packages beside the essential ones and what they depend on; recommendations are not followed.
    public var packages: [String]
    /// Paths to leave out, relative to the root: `*` stands for anything within a name, `**` for any folders, and
    /// a pattern that matches a folder takes all that is in it.
    public var exclude: [String]
    /// Paths to keep although `exclude` matches them.
    public var include: [String]
    /// The interpreter's path inside.
    public var python: String
    public var environment: [String: String]
    public var labels: [String: String]
}
