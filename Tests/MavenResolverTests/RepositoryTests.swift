import ContentStore
import Cryptography
import MavenPackaging
import MavenResolver
import SystemPackage
import TestSupport
import Testing

@Suite("Repositories and settings")
struct RepositoryTests {
    @Test("repositories are asked in order, and the first that has a file serves it")
    func order() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "s")
        let request = try maven.request("a:1", repositories: [maven.url("r"), maven.url("s")])
        let resolution = try await maven.resolver().resolve(request)
        #expect(resolution.jars.first?.repository == "s")
        #expect(maven.server.count("/r/g/a/1/a-1.pom") == 1)
    }

    @Test("a repository that refuses is an error, and no other one is asked in its place", arguments: [401, 403])
    func refused(_ status: Int) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "s")
        maven.server.on("/r/g/a/1/a-1.pom", HTTPReply(status))
        let request = try maven.request("a:1", repositories: [maven.url("r"), maven.url("s")])
        let error = await failure { _ = try await maven.resolver().resolve(request) }
        #expect(error?.code == .refused)
        #expect(error?.advice?.contains("settings.xml") == true)
    }

    @Test("a mirror of the settings is asked instead, with its server's credentials and headers")
    func mirror() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "mirror")
        let settings = """
            <settings><mirrors><mirror><id>m</id><url>\(maven.url("mirror"))</url><mirrorOf>*</mirrorOf></mirror></mirrors>
            <servers><server><id>m</id><username>ana</username><password>${env.SECRET}</password><configuration>
            <httpHeaders><property><name>X-T</name><value>t</value></property></httpHeaders></configuration></server></servers>
            </settings>
            """
        let resolver = try maven.resolver(environment: ["SECRET": "s3cret"], settings: settings)
        let resolution = try await resolver.resolve(maven.request("a:1", repositories: ["https://nobody.invalid/"]))
        #expect(resolution.jars.first?.repository == "m")
        let asked = maven.server.requests("/mirror/g/a/1/a-1.pom")
        #expect(asked.first?.header("Authorization") == "Basic YW5hOnMzY3JldA==")
        #expect(asked.first?.header("X-T") == "t")
        #expect(resolution.jars.first?.url.contains("ana") == false)
    }

    @Test("a blocked mirror, an encrypted password and a URL that is none are errors")
    func badSettings() async throws {
        let maven = try ScratchMaven()
        let blocked =
            "<settings><mirrors><mirror><id>b</id><url>http://0.0.0.0/</url><mirrorOf>external:http:*</mirrorOf><blocked>true</blocked></mirror></mirrors></settings>"
        let http = try maven.request("a:1", repositories: ["http://nobody.invalid/r"])
        #expect(await failure { _ = try await maven.resolver(settings: blocked).resolve(http) }?.code == .blocked)
        let encrypted =
            "<settings><servers><server><id>r</id><username>a</username><password>{COQLCE6DU6GtcS5P=}</password></server></servers></settings>"
        let own = try maven.request("a:1")
        let trusting = try maven.resolver(environment: ["CHIDORI_REPOSITORY_R_URL": maven.url()], settings: encrypted)
        #expect(await failure { _ = try await trusting.resolve(own) }?.code == .badConfiguration)
        let wrong = try maven.request("a:1", repositories: ["ftp://x/"])
        #expect(await failure { _ = try await maven.resolver().resolve(wrong) }?.code == .badConfiguration)
    }

    @Test("a password of the settings goes where a recipe says only if the user says the same place")
    func withheld() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let settings =
            "<settings><servers><server><id>r</id><username>ana</username><password>s3cret</password></server></servers></settings>"
        let resolution = try await maven.resolver(settings: settings).resolve(maven.request("a:1"))
        #expect(maven.server.requests().allSatisfy { $0.header("Authorization") == nil })
        #expect(
            resolution.notices.contains(
                .passwordWithheld(repository: "r", variable: "CHIDORI_REPOSITORY_R_URL")))
        let other = try ScratchMaven()
        let resolver = try other.resolver(environment: ["CHIDORI_REPOSITORY_R_URL": maven.url()], settings: settings)
        _ = try await resolver.resolve(maven.request("a:1"))
        #expect(maven.server.requests("/r/g/a/1/a-1.pom").last?.header("Authorization") == "Basic YW5hOnMzY3JldA==")
    }

    @Test("headers of the settings stay with the server that they are for")
    func headersOverRedirects() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "elsewhere")
        for end in ["pom", "pom.sha1", "jar", "jar.sha1"] {
            let file = "g/a/1/a-1.\(end)"
            maven.server.on("/r/\(file)", .redirect(maven.server.urlAsOtherHost("/elsewhere/\(file)")))
        }
        let settings = """
            <settings><servers><server><id>r</id><configuration><httpHeaders><property><name>Private-Token</name>
            <value>glpat</value></property></httpHeaders></configuration></server></servers></settings>
            """
        let resolver = try maven.resolver(
            environment: ["CHIDORI_REPOSITORY_R_URL": maven.url()], settings: settings)
        #expect(try await resolver.resolve(maven.request("a:1")).jars.count == 1)
        let asked = maven.server.requests()
        #expect(asked.count { $0.path.hasPrefix("/r/") && $0.header("Private-Token") == "glpat" } > 2)
        #expect(asked.contains { $0.path.hasPrefix("/elsewhere/") && $0.path.hasSuffix(".jar") })
        #expect(asked.allSatisfy { $0.path.hasPrefix("/r/") || $0.header("Private-Token") == nil })
    }

    @Test("a repository that the settings name too has its credentials, and nothing is told")
    func sameAsSettings() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let settings = """
            <settings><servers><server><id>r</id><username>ana</username><password>s3cret</password></server></servers>
            <profiles><profile><id>x</id><repositories><repository><id>r</id><url>\(maven.url().dropLast())</url></repository>
            </repositories></profile></profiles><activeProfiles><activeProfile>x</activeProfile></activeProfiles></settings>
            """
        let resolution = try await maven.resolver(settings: settings).resolve(maven.request("a:1"))
        #expect(maven.server.requests().allSatisfy { $0.header("Authorization") != nil })
        #expect(resolution.notices.allSatisfy { if case .passwordWithheld = $0 { false } else { true } })
    }

    @Test("a password for one repository is not sent to another one of its host")
    func withheldBesides() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "evil")
        let settings = """
            <settings><servers><server><id>own</id><username>ana</username><password>s3cret</password></server></servers>
            <profiles><profile><id>x</id><repositories><repository><id>own</id><url>\(maven.url("own"))</url></repository>
            </repositories></profile></profiles><activeProfiles><activeProfile>x</activeProfile></activeProfiles></settings>
            """
        let request = try maven.request("a:1", repositories: [maven.url("evil")])
        _ = try await maven.resolver(settings: settings).resolve(request)
        #expect(maven.server.requests("/evil/g/a/1/a-1.pom").map { $0.header("Authorization") } == [nil])
    }

    @Test("the settings' own repositories are asked after the recipe's, and proxies are told of")
    func settingsRepositories() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1")
        maven.project("b:1", in: "s")
        let settings = """
            <settings><proxies><proxy><host>proxy.invalid</host></proxy></proxies><profiles><profile><id>x</id>
            <repositories><repository><id>s</id><url>\(maven.url("s"))</url></repository></repositories></profile></profiles>
            <activeProfiles><activeProfile>x</activeProfile></activeProfiles></settings>
            """
        let resolution = try await maven.resolver(settings: settings).resolve(maven.request("a:1"))
        #expect(resolution.jars.map(\.repository) == ["r", "s"])
        #expect(resolution.notices.contains(.proxiesUnused(["proxy.invalid"])))
    }

    @Test("the default repository is that of the installed Maven's super POM; without one that is told")
    func defaultRepository() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", in: "central")
        let pom =
            "<project><repositories><repository><id>central</id><url>\(maven.url("central"))</url><snapshots><enabled>false</enabled></snapshots></repository></repositories></project>"
        let archive = CraftedZip([CraftedZip.Member("org/apache/maven/model/pom-4.0.0.xml", pom)])
        try maven.scratch.write("maven/lib/maven-model-builder-3.9.9.jar", archive.bytes)
        let request = try maven.request("a:1", repositories: [])
        let home = maven.scratch.file("maven").string
        let resolution = try await maven.resolver(environment: ["MAVEN_HOME": home]).resolve(request)
        #expect(resolution.jars.first?.isFromDefault == true)
        #expect(JarFile(try #require(resolution.jars.first)).url == nil)
        let error = await failure { _ = try await maven.resolver(home: "nowhere").resolve(request) }
        #expect(error?.code == .noDefaultRepository)
    }

    @Test("a folder is a repository, asked offline too")
    func folder() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", "b:1", to: "folder")
        try maven.write("b:1", to: "folder")
        let request = try maven.request("a:1", repositories: ["file://" + maven.scratch.file("folder").string])
        let resolution = try await maven.resolver(.offline).resolve(request)
        #expect(maven.names(resolution) == ["a-1.jar", "b-1.jar"])
        #expect(resolution.notices.contains { if case .withoutChecksum = $0 { true } else { false } })
    }
}

