import ContentStore
import Cryptography
import Glibc
import MavenPackaging
import MavenResolver
import SystemPackage
import TestSupport
import Testing
import Transfer

@Suite("What lies on this machine")
struct LocalRepositoryTests {
    private static let home = "home/.m2/repository"

    /// Notes of Maven's, which say where files came from: `a-1.jar>r=`.
    private func note(_ maven: ScratchMaven, _ id: String, _ lines: String...) throws {
        let (artifact, version) = ScratchMaven.split(id)
        let text = (["# note"] + lines).joined(separator: "\n") + "\n"
        try maven.scratch.write("\(Self.home)/g/\(artifact)/\(version)/_remote.repositories", text)
    }

    @Test("what Maven fetched is a copy of its repository's file, which vouches for it; what was installed comes last")
    func copies() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1")
        maven.project("b:1")
        try maven.write("a:1", "b:1", to: Self.home)
        try note(maven, "a:1", "a-1.jar>r=", "a-1.pom>r=")
        // Installed by somebody, and other than the published one.
        try maven.write("b:1", "c:9", to: Self.home)
        try maven.write("d:1", to: Self.home)
        try maven.write("e:1", to: Self.home)
        try note(maven, "e:1", "e-1.jar>=", "e-1.pom>=")
        let resolution = try await maven.resolver().resolve(maven.request("a:1", "d:1", "e:1"))
        #expect(maven.names(resolution) == ["a-1.jar", "b-1.jar", "d-1.jar", "e-1.jar"])
        #expect(resolution.jars.map(\.repository) == ["r", "r", "local", "local"])
        #expect(resolution.jars[0].url == maven.url() + "g/a/1/a-1.jar")
        #expect(maven.server.count("/r/g/a/1/a-1.jar.sha1") == 1)
        #expect(maven.server.count("/r/g/a/1/a-1.jar") == 0)
        #expect(maven.server.count("/r/g/a/1/a-1.pom") == 0)
    }

    @Test("a copy that is not what its repository has is passed over")
    func wrongCopies() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        try maven.write("a:1", "evil:1", to: Self.home)
        try maven.scratch.write("\(Self.home)/g/a/1/a-1.jar", ScratchMaven.jar("other"))
        try note(maven, "a:1", "a-1.jar>r=", "a-1.pom>r=")
        let resolution = try await maven.resolver().resolve(maven.request("a:1"))
        #expect(resolution.jars.map(\.sha256) == [SHA256Digest(of: ScratchMaven.jar("a:1"))])
    }

    @Test("offline, copies serve, are the repository's in the lock, and are looked at again online")
    func offline() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", to: Self.home)
        try maven.scratch.write("\(Self.home)/g/a/1/a-1.jar", ScratchMaven.jar("other"))
        try note(maven, "a:1", "a-1.jar>r=", "a-1.pom>r=")
        let before = try await maven.resolver(.offline).resolve(maven.request("a:1"))
        #expect(before.jars.map(\.url) == [maven.url() + "g/a/1/a-1.jar"])
        maven.project("a:1")
        let after = try await maven.resolver().resolve(maven.request("a:1"))
        #expect(after.jars.map(\.sha256) == [SHA256Digest(of: ScratchMaven.jar("a:1"))])
    }

    @Test("what Maven fetched from a repository that is not asked is not there")
    func foreign() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", to: Self.home)
        try note(maven, "a:1", "a-1.jar>other=", "a-1.pom>other=")
        for policy in [MavenPolicy.normal, .offline] {
            let error = await failure { _ = try await maven.resolver(policy).resolve(maven.request("a:1")) }
            #expect(error?.code == (policy == .normal ? .noSuchArtifact : .notStored))
        }
    }

    @Test("a wrong copy does not stand in the way of a sound lock", arguments: [true, false])
    func lockBesideWrongCopy(_ hasURL: Bool) async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        try maven.write("a:1", to: Self.home)
        try maven.scratch.write("\(Self.home)/g/a/1/a-1.jar", ScratchMaven.jar("other"))
        try note(maven, "a:1", "a-1.jar>r=", "a-1.pom>r=")
        let digest = SHA256Digest(of: ScratchMaven.jar("a:1"))
        let jar = JarFile(
            coordinate: ArtifactCoordinate(group: "g", artifact: "a", version: "1"),
            url: hasURL ? maven.url() + "g/a/1/a-1.jar" : nil, sha256: digest)
        #expect(try await maven.resolver().fetch([jar], for: maven.request()).map(\.digest) == [digest])
        let other = try ScratchMaven()
        try other.write("a:1", to: Self.home)
        try other.scratch.write("\(Self.home)/g/a/1/a-1.jar", ScratchMaven.jar("other"))
        let error = await failure { _ = try await other.resolver(.offline).fetch([jar], for: maven.request()) }
        #expect(error?.code == .wrongChecksum)
        #expect(error?.advice?.contains("lock again") == false)
    }

    @Test("what was installed by hand and is gone is not in the next lock")
    func gone() async throws {
        let maven = try ScratchMaven()
        try maven.write("a:1", to: Self.home)
        #expect(try await maven.resolver().resolve(maven.request("a:1")).jars.map(\.repository) == ["local"])
        for end in ["jar", "pom"] {
            #expect(maven.scratch.file("\(Self.home)/g/a/1/a-1.\(end)").withPlatformString { unlink($0) } == 0)
        }
        #expect(await failure { _ = try await maven.resolver().resolve(maven.request("a:1")) }?.code == .noSuchArtifact)
        maven.project("a:1")
        #expect(try await maven.resolver(.refresh).resolve(maven.request("a:1")).jars.map(\.repository) == ["r"])
    }

    @Test("a folder's jars, POMs and parents are read again once they change")
    func rebuilt() async throws {
        let maven = try ScratchMaven()
        let parent = "<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>"
        try maven.write("a:1", to: "folder")
        try maven.write("b:1", to: "folder")
        try maven.write("c:1", to: "folder")
        try maven.write("p:1", to: "folder")
        try maven.scratch.write("folder/g/a/1/a-1.pom", ScratchMaven.pom("a:1", [], parent))
        let request = try maven.request("a:1", repositories: ["file://" + maven.scratch.file("folder").string])
        func names() async throws -> [String] { maven.names(try await maven.resolver().resolve(request)) }
        #expect(try await names() == ["a-1.jar"])
        try maven.scratch.write("folder/g/p/1/p-1.pom", ScratchMaven.pom("p:1", ["b:1"]))
        #expect(try await names() == ["a-1.jar", "b-1.jar"])
        try maven.scratch.write("folder/g/b/1/b-1.pom", ScratchMaven.pom("b:1", ["c:1"]))
        #expect(try await names() == ["a-1.jar", "b-1.jar", "c-1.jar"])
        // What is imported counts likewise, and its parents.
        func managing(_ version: String, more: String = "") -> String {
            "<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>d</artifactId>"
                + "<version>\(version)</version>\(more)</dependency></dependencies></dependencyManagement>"
        }
        try maven.write("d:1", to: "folder")
        try maven.write("d:2", to: "folder")
        let imported = managing("1", more: "<type>pom</type><scope>import</scope>").replacing(">d<", with: ">bom<")
        try maven.scratch.write("folder/g/c/1/c-1.pom", ScratchMaven.pom("c:1", ["d:"], imported))
        try maven.scratch.write("folder/g/bom/1/bom-1.pom", ScratchMaven.pom("bom:1", [], parent))
        try maven.scratch.write("folder/g/p/1/p-1.pom", ScratchMaven.pom("p:1", ["b:1"], managing("1")))
        #expect(try await names() == ["a-1.jar", "b-1.jar", "c-1.jar", "d-1.jar"])
        try maven.scratch.write("folder/g/p/1/p-1.pom", ScratchMaven.pom("p:1", ["b:1"], managing("2", more: " ")))
        #expect(try await names() == ["a-1.jar", "b-1.jar", "c-1.jar", "d-2.jar"])
        try maven.scratch.write("folder/g/c/1/c-1.jar", ScratchMaven.jar("another c"))
        let jars = try await maven.resolver().resolve(request).jars
        let jar = try #require(jars.first { $0.coordinate.module.artifact == "c" })
        #expect(jar.sha256 == SHA256Digest(of: ScratchMaven.jar("another c")))
    }
}

