import ContentStore
import MavenPackaging
import MavenResolver
import SystemPackage
import TestSupport
import Testing
import Transfer

@Suite("The speed of a warm store")
struct WarmSpeedTests {
    /// Projects that depend on each other as those of big class paths do: each on some later ones, in several versions,
    /// under parents that manage versions.
    private func write(_ count: Int, to scratch: Scratch) throws {
        func put(_ artifact: String, _ version: String, _ body: String, isPOM: Bool = false) throws {
            let base = "repo/test/\(artifact)/\(version)/\(artifact)-\(version)"
            try scratch.write(
                "\(base).pom",
                """
                <project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>\(artifact)</artifactId>
                <version>\(version)</version>\(isPOM ? "<packaging>pom</packaging>" : "")\(body)</project>
                """)
            if !isPOM { try scratch.write("\(base).jar", CraftedZip([CraftedZip.Member("a", artifact)]).bytes) }
        }
        func dependency(_ artifact: String, _ version: String) -> String {
            "<dependency><groupId>test</groupId><artifactId>\(artifact)</artifactId><version>\(version)</version></dependency>"
        }
        let managed = (0..<200).map { dependency("other\($0)", "1.\($0)") }.joined()
        try put(
            "parent", "1", "<dependencyManagement><dependencies>\(managed)</dependencies></dependencyManagement>",
            isPOM: true)
        let parent = "<parent><groupId>test</groupId><artifactId>parent</artifactId><version>1</version></parent>"
        for number in 0..<count {
            for version in ["1.0", "1.1"] {
                let targets = [number * 2 + 1, number * 2 + 2, number * 2 + 5, number + 7].filter {
                    $0 < count && $0 > number
                }
                let text = targets.map { dependency("m\($0)", $0 % 3 == 0 ? version : "1.0") }.joined()
                try put("m\(number)", version, "\(parent)<dependencies>\(text)</dependencies>")
            }
        }
    }

    @Test(
        "200 artifacts are resolved in a tenth of the time of `mvn dependency:resolve`",
        .enabled(if: MavenJudge.isHere && Peer.deep))
    func againstMaven() async throws {
        let scratch = try Scratch("maven-speed")
        try write(200, to: scratch)
        try scratch.write(
            "project/pom.xml",
            """
            <project><modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>root</artifactId>
            <version>1</version><dependencies><dependency><groupId>test</groupId><artifactId>m0</artifactId>
            <version>1.0</version></dependency></dependencies></project>
            """)
        // Maven's plugins come from Debian's repository, the projects from ours, in one local repository by links.
        try await Command("cp", ["-as", "/usr/share/maven-repo/.", scratch.file("local").string]).run()
        try await Command("cp", ["-r", scratch.file("repo/test").string, scratch.file("local/test").string]).run()
        let clock = ContinuousClock()
        var theirs = Duration.seconds(1000)
        for _ in 0..<2 {
            let began = clock.now
            try await Command(
                "mvn",
                [
                    "-o", "-q", "-B", "-Dmaven.repo.local=\(scratch.file("local"))",
                    "org.apache.maven.plugins:maven-dependency-plugin:3.5.0:resolve",
                ], in: scratch.file("project")
            ).run()
            theirs = min(theirs, clock.now - began)
        }
        var machine = MavenConfiguration.Machine(environment: [:])
        machine.usesDefaultRepository = false
        let request = JarRequest(
            roots: [.init(try JarRequirement("test:m0:1.0"))],
            repositories: [JarRepository(id: "r", url: "file://\(scratch.file("repo"))")])
        var ours = Duration.seconds(1000)
        for _ in 0..<4 {
            // A store of its own each time, as another process has it.
            let resolver = MavenResolver(
                transfer: Transfer(), store: ContentStore(at: scratch.file("data")), machine: machine)
            let began = clock.now
            let resolution = try await resolver.resolve(request)
            ours = min(ours, clock.now - began)
            #expect(resolution.jars.count == 200)
        }
        #expect(ours * 10 <= theirs, "\(ours) against \(theirs)")
        print("200 artifacts, warm: \(ours), mvn dependency:resolve \(theirs)")
    }
}
