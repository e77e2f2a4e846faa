import Foundation
import MavenPackaging
import SystemPackage
import TestSupport

/// A repository in a folder, as our own side of a comparison reads it: each POM where Maven looks for it, and lists of
/// versions in `maven-metadata-local.xml`.
struct FolderRepository: POMSource, ProjectSource {
    let folder: FilePath
    private var poms: [ModuleVersion: Lookup<POM>] = [:]
    private var descriptions: ProjectDescriptions

    init(_ folder: FilePath, target: MavenTarget = MavenTarget()) {
        self.folder = folder
        descriptions = ProjectDescriptions(target: target)
    }

    mutating func pom(of project: ModuleVersion) throws -> Lookup<POM> {
        if let known = poms[project] { return known }
        let module = project.module
        let place =
            "\(module.group.split(separator: ".").joined(separator: "/"))/\(module.artifact)/\(project.version)/"
            + "\(module.artifact)-\(project.version).pom"
        var answer = Lookup<POM>.missing
        if let data = FileManager.default.contents(atPath: folder.appending(place).string) {
            answer = .found(try POM(Array(data), subject: "\(project)"))
        }
        poms[project] = answer
        return answer
    }

    func listing(of module: ModuleName) throws -> Lookup<ModuleListing> {
        let place =
            "\(module.group.split(separator: ".").joined(separator: "/"))/\(module.artifact)/maven-metadata-local.xml"
        guard let data = FileManager.default.contents(atPath: folder.appending(place).string) else { return .missing }
        let metadata = try RepositoryMetadata(Array(data), subject: place)
        return .found(
            ModuleListing(versions: metadata.versions, latest: metadata.latest, release: metadata.release))
    }

    mutating func description(of project: ModuleVersion) throws -> Lookup<ProjectDescription> {
        // Taken out, so that it is not copied while it changes.
        var taken = ProjectDescriptions(target: MavenTarget())
        swap(&taken, &descriptions)
        defer { swap(&taken, &descriptions) }
        return try taken.description(of: project, from: &self)
    }

    /// What we make of `test:root:1`, in the judge's form.
    mutating func resolve(_ kind: MediationKind = .nearest, mostOnAllPaths: Int = 20_000) throws -> [String] {
        guard case .found(let pom) = try pom(of: ModuleVersion(group: "test", artifact: "root", version: "1")) else {
            throw CocoaError(.fileNoSuchFile)
        }
        var mediator = DependencyMediator(DependencyRequest(pom: pom), kind: kind)
        mediator.mostOnAllPaths = mostOnAllPaths
        var own = ProjectDescriptions(target: MavenTarget())
        guard let mediation = try mediator.mediate(&own, &self) else { throw CocoaError(.featureUnsupported) }
        return mediation.chosen.map { chosen in
            let key = chosen.coordinate.key
            return [
                key.module.group, key.module.artifact, key.fileExtension, key.classifier, chosen.coordinate.version,
                chosen.scope, "\(chosen.isOptional)",
            ].joined(separator: ":")
        }
    }
}
