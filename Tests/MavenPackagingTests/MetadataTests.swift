import Testing

@testable import MavenPackaging

@Suite("Metadata, checksums and settings")
struct MetadataTests {
    @Test("versions, the latest and the release are read")
    func versions() throws {
        let text = """
            <metadata><versioning><latest>2-SNAPSHOT</latest><release>1.1</release><versions><version>1.0</version>
            <version>1.1</version></versions><lastUpdated>20260102030405</lastUpdated></versioning></metadata>
            """
        let metadata = try RepositoryMetadata(Array(text.utf8), subject: "x")
        #expect(metadata.versions == ["1.0", "1.1"])
        #expect(metadata.latest == "2-SNAPSHOT")
        #expect(metadata.release == "1.1")
    }

    @Test("a snapshot's file has its time and number in its name")
    func snapshots() throws {
        let text = """
            <metadata><versioning><snapshot><timestamp>20260102.030405</timestamp><buildNumber>7</buildNumber></snapshot>
            <snapshotVersions><snapshotVersion><extension>jar</extension><value>1.0-20260102.030405-6</value>
            <updated>20260102030405</updated></snapshotVersion><snapshotVersion><classifier>x</classifier>
            <extension>jar</extension><value>1.0-20260102.030405-5</value></snapshotVersion></snapshotVersions>
            </versioning></metadata>
            """
        let metadata = try RepositoryMetadata(Array(text.utf8), subject: "x")
        let module = ModuleName(group: "g", artifact: "a")
        func version(_ key: ArtifactKey) -> String? { metadata.fileVersion(of: key, version: "1.0-SNAPSHOT")?.text }
        #expect(version(ArtifactKey(module)) == "1.0-20260102.030405-6")
        #expect(version(ArtifactKey(module, classifier: "x")) == "1.0-20260102.030405-5")
        #expect(version(ArtifactKey(module, fileExtension: "pom")) == "1.0-20260102.030405-7")
        let local = "<metadata><versioning><snapshot><localCopy>true</localCopy></snapshot></versioning></metadata>"
        let copied = try RepositoryMetadata(Array(local.utf8), subject: "x")
        #expect(copied.fileVersion(of: ArtifactKey(module), version: "1.0-SNAPSHOT")?.text == "1.0-SNAPSHOT")
    }

    @Test("a web page is no metadata")
    func webPage() {
        #expect { try RepositoryMetadata(Array("<html></html>".utf8), subject: "x") } throws: { error in
            (error as? MavenPackagingError)?.advice?.contains("web page") == true
        }
    }

    @Test(
        "checksum files are read in every form that tools give them",
        arguments: [
            "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709", "da39a3ee5e6b4b0d3255bfef95601890afd80709  a.jar\n",
            "da39a3ee5e6b4b0d3255bfef95601890afd80709 *./a.jar",
            "SHA1(a.jar)= da39a3ee5e6b4b0d3255bfef95601890afd80709\n",
            "a.jar: DA39 A3EE 5E6B 4B0D 3255  BFEF 9560 1890 AFD8 0709",
            "SHA1 (a.jar) = da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "\nda39a3ee5e6b4b0d3255bfef95601890afd80709 /home/x/a.jar\r\n",
            "a.jar = da39a3ee5e6b4b0d3255bfef95601890afd80709",
        ])
    func checksums(_ text: String) {
        #expect(ChecksumFile.digits(in: text.utf8, of: .sha1) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
    }

    @Test(
        "what is no checksum is none",
        arguments: ["", "<html>404</html>", "da39a3ee", "zz39a3ee5e6b4b0d3255bfef95601890afd80709"])
    func noChecksum(_ text: String) { #expect(ChecksumFile.digits(in: text.utf8, of: .sha1) == nil) }

    @Test(
        "mirrors stand for whom their pattern names",
        arguments: [
            ("*", "r", "https://h/", true), ("r", "r", "https://h/", true), ("s", "r", "https://h/", false),
            ("external:*", "r", "https://h/", true), ("external:*", "r", "http://localhost:8081/", false),
            ("external:*", "r", "file:///x", false), ("external:http:*", "r", "http://h/", true),
            ("external:http:*", "r", "https://h/", false), ("*,!r", "r", "https://h/", false),
            ("*,!s", "r", "https://h/", true),
            ("!r,*", "r", "https://h/", false), ("a, r ,b", "r", "https://h/", true),
            ("external:*,!r", "r", "https://h/", false),
            ("r,!r", "r", "https://h/", true),
        ])
    func mirrors(_ of: String, _ id: String, _ url: String, _ matches: Bool) {
        let rules = MirrorRules([.init(id: "m", url: "https://m/", of: of, isBlocked: false)])
        #expect((rules.mirror(of: id, url: url) != nil) == matches)
    }

    @Test("settings say mirrors, servers, repositories of active profiles, and where the local repository is")
    func settings() throws {
        let text = """
            <settings><localRepository>${user.home}/repo</localRepository><offline>true</offline>
            <mirrors><mirror><id>m</id><url>https://m/</url><mirrorOf>*</mirrorOf></mirror></mirrors>
            <servers><server><id>m</id><username>ana</username><password>${env.SECRET}</password>
            <configuration><httpHeaders><property><name>X-Token</name><value>${env.SECRET}</value></property></httpHeaders>
            </configuration></server></servers>
            <proxies><proxy><host>proxy.invalid</host></proxy></proxies>
            <profiles><profile><id>on</id><repositories><repository><id>r</id><url>https://r/</url></repository></repositories>
            </profile><profile><id>off</id><repositories><repository><id>s</id><url>https://s/</url></repository></repositories>
            </profile><profile><id>jdk</id><activation><jdk>17</jdk></activation><repositories><repository><id>t</id>
            <url>https://t/</url><snapshots><enabled>false</enabled></snapshots></repository></repositories></profile></profiles>
            <activeProfiles><activeProfile>on</activeProfile></activeProfiles></settings>
            """
        let settings = try MavenSettings(
            Array(text.utf8), subject: "settings.xml", environment: ["SECRET": "s3cret"], home: "/home/ana")
        #expect(settings.localRepository == "/home/ana/repo")
        #expect(settings.isOffline)
        #expect(settings.servers.first?.password == "s3cret")
        #expect(settings.servers.first?.headers == [.init(name: "X-Token", value: "s3cret")])
        #expect(settings.proxies == ["proxy.invalid"])
        let repositories = settings.repositories(for: MavenTarget())
        #expect(repositories.map(\.id) == ["r", "t"])
        #expect(repositories.map(\.hasSnapshots) == [true, false])
    }
}
