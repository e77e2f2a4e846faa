import ContentStore
import Cryptography
import MavenPackaging
import SystemPackage
import TestSupport
import Testing

@testable import MavenResolver

@Suite("Resolving jars")
struct ResolvingTests {
    @Test("a graph is resolved over HTTP, and from the store without a request the next time")
    func coldAndWarm() async throws {
        let maven = try ScratchMaven()
        let parent = "<parent><groupId>g</groupId><artifactId>p</artifactId><version>1</version></parent>"
        maven.project("p:1", hasJar: false)
        maven.project("a:1", "b:1", "c:1", more: parent)
        maven.project("b:1", "d:1")
        maven.project("c:1", "d:2")
        maven.project("d:1")
        maven.project("d:2")
        let request = try maven.request("a:1")
        let cold = try await maven.resolver().resolve(request)
        #expect(maven.names(cold) == ["a-1.jar", "b-1.jar", "d-1.jar", "c-1.jar"])
        #expect(cold.notices.contains(.noDefaultRepository))
        let jar = try #require(cold.jars.first)
        #expect(jar.repository == "r")
        #expect(jar.url == maven.url() + "g/a/1/a-1.jar")
        #expect(jar.size == UInt64(ScratchMaven.jar("a:1").count))
        #expect(jar.checksums == [.sha1: ScratchMaven.digits(ScratchMaven.jar("a:1"), "sha1")])
        #expect(jar.sha256.hex == ScratchMaven.digits(ScratchMaven.jar("a:1"), "sha256"))
        #expect(try maven.store.contains(jar.sha256))
        #expect(maven.server.count("/r/g/d/1/d-1.pom") == 1)

        maven.server.forgetRequests()
        let warm = try await maven.resolver().resolve(request)
        #expect(maven.names(warm) == maven.names(cold))
        #expect(warm.jars.map(\.sha256) == cold.jars.map(\.sha256))
        #expect(maven.server.requests().isEmpty)
        let offline = try await maven.resolver(.offline).resolve(request)
        #expect(offline.jars.map(\.path) == cold.jars.map(\.path))
    }

