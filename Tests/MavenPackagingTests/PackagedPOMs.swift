import MavenPackaging
import Testing

/// Projects as a test writes them, in memory.
struct PackagedPOMs: POMSource, ProjectSource {
    private var poms: [ModuleVersion: POM] = [:]
    private var versions: [ModuleName: [String]] = [:]
    private var descriptions: ProjectDescriptions
    private let target: MavenTarget
    /// How often each POM was read.
    private(set) var reads: [ModuleVersion: Int] = [:]

    init(_ projects: [String], target: MavenTarget = MavenTarget(), limits: POMLimits = POMLimits()) throws {
        self.target = target
        descriptions = ProjectDescriptions(target: target, limits: limits)
        for text in projects {
            let pom = try POM(Array("<project>\(text)</project>".utf8), subject: "test")
            let group = pom.group ?? pom.parent?.group ?? "", version = pom.version ?? pom.parent?.version ?? ""
            let id = ModuleVersion(group: group, artifact: pom.artifact, version: version)
            poms[id] = pom
            versions[id.module, default: []].append(version)
        }
    }

    mutating func pom(of project: ModuleVersion) throws -> Lookup<POM> {
        reads[project, default: 0] += 1
        return poms[project].map { .found($0) } ?? .missing
    }

    mutating func listing(of module: ModuleName) throws -> Lookup<ModuleListing> {
        versions[module].map { .found(ModuleListing(versions: $0, latest: $0.last)) } ?? .missing
    }

    mutating func description(of project: ModuleVersion) throws -> Lookup<ProjectDescription> {
        var taken = ProjectDescriptions(target: target)
        swap(&taken, &descriptions)
        defer { swap(&taken, &descriptions) }
        return try taken.description(of: project, from: &self)
    }

    func sources(of id: String) -> Set<ModuleVersion> {
        let entry = entry(id)
        return descriptions.sources(
            of: ModuleVersion(group: entry.group, artifact: entry.artifact, version: entry.version ?? ""))
    }

    /// `artifact:version` of everything that is chosen for these roots (`artifact:version`).
    mutating func resolve(
        _ roots: String..., kind: MediationKind = .nearest, managed: [POMDependency] = [],
        imports: [ModuleVersion] = [],
        provided: [ProvidedModule] = []
    ) throws -> [String] {
        try mediate(roots, kind: kind, managed: managed, imports: imports, provided: provided).chosen.map {
            "\($0.coordinate.module.artifact):\($0.coordinate.version)"
        }
    }

    mutating func mediate(
        _ roots: [String], kind: MediationKind = .nearest, managed: [POMDependency] = [], imports: [ModuleVersion] = [],
        provided: [ProvidedModule] = [], kept: [ModuleName: String] = [:], ignoring: [Exclusion] = []
    ) throws -> Mediation {
        var request = DependencyRequest(
            roots: roots.map(entry), managed: managed, imports: imports, provided: provided, kept: kept)
        request.ignoredPOMs = ignoring
        var own = ProjectDescriptions(target: target)
        return try #require(try DependencyMediator(request, kind: kind).mediate(&own, &self))
    }
}

/// `artifact:version`, or `artifact` alone.
func entry(_ text: String) -> POMDependency {
    let words = text.split(separator: ":", maxSplits: 1).map(String.init)
    return POMDependency(group: "g", artifact: words[0], version: words.count > 1 ? words[1] : nil)
}

/// A project of the group `g`: `artifact:version`, its dependencies (`artifact:version[:scope]`), and what else it says.
func project(_ id: String, _ dependencies: String..., more: String = "") -> String {
    let words = id.split(separator: ":")
    return "<groupId>g</groupId><artifactId>\(words[0])</artifactId><version>\(words[1])</version>\(more)<dependencies>"
        + dependencies.map { dependency($0) }.joined() + "</dependencies>"
}

func dependency(_ text: String, more: String = "") -> String {
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    return "<dependency><groupId>g</groupId><artifactId>\(words[0])</artifactId>"
        + (words.count > 1 && !words[1].isEmpty ? "<version>\(words[1])</version>" : "")
        + (words.count > 2 ? "<scope>\(words[2])</scope>" : "") + "\(more)</dependency>"
}

func managing(_ dependencies: String...) -> String {
    "<dependencyManagement><dependencies>\(dependencies.joined())</dependencies></dependencyManagement>"
}

func parent(_ id: String) -> String {
    let words = id.split(separator: ":", maxSplits: 1)
    return "<parent><groupId>g</groupId><artifactId>\(words[0])</artifactId><version>\(words[1])</version></parent>"
}

func importing(_ id: String) -> String { dependency("\(id):import", more: "<type>pom</type>") }