@Suite("Snapshots")
struct SnapshotTests {
    private let folder = "g/a/1-SNAPSHOT"

    private func publish(_ maven: ScratchMaven, build: Int, in repository: String = "r") {
        let list = """
            <metadata><versioning><snapshot><timestamp>20260102.030405</timestamp><buildNumber>\(build)</buildNumber>
            </snapshot><lastUpdated>2026010203040\(build)</lastUpdated></versioning></metadata>
            """
        let base = "\(folder)/a-1-20260102.030405-\(build)"
        maven.serve("\(folder)/maven-metadata.xml", Array(list.utf8), in: repository)
        maven.serve("\(base).pom", ScratchMaven.pom("a:1-SNAPSHOT", []), in: repository)
        maven.serve("\(base).jar", ScratchMaven.jar("a:\(build)"), in: repository)
    }

    @Test("one build is asked for by its time and number, and lies with the others")
    func timestamped() async throws {
        let maven = try ScratchMaven()
        publish(maven, build: 7)
        publish(maven, build: 8)
        let request = try maven.request("a:1-20260102.030405-7")
        let jar = try #require(try await maven.resolver().resolve(request).jars.first)
        #expect(jar.url.hasSuffix("/1-SNAPSHOT/a-1-20260102.030405-7.jar"))
        #expect(jar.filename == "a-1-20260102.030405-7.jar")
        var releases = request
        releases.repositories[0].hasSnapshots = false
        #expect(await failure { _ = try await maven.resolver().resolve(releases) }?.code == .noSuchArtifact)
    }

