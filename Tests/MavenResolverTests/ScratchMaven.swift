import ContentStore
import Cryptography
import MavenPackaging
import MavenResolver
import Synchronization
import SystemPackage
import TestSupport
import Testing
import Transfer

/// A store of its own, repositories on a server of its own, and resolvers over them as one run after the other would make
/// them.
final class ScratchMaven: Sendable {
    let scratch: Scratch
    let store: ContentStore
    let server: HTTPFixtureServer
    private let served = Mutex<[String: [UInt8]]>([:])

    init() throws {
        scratch = try Scratch("maven")
        store = ContentStore(at: scratch.file("data"))
        server = try HTTPFixtureServer()
    }

    /// The URL of a repository on the server.
    func url(_ repository: String = "r") -> String { server.url("/\(repository)/") }

    /// Serves a file with the checksums beside it.
    func serve(_ path: String, _ bytes: [UInt8], checksums: [String] = ["sha1"], in repository: String = "r") {
        server.on("/\(repository)/\(path)", .file(bytes))
        for kind in checksums {
            server.on("/\(repository)/\(path).\(kind)", .text(Self.digits(bytes, kind), type: "text/plain"))
        }
    }

    static func digits(_ bytes: [UInt8], _ kind: String) -> String {
        var hasher = ChecksumHasher(kind)
        bytes.withUnsafeBytes { hasher?.update($0) }
        return hasher.take()?.hex() ?? ""
    }

    /// Serves a project of the group `g` and its jar.
    func project(
        _ id: String, _ dependencies: String..., more: String = "", in repository: String = "r", hasJar: Bool = true
    ) {
        let (artifact, version) = Self.split(id)
        serve("g/\(artifact)/\(version)/\(artifact)-\(version).pom", Self.pom(id, dependencies, more), in: repository)
        if hasJar {
            serve("g/\(artifact)/\(version)/\(artifact)-\(version).jar", Self.jar(id), in: repository)
        }
    }

    static func split(_ id: String) -> (artifact: String, version: String) {
        let words = id.split(separator: ":", maxSplits: 1)
        return (String(words[0]), words.count > 1 ? String(words[1]) : "")
    }

    static func pom(_ id: String, _ dependencies: [String], _ more: String = "") -> [UInt8] {
        let (artifact, version) = split(id)
        let text = dependencies.map { dependency in
            let (artifact, version) = split(dependency)
            return
                "<dependency><groupId>g</groupId><artifactId>\(artifact)</artifactId><version>\(version)</version></dependency>"
        }.joined()
        return Array(
            """
            <project>\(more)<groupId>g</groupId><artifactId>\(artifact)</artifactId><version>\(version)</version>\
            <dependencies>\(text)</dependencies></project>
            """.utf8)
    }

    static func jar(_ id: String) -> [UInt8] { CraftedZip([CraftedZip.Member("META-INF/\(id)", id)]).bytes }

    /// Writes a project into a folder of the scratch, as `~/.m2/repository` has it.
    func write(_ id: String, _ dependencies: String..., to folder: String) throws {
        let (artifact, version) = Self.split(id)
        let base = "\(folder)/g/\(artifact)/\(version)/\(artifact)-\(version)"
        try scratch.write("\(base).pom", Self.pom(id, dependencies))
        try scratch.write("\(base).jar", Self.jar(id))
    }

    static func transfer() -> Transfer {
        var options = TransferOptions()
        options.proxy = .none
        options.retry.attempts = 2
        options.retry.firstPause = .milliseconds(2)
        return Transfer(options)
    }

    func resolver(
        _ policy: MavenPolicy = .normal, home: String = "home", environment: [String: String] = [:],
        settings: String? = nil, limits: POMLimits = POMLimits()
    ) throws -> MavenResolver {
        let home = scratch.file(home).string
        var machine = MavenConfiguration.Machine(
            environment: ["HOME": home, "PATH": ""].merging(environment) { $1 })
        if let settings { machine.settings = try scratch.write("settings-\(settings.hashValue).xml", settings) }
        return MavenResolver(transfer: Self.transfer(), store: store, policy: policy, machine: machine, limits: limits)
    }

    func request(
        _ roots: String..., repositories: [String]? = nil, mediation: MediationKind = .nearest
    ) throws -> JarRequest {
        JarRequest(
            roots: try roots.map { .init(try JarRequirement("g:" + $0)) },
            repositories: (repositories ?? [url()]).map {
                JarRepository(id: $0.split(separator: "/").last.map(String.init), url: $0)
            },
            mediation: mediation)
    }

    func names(_ resolution: JarResolution) -> [String] { resolution.jars.map(\.filename) }
}

/// The error of our own that something throws.
func failure(_ body: () async throws -> Void) async -> MavenResolverError? {
    do {
        try await body()
        return nil
    } catch let error as MavenResolverError {
        return error
    } catch {
        Issue.record("threw \(error)")
        return nil
    }
}
