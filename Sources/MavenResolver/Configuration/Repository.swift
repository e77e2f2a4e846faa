internal import MavenPackaging
internal import SystemPackage
public import Transfer

/// A repository as it is asked: what mirrors and settings make of one that somebody named.
public struct Repository: Sendable, Hashable {
    public let id: String
    /// Its root, as a folder, without user and password.
    public let root: ResourceURL
    public let hasReleases: Bool
    public let hasSnapshots: Bool
    /// Maven's own, in whose place a mirror may stand.
    public let isDefault: Bool

    public static func == (a: Self, b: Self) -> Bool { a.id == b.id && a.root == b.root }
    public func hash(into hasher: inout Hasher) { hasher.combine(root) }

    /// Whether a file of a version may be here.
    func has(_ version: String) -> Bool { RepositoryVersion(version).isSnapshot ? hasSnapshots : hasReleases }

    /// Where a file lies: `group/artifact/version/name`, in the layout that Maven calls default.
    func url(_ path: String) -> ResourceURL {
        path.split(separator: "/").reduce(root) { $0.appending(String($1)) }
    }
}

/// The paths of Maven's default layout.
enum Layout {
    static func folder(_ module: ModuleName) -> String {
        module.group.split(separator: ".").joined(separator: "/") + "/" + module.artifact
    }

    static func folder(_ project: ModuleVersion) -> String {
        "\(folder(project.module))/\(RepositoryVersion(project.version).base)"
    }

    static func file(_ coordinate: ArtifactCoordinate, version: String? = nil) -> String {
        "\(folder(coordinate.project))/\(coordinate.filename(version: version ?? coordinate.version))"
    }
}

/// Where a file may be.
struct Place: Sendable {
    let repository: Repository
    let path: String
    /// A copy that Maven has fetched from this repository before.
    var copy: FilePath?

    var url: ResourceURL { repository.url(path) }
    /// The file's name.
    var name: String { path.split(separator: "/").last.map(String.init) ?? "" }
}