    @Test("offline, what is not stored is told")
    func offline() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1")
        let request = try maven.request("a:1")
        let error = await failure { _ = try await maven.resolver(.offline).resolve(request) }
        #expect(error?.code == .notStored)
        #expect(maven.server.requests().isEmpty)
    }

    @Test("both kinds of mediation work on one store")
    func mediation() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "c:1")
        maven.project("b:1", "d:1")
        maven.project("d:1", "c:2")
        maven.project("c:1")
        maven.project("c:2")
        let nearest = try await maven.resolver().mediate(maven.request("a:1", "b:1"))
        let latest = try await maven.resolver().mediate(maven.request("a:1", "b:1", mediation: .latest))
        #expect(nearest.chosen.map(\.coordinate.filename) == ["a-1.jar", "c-1.jar", "b-1.jar", "d-1.jar"])
        #expect(Set(latest.chosen.map(\.coordinate.filename)) == ["a-1.jar", "c-2.jar", "b-1.jar", "d-1.jar"])
    }

    @Test("a range asks which versions there are, once a day")
    func ranges() async throws {
        let maven = try ScratchMaven()
        let list =
            "<metadata><versioning><versions><version>1.0</version><version>1.5</version><version>2.0</version></versions></versioning></metadata>"
        maven.serve("g/a/maven-metadata.xml", Array(list.utf8))
        for version in ["1.0", "1.5", "2.0"] { maven.project("a:\(version)") }
        let request = try maven.request("a:[1,2)")
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["a-1.5.jar"])
        _ = try await maven.resolver().resolve(request)
        #expect(maven.server.count("/r/g/a/maven-metadata.xml") == 1)
        _ = try await maven.resolver(.refresh).resolve(request)
        #expect(maven.server.count("/r/g/a/maven-metadata.xml") == 2)
    }

    @Test("a snapshot is its last build")
    func snapshots() async throws {
        let maven = try ScratchMaven()
        let list = """
            <metadata><versioning><snapshot><timestamp>20260102.030405</timestamp><buildNumber>7</buildNumber></snapshot>
            <lastUpdated>20260102030405</lastUpdated></versioning></metadata>
            """
        maven.serve("g/a/1-SNAPSHOT/maven-metadata.xml", Array(list.utf8))
        maven.serve("g/a/1-SNAPSHOT/a-1-20260102.030405-7.pom", ScratchMaven.pom("a:1-SNAPSHOT", []))
        maven.serve("g/a/1-SNAPSHOT/a-1-20260102.030405-7.jar", ScratchMaven.jar("a:1"))
        let jar = try #require(try await maven.resolver().resolve(maven.request("a:1-SNAPSHOT")).jars.first)
        #expect(jar.fileVersion == "1-20260102.030405-7")
        #expect(jar.filename == "a-1-SNAPSHOT.jar")
        #expect(jar.url.hasSuffix("/a-1-20260102.030405-7.jar"))
    }

    @Test("without a POM a jar is alone, and that is told; without a jar there is an error with the way to it")
    func missing() async throws {
        let maven = try ScratchMaven()
        maven.serve("g/a/1/a-1.jar", ScratchMaven.jar("a:1"))
        maven.project("b:1", "c:1")
        maven.project("c:1", hasJar: false)
        let alone = try await maven.resolver().resolve(maven.request("a:1"))
        #expect(alone.notices.contains(.withoutPOM(ModuleVersion(group: "g", artifact: "a", version: "1"))))
        let error = await failure { _ = try await maven.resolver().resolve(maven.request("b:1")) }
        #expect(error?.code == .noSuchArtifact)
        #expect(error?.subject == "g:c:1")
        #expect(error?.message.contains("through g:b:1") == true)
    }

    @Test("what cannot be read is told with its URL: a POM with entities, a parent that is missing")
    func badPOMs() async throws {
        let maven = try ScratchMaven()
        let evil =
            "<!DOCTYPE p [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><project><artifactId>&x;</artifactId></project>"
        maven.serve("g/a/1/a-1.pom", Array(evil.utf8))
        maven.project(
            "b:1", more: "<parent><groupId>g</groupId><artifactId>none</artifactId><version>1</version></parent>")
        await #expect { _ = try await maven.resolver().resolve(maven.request("a:1")) } throws: { error in
            let error = error as? MavenPackagingError
            return error?.code == .hasDoctype && error?.subject.contains(maven.url()) == true
        }
        await #expect { _ = try await maven.resolver().resolve(maven.request("b:1")) } throws: { error in
            (error as? MavenPackagingError)?.code == .missingParent
        }
    }

    @Test("a jar for another Scala is refused, and `::` takes the environment's")
    func scala() async throws {
        let maven = try ScratchMaven()
        maven.project("c_2.12:1")
        maven.project("c_2.13:1")
        var request = try maven.request("c_2.12:1")
        request.scala = "2.13"
        await #expect { _ = try await maven.resolver().resolve(request) } throws: { error in
            (error as? MavenPackagingError)?.advice == "use g:c_2.13:1"
        }
        request.roots = [.init(try JarRequirement("g::c:1"))]
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["c_2.13-1.jar"])
    }

    @Test("a record that is damaged is made again")
    func damagedRecord() async throws {
        let maven = try ScratchMaven()
        maven.project("a:1", "b:1")
        maven.project("b:1")
        let request = try maven.request("a:1")
        _ = try await maven.resolver().resolve(request)
        for key in try maven.store.recordKeys(kind: "maven-project.2") {
            try maven.store.setRecord(kind: "maven-project.2", key: key, value: [1, 2, 3])
        }
        #expect(maven.names(try await maven.resolver().resolve(request)) == ["a-1.jar", "b-1.jar"])
    }

    @Test("a parent cannot name a file elsewhere")
    func escapingParent() async throws {
        let maven = try ScratchMaven()
        maven.project(
            "a:1", more: "<parent><groupId>../../etc</groupId><artifactId>p</artifactId><version>1</version></parent>")
        await #expect { _ = try await maven.resolver().resolve(maven.request("a:1")) } throws: { error in
            (error as? MavenPackagingError)?.code == .badCoordinate
        }
    }

    @Test("a server that makes up imports without end is given up", .timeLimit(.minutes(1)))
    func endlessImports() async throws {
        let maven = try ScratchMaven()
        maven.server.onAnyOther { request in
            guard request.path.hasSuffix(".pom") else { return HTTPReply(404) }
            let name = request.path.split(separator: "/")[2]
            let number = (Int(name.dropFirst()) ?? 0) + 1
            let text =
                "<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>a\(number)</artifactId><version>1</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement>"
            return .file(ScratchMaven.pom("\(name):1", [], text))
        }
        func code(_ limits: POMLimits) async -> MavenPackagingErrorCode? {
            do {
                _ = try await maven.resolver(limits: limits).resolve(maven.request("a0:1"))
                return nil
            } catch { return (error as? MavenPackagingError)?.code }
        }
        var few = POMLimits()
        few.documents = 20
        #expect(await code(few) == .tooManyPOMs)
        #expect(maven.server.requests().count { $0.path.hasSuffix(".pom") } <= 20)
        #expect(await code(POMLimits()) == .tooManyPOMs)
        #expect(maven.server.requests().count { $0.path.hasSuffix(".pom") } < 150)
    }

    @Test("limits that a resolver is given hold for what POMs mean, the recipe's own BOMs included")
    func ownLimits() async throws {
        let maven = try ScratchMaven()
        func bom(_ next: Int) -> String {
            "<dependencyManagement><dependencies><dependency><groupId>g</groupId><artifactId>b\(next)</artifactId>"
                + "<version>1</version><type>pom</type><scope>import</scope></dependency></dependencies></dependencyManagement>"
        }
        for number in 0..<6 { maven.project("b\(number):1", more: number == 5 ? "" : bom(number + 1)) }
        var limits = POMLimits()
        limits.chain = 3
        var managed = try maven.request("b5:1")
        managed.boms = [ModuleVersion(group: "g", artifact: "b0", version: "1")]
        for request in [try maven.request("b0:1"), managed] {
            await #expect { _ = try await maven.resolver(limits: limits).mediate(request) } throws: { error in
                (error as? MavenPackagingError)?.code == .tooManyPOMs
            }
            _ = try await maven.resolver().mediate(request)
        }
    }

    @Test("a broken POM is read once, whoever asks for it")
    func brokenOnce() throws {
        let maven = try ScratchMaven()
        let made = try maven.resolver().setup(maven.request("a:1"))
        var known = KnownProjects(
            store: maven.store, made, began: 0, target: MavenTarget(), limits: POMLimits())
        let project = ModuleVersion(group: "g", artifact: "a", version: "1")
        func put(_ text: String) throws {
            let record = POMRecord(learnt: currentTime(), url: maven.url(), bytes: Array(text.utf8))
            try maven.store.setRecord(
                kind: POMRecord.kind, key: "\(made.scope)/\(project)", value: record.encoded())
        }
        try put("<project><artifactId>a</project>")
        for _ in 0..<2 {
            #expect(throws: MavenPackagingError.self) { _ = try known.pom(of: project) }
            #expect(throws: MavenPackagingError.self) { _ = try known.description(of: project) }
            // Sound by now: whoever would read again would not see the error.
            try put(String(decoding: ScratchMaven.pom("a:1", []), as: UTF8.self))
        }
        var other = KnownProjects(
            store: maven.store, made, began: 0, target: MavenTarget(), limits: POMLimits())
        #expect(throws: Never.self) { _ = try other.description(of: project) }
    }

    @Test("a range's candidate whose POM is a web page or has a document type harms nobody but who takes it")
    func brokenCandidates() async throws {
        let maven = try ScratchMaven()
        maven.project("b:1", "a:[1,3]")
        let list =
            "<metadata><versioning><versions><version>1</version><version>2</version><version>3</version></versions></versioning></metadata>"
        maven.serve("g/a/maven-metadata.xml", Array(list.utf8))
        maven.serve("g/a/1/a-1.pom", Array("<!DOCTYPE html><html>log in</html>".utf8))
        maven.serve("g/a/2/a-2.pom", Array("<!DOCTYPE project><project/>".utf8))
        maven.serve("g/a/1/a-1.jar", ScratchMaven.jar("a:1"))
        maven.project("a:3")
        #expect(maven.names(try await maven.resolver().resolve(maven.request("b:1"))) == ["b-1.jar", "a-3.jar"])
        for (version, code) in [("1", MavenPackagingErrorCode.badXML), ("2", .hasDoctype)] {
            var request = try maven.request("a:\(version)")
            do {
                _ = try await maven.resolver().resolve(request)
                Issue.record("a:\(version) was taken")
            } catch let error as MavenPackagingError {
                #expect(error.code == code)
                #expect(error.advice?.contains("ignore-poms: [\"g:a\"]") == true)
            }
            guard version == "1" else { continue }
            request.ignoredPOMs = [Exclusion(group: "g", artifact: "a")]
            let resolution = try await maven.resolver().resolve(request)
            #expect(maven.names(resolution) == ["a-1.jar"])
            #expect(resolution.notices.contains(.ignoredPOMs([ModuleVersion(group: "g", artifact: "a", version: "1")])))
        }
    }
}
