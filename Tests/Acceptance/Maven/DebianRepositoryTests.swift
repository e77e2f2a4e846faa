import ContentStore
import Foundation
import MavenPackaging
import MavenResolver
import SystemPackage
import TestSupport
import Testing
import Transfer

/// Debian's own Maven repository: real POMs with parents, properties and management, and Maven's word on each.
@Suite("Debian's Maven repository")
struct DebianRepositoryTests {
    private static let folder = FilePath("/usr/share/maven-repo")
    private static let isHere =
        MavenJudge.isHere && Peer.has("/bin/sh") && FileManager.default.fileExists(atPath: folder.string)

    /// Every project there that has a jar, as `group:artifact:version`.
    private func projects() throws -> [ArtifactCoordinate] {
        let files = FileManager.default.enumerator(atPath: Self.folder.string)
        var found: [ArtifactCoordinate] = []
        while let file = files?.nextObject() as? String {
            guard file.hasSuffix(".jar") else { continue }
            let words = file.split(separator: "/").map(String.init)
            guard words.count > 3 else { continue }
            let (artifact, version) = (words[words.count - 3], words[words.count - 2])
            guard words[words.count - 1] == "\(artifact)-\(version).jar" else { continue }
            found.append(
                ArtifactCoordinate(
                    group: words.dropLast(3).joined(separator: "."), artifact: artifact, version: version))
        }
        return found.sorted()
    }

    private func resolver(_ scratch: Scratch, _ policy: MavenPolicy = .offline) -> MavenResolver {
        var machine = MavenConfiguration.Machine(environment: [:])
        machine.usesDefaultRepository = false
        return MavenResolver(
            transfer: Transfer(), store: ContentStore(at: scratch.file("data")), policy: policy, machine: machine)
    }

    private func request(_ roots: [ArtifactCoordinate], folder: FilePath = Self.folder) throws -> JarRequest {
        JarRequest(
            roots: try roots.map { .init(try JarRequirement("\($0.module):\($0.version)")) },
            repositories: [JarRepository(id: "debian", url: "file://\(folder)")])
    }

    @Test("every project comes to what Maven's own resolver makes of it", .enabled(if: isHere))
    func everyProject() async throws {
        let scratch = try Scratch("debian-maven")
        let projects = try projects()
        var folders: [FilePath] = []
        for (number, project) in projects.enumerated() {
            try scratch.write(
                "\(number)/test/root/1/root-1.pom",
                """
                <project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>root</artifactId><version>1</version><dependencies><dependency>
                <groupId>\(project.module.group)</groupId><artifactId>\(project.module.artifact)</artifactId>
                <version>\(project.version)</version></dependency></dependencies></project>
                """)
            folders.append(scratch.file("\(number)"))
        }
        // One repository with the roots in it: Debian's, by links.
        for folder in folders {
            for entry in try FileManager.default.contentsOfDirectory(atPath: Self.folder.string) where entry != "test" {
                try FileManager.default.createSymbolicLink(
                    atPath: folder.appending(entry).string, withDestinationPath: Self.folder.appending(entry).string)
            }
        }
        let answers = try await MavenJudge.resolve(folders, in: scratch)
        #expect(answers.count == projects.count)
        #expect(projects.count > 50)
        let resolver = resolver(scratch)
        var compared = 0
        for (project, theirs) in zip(projects, answers) {
            let ours: [String]
            do {
                ours = try await resolver.mediate(request([project])).chosen.map { chosen in
                    let key = chosen.coordinate.key
                    return
                        "\(key.module):\(key.fileExtension):\(key.classifier):\(chosen.coordinate.version):\(chosen.scope):\(chosen.isOptional)"
                }
            } catch {
                ours = ["! \(error)"]
            }
            if ours.first?.hasPrefix("!") == true, theirs.first?.hasPrefix("!") == true { continue }
            compared += ours.count
            #expect(ours == theirs, "\(project)")
        }
        #expect(compared > projects.count)
    }

    @Test("`mvn dependency:list` names the same jars", .enabled(if: isHere))
    func dependencyList() async throws {
        let scratch = try Scratch("mvn-list")
        let roots = try projects().filter { project in
            ["maven-core", "maven-shared-utils", "plexus-utils", "wagon-http", "guice", "maven-dependency-tree"]
                .contains(project.module.artifact)
                && project.version != "debian"
        }.reduce(into: [ModuleName: ArtifactCoordinate]()) { $0[$1.module] = $1 }.values.sorted()
        #expect(roots.count >= 3)
        let dependencies = roots.map { root in
            "<dependency><groupId>\(root.module.group)</groupId><artifactId>\(root.module.artifact)</artifactId>"
                + "<version>\(root.version)</version></dependency>"
        }
        try scratch.write(
            "pom.xml",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>root</artifactId>
            <version>1</version><dependencies>\(dependencies.joined())</dependencies></project>
            """)
        let list = scratch.file("list.txt")
        let outcome = try await Command(
            "mvn",
            [
                "-o", "-q", "-B", "-Dmaven.repo.local=\(Self.folder)",
                "org.apache.maven.plugins:maven-dependency-plugin:3.5.0:list", "-DincludeScope=runtime",
                "-DoutputFile=\(list)",
            ], in: scratch.path
        ).outcome()
        try #require(outcome.succeeded, "\(outcome.text)")
        // `   group:artifact:jar[:classifier]:version:scope`, and a module's name in colours.
        let theirs = try String(contentsOfFile: list.string, encoding: .utf8).split(separator: "\n").compactMap {
            line in
            let word = line.drop { $0 == " " }.prefix { $0 != "\u{1B}" && $0 != " " }
            return word.count { $0 == ":" } >= 4 ? String(word) : nil
        }
        let jars = try await resolver(scratch).resolve(request(roots)).jars
        let ours = jars.map { jar in
            let classifier = jar.coordinate.key.classifier
            return "\(jar.coordinate.module):jar\(classifier.isEmpty ? "" : ":" + classifier):\(jar.coordinate.version)"
        }
        #expect(ours.sorted() == theirs.map { $0.split(separator: ":").dropLast().joined(separator: ":") }.sorted())
        #expect(ours.count > 15)
    }
}