@Suite("What comes is checked")
struct CheckingTests {
    @Test("a checksum that lies is an error, and nothing is kept", arguments: ["pom", "jar"])
    func lies(_ file: String) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        maven.server.on("/r/g/a/1/a-1.\(file).sha1", .text(String(repeating: "0", count: 40), type: "text/plain"))
        let error = await failure { _ = try await maven.resolver().resolve(maven.request("a:1")) }
        #expect(error?.code == .wrongChecksum)
        #expect(error?.message.contains("sha1") == true)
        let jar = SHA256Digest(of: ScratchMaven.jar("a:1"))
        #expect(try !maven.store.contains(jar))
    }

    @Test("the best checksum counts, whatever a worse one says")
    func best() async throws {
        let maven = try ScratchMaven()
        maven.serve("g/a/1/a-1.pom", ScratchMaven.pom("a:1", []), checksums: ["sha512", "sha1"])
        maven.serve("g/a/1/a-1.jar", ScratchMaven.jar("a:1"), checksums: ["sha512", "sha1"])
        maven.server.on("/r/g/a/1/a-1.jar.sha1", .text(String(repeating: "0", count: 40), type: "text/plain"))
        let resolution = try await maven.resolver().resolve(maven.request("a:1"))
        #expect(resolution.jars.first?.checksums.keys.first == .sha512)
        maven.server.on("/r/g/a/1/a-1.jar.sha512", .text(String(repeating: "0", count: 128), type: "text/plain"))
        let other = try ScratchMaven()
        let resolver = try other.resolver()
        #expect(await failure { _ = try await resolver.resolve(maven.request("a:1")) }?.code == .wrongChecksum)
    }

    @Test("a missing checksum is told, and kinds that a repository never has are not asked for for ever")
    func none() async throws {
        let maven = try ScratchMaven()
        for number in 0..<12 { maven.project("m\(number):1", number < 11 ? "m\(number + 1):1" : "m11:1") }
        maven.serve("g/bare/1/bare-1.pom", ScratchMaven.pom("bare:1", []), checksums: [])
        maven.serve("g/bare/1/bare-1.jar", ScratchMaven.jar("bare:1"), checksums: [])
        let resolution = try await maven.resolver().resolve(maven.request("m0:1", "bare:1"))
        #expect(
            resolution.notices.contains(
                .withoutChecksum(ArtifactCoordinate(group: "g", artifact: "bare", version: "1"))))
        let asked = maven.server.requests().count { $0.path.hasSuffix(".sha512") }
        #expect(asked < 24, "asked \(asked) times")
    }

    @Test("a repository that lacks files, or refuses checksums that it has not, is checked all the same")
    func absent() async throws {
        let maven = try ScratchMaven()
        let names = (0..<8).map { "m\($0):1" }
        for name in names { maven.project(name, in: "s") }
        maven.project("a:1")
        // As hosts of objects do.
        maven.server.on("/r/g/a/1/a-1.jar.sha512", HTTPReply(403))
        let repositories = [maven.url("r"), maven.url("s")]
        let resolver = try maven.resolver()
        for name in names { _ = try await resolver.resolve(maven.request(name, repositories: repositories)) }
        maven.server.on("/r/g/a/1/a-1.jar.sha1", .text(String(repeating: "0", count: 40), type: "text/plain"))
        let request = try maven.request("a:1", repositories: repositories)
        #expect(await failure { _ = try await resolver.resolve(request) }?.code == .wrongChecksum)
    }

    @Test("a checksum in the headers spares a request, and must be right")
    func headers() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let pom = ScratchMaven.pom("a:1", [])
        maven.server.on(
            "/r/g/a/1/a-1.pom", HTTPReply.file(pom).header("x-checksum-sha1", ScratchMaven.digits(pom, "sha1")))
        _ = try await maven.resolver().resolve(maven.request("a:1"))
        #expect(maven.server.count("/r/g/a/1/a-1.pom.sha1") == 0)
        let other = try ScratchMaven()
        maven.server.on(
            "/r/g/a/1/a-1.pom", HTTPReply.file(pom).header("x-checksum-sha1", String(repeating: "0", count: 40)))
        let resolver = try other.resolver()
        #expect(await failure { _ = try await resolver.resolve(maven.request("a:1")) }?.code == .wrongChecksum)
    }

    @Test("a web page in place of a jar is recognised", arguments: ["jar"])
    func webPage(_ file: String) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let page = "\n<!-- login --><!DOCTYPE html><html><body>Sign in</body></html>"
        maven.server.on("/r/g/a/1/a-1.\(file)", .text(page))
        maven.server.on("/r/g/a/1/a-1.\(file).sha1", HTTPReply(404))
        #expect(await failure { _ = try await maven.resolver().resolve(maven.request("a:1")) }?.code == .webPage)
    }

    @Test("jars of a lock are fetched by their digest, from their URL or from whoever has them")
    func fetching() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let request = try maven.request("a:1")
        let coordinate = ArtifactCoordinate(group: "g", artifact: "a", version: "1")
        let digest = SHA256Digest(of: ScratchMaven.jar("a:1"))
        let byURL = JarFile(coordinate: coordinate, url: maven.url() + "g/a/1/a-1.jar", sha256: digest)
        let byName = JarFile(coordinate: coordinate, url: nil, sha256: digest)
        #expect(try await maven.resolver().fetch([byURL], for: request).map(\.digest) == [digest])
        maven.server.forgetRequests()
        #expect(try await maven.resolver(.offline).fetch([byName, byURL], for: request).count == 2)
        #expect(maven.server.requests().isEmpty)
        let other = try ScratchMaven()
        #expect(try await other.resolver().fetch([byName], for: request).map(\.digest) == [digest])
    }

    @Test("a locked jar is looked for until one has its digest, whoever cannot be asked")
    func elsewhere() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let gone = try HTTPFixtureServer()
        let closed = gone.url()
        gone.stop()
        maven.server.on("/refused/g/a/1/a-1.jar", HTTPReply(403))
        var request = try maven.request("a:1")
        request.repositories =
            [
                JarRepository(id: "closed", url: closed),
                JarRepository(id: "refused", url: maven.server.url("/refused/")),
            ]
            + request.repositories
        let digest = SHA256Digest(of: ScratchMaven.jar("a:1"))
        let jar = JarFile(
            coordinate: ArtifactCoordinate(group: "g", artifact: "a", version: "1"), url: nil, sha256: digest)
        #expect(try await maven.resolver().fetch([jar], for: request).map(\.digest) == [digest])
        let other = JarFile(coordinate: jar.coordinate, url: nil, sha256: SHA256Digest(of: "another"))
        #expect(await failure { _ = try await maven.resolver().fetch([other], for: request) }?.code == .wrongChecksum)
    }

    @Test("a jar that was replaced after it was locked is an error", arguments: [true, false])
    func replaced(_ isLocal: Bool) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        try maven.write("a:1", to: "folder")
        let url =
            isLocal ? "file://" + maven.scratch.file("folder/g/a/1/a-1.jar").string : maven.url() + "g/a/1/a-1.jar"
        let jar = JarFile(
            coordinate: ArtifactCoordinate(group: "g", artifact: "a", version: "1"), url: url,
            sha256: SHA256Digest(of: "another"))
        let request = try maven.request("a:1")
        #expect(await failure { _ = try await maven.resolver().fetch([jar], for: request) }?.code == .wrongChecksum)
    }
}