    @Test("a snapshot's POM and jar are of one build")
    func oneBuild() async throws {
        let maven = try ScratchMaven()
        publish(maven, build: 7)
        let request = try maven.request("a:1-SNAPSHOT")
        _ = try await maven.resolver().mediate(request)
        publish(maven, build: 8)
        #expect(try await maven.resolver().resolve(request).jars.map(\.fileVersion) == ["1-20260102.030405-7"])
        #expect(try await maven.resolver(.refresh).resolve(request).jars.map(\.fileVersion) == ["1-20260102.030405-8"])
    }

    @Test("a build is sought in all repositories, though another one has a newer build by now", arguments: [6, 7])
    func otherRepository(_ newest: Int) async throws {
        let maven = try ScratchMaven()
        publish(maven, build: 6)
        let request = try maven.request("a:1-SNAPSHOT", repositories: [maven.url("s"), maven.url("r")])
        _ = try await maven.resolver().mediate(request)
        if newest == 7 { publish(maven, build: 7) }
        publish(maven, build: 8, in: "s")
        let jar = try #require(try await maven.resolver().resolve(request).jars.first)
        #expect(jar.fileVersion == "1-20260102.030405-6" && jar.repository == "r")
        let next = try #require(try await maven.resolver(.refresh).resolve(request).jars.first)
        #expect(next.fileVersion == "1-20260102.030405-8" && next.repository == "s")
    }

    @Test("a build whose jar is gone is told of, with what to do")
    func buildGone() async throws {
        let maven = try ScratchMaven()
        publish(maven, build: 7)
        let request = try maven.request("a:1-SNAPSHOT")
        _ = try await maven.resolver().mediate(request)
        publish(maven, build: 8)
        maven.server.on("/r/\(folder)/a-1-20260102.030405-7.jar", HTTPReply(404))
        let error = await failure { _ = try await maven.resolver().resolve(request) }
        #expect(error?.code == .noSuchArtifact)
        #expect(error?.advice?.contains("--upgrade") == true)
    }
}
