import Archive
import ContentStore
import Cryptography
import Preflight
import TestSupport
import Testing
import Workers

@testable import EnvironmentBuilder

@Suite("What jars hold")
struct JarContentTests {
    /// A class for a Java, and something that tells it from others.
    private func member(_ path: String, java: Int, _ word: String = "") -> CraftedZip.Member {
        CraftedZip.Member(
            bytes: Array("\(path).class".utf8), [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, UInt8(java + 44)] + Array(word.utf8))
    }

    private func content(_ members: CraftedZip.Member...) throws -> JarContent {
        try JarContent(of: MemorySource(CraftedZip(members).bytes))
    }

    @Test("classes, their Java, libraries, signatures and seals are read")
    func read() throws {
        let found = try content(
            .init("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\r\nSealed: true\r\n\r\nName: x\r\n"),
            member("org/lib/A", java: 8), member("org/lib/B", java: 17),
            member("META-INF/versions/21/org/lib/A", java: 21),
            .init("META-INF/native/linux64/liba.so", "x"), .init("META-INF/KEY.SF", "x"), .init("META-INF/KEY.RSA", "x")
        )
        #expect(found.classes.count == 2 && found.classes.className(1) == "org.lib.B")
        #expect(found.java == 17 && found.signers == ["KEY"] && found.isSealed && found.nativeProcessors == ["x86_64"])
        let plain = try content(
            .init("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n\nName: org/lib/\nSealed: true\n"),
            .init("META-INF/KEY.SF", "x"),
            .init("a.txt", "x"))
        #expect(plain.seals("org.lib") && !plain.seals("org") && !plain.seals("org.lib.inner"))
        let open = try content(.init("META-INF/MANIFEST.MF", "Sealed: true\n\nName: org/open/\nSealed: false\n"))
        #expect(open.seals("org.lib") && !open.seals("org.open"))
        let long = try content(.init("META-INF/MANIFEST.MF", "A: b\r\n\r\nName: org/lo\r\n ng/\r\nSealed: true\r\n"))
        #expect(long.seals("org.long"))
    }

    @Test("the class that needs the newest Java counts, wherever it stands", arguments: 0..<9)
    func newest(_ place: Int) throws {
        let members = (0..<9).map { member("org/lib/C\($0)", java: $0 == place ? 21 : 8) }
        #expect(try JarContent(of: MemorySource(CraftedZip(members).bytes)).java == 21)
    }

    @Test("what is kept of a jar is what was read, and damage is no jar")
    func record() throws {
        let found = try content(
            member("org/lib/A", java: 8), member("B", java: 11), .init("linux/aarch64/liba.so", "x"))
        #expect(try JarContent(record: found.record) == found)
        let record = found.record
        for cut in 0..<record.count {
            #expect(throws: (any Error).self) { try JarContent(record: Array(record.prefix(cut))) }
        }
        for index in record.indices {
            var damaged = record
            damaged[index] ^= 0xFF
            _ = try? JarContent(record: damaged).classes.className(0)
        }
    }

    @Test("a jar is opened once, and one that is no zip is told by its own name")
    func kept() throws {
        let scratch = try Scratch("jars")
        let contents = JarContents(store: ContentStore(at: scratch.file("data")), workers: Workers(count: 2))
        let good = CraftedZip([member("org/lib/A", java: 8)]).bytes
        let source = { (bytes: [UInt8]) in
            JarContents.Source(digest: SHA256Digest(of: bytes)) { MemorySource(bytes, name: "some.jar") }
        }
        let outcomes = try contents.contents(of: [source(good), source(Array("<html>".utf8)), source(good)])
        #expect(try outcomes[0].get().classes.count == 1 && outcomes[2].get() == outcomes[0].get())
        #expect(throws: ArchiveError.self) { try outcomes[1].get() }
        let again = try contents.contents(of: [
            JarContents.Source(digest: SHA256Digest(of: good)) {
                throw ArchiveError(.unreadable, "x", "was opened again")
            }
        ])
        #expect(try again[0].get() == outcomes[0].get())
    }

    @Test("a jar of a hundred thousand classes, absurd names and all, is read in a moment")
    func large() throws {
        var zip = CraftedZip((0..<60_000).map { .init("org/p\($0 / 50)/C\($0).class") })
        zip.members += [
            .init("/../../etc/passwd.class"), .init("a\u{0}b\u{1B}[31m.class"), .init("////.class"), .init(".class"),
        ]
        zip.members.append(.init(bytes: [0xFF, 0xFE] + Array(".class".utf8), []))
        zip.zip64 = true
        let bytes = zip.bytes
        let clock = ContinuousClock()
        var found = JarContent()
        let time = try clock.measure { found = try JarContent(of: MemorySource(bytes)) }
        #expect(found.classes.count == 60_004)
        // Without optimisation.
        #expect(time < .seconds(20))
    }

    @Test(
        "the Java of a base is told by its packages",
        arguments: [
            ("openjdk-17-jre-headless", 17), ("temurin-21-jdk", 21), ("zulu17-jre", 17), ("ca-certificates-java", nil),
            ("java-common", nil), ("default-jre-headless", nil), ("libjdk-1", nil),
        ])
    func bases(package: String, java: Int?) {
        #expect(JavaRuntime.version(ofPackage: package) == java)
    }
}
