import Cryptography
import SystemPackage
import Testing

@testable import BaseImages

@Suite("Debian's files are read")
struct DebianTests {
    @Test("a control file has paragraphs, fields without regard to case, and folded values")
    func stanzas() {
        let text = """
            # a comment
            Package: a
            Description: short
             long
             .
             end
            Version: 1:2-3

            Package: b

            """
        let stanzas = ControlStanza.parse(text)
        #expect(stanzas.map { $0["package"] } == ["a", "b"])
        #expect(stanzas[0]["Description"] == "short\nlong\n\nend")
        #expect(stanzas[0]["VERSION"] == "1:2-3")
        #expect(ControlStanza.parse(stanzas[0].text) == [stanzas[0]])
    }

    @Test("one-line sources are cut down to the wanted suites and components, with their options")
    func lines() {
        let text = """
            deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main contrib # comment
            deb-src http://one.example/debian bookworm main
            # deb http://one.example/debian bookworm main
            deb http://two.example/debian trixie main
            deb http://three.example/debian bookworm non-free
            """
        #expect(
            AptSources.lines(in: text, suites: ["bookworm"], components: ["main"]) == [
                "deb [arch=amd64 signed-by=/k.gpg] http://one.example/debian bookworm main"
            ])
    }

    @Test("paragraphs of sources keep their keys, and lose what is not wanted or not enabled")
    func paragraphs() throws {
        let text = """
            Types: deb deb-src
            URIs: http://one.example/debian
            Suites: bookworm bookworm-updates bookworm-backports
            Components: main non-free-firmware
            Signed-By:
             -----BEGIN PGP PUBLIC KEY BLOCK-----
             .
             abc

            Types: deb
            URIs: http://off.example/
            Suites: bookworm
            Components: main
            Enabled: no
            """
        let found = AptSources.paragraphs(in: text, suites: ["bookworm", "bookworm-updates"], components: ["main"])
        #expect(found.count == 1)
        let stanza = try #require(found.first)
        #expect(stanza["Types"] == "deb")
        #expect(stanza["Suites"] == "bookworm bookworm-updates")
        #expect(stanza["Components"] == "main")
        #expect(stanza.text.contains("Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n"))
    }

    @Test("a suite that the machine does not serve is a named error with ways out")
    func noSources() {
        #expect {
            try AptSources.machine(suites: ["no-such-suite"], components: ["main"], override: "/nowhere")
        } throws: { error in
            let error = error as? BaseError
            return error?.code == .noSources && error?.advice?.contains("CHIDORI_APT_SOURCES") == true
        }
    }

    @Test(
        "an archive's date is seconds since 1970",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 UTC", 0), ("Sat, 10 May 2025 09:50:20 UTC", 1_746_870_620),
            ("Thu, 29 Feb 2024 23:59:59 UTC", 1_709_251_199), ("Tue, 31 Dec 2030 12:00:00 UTC", 1_924_948_800),
        ] as [(String, Int64)])
    func dates(_ text: String, _ seconds: Int64) {
        #expect(archiveDate(Substring(text)) == seconds)
    }

    @Test(
        "what is no date is none",
        arguments: ["", "yesterday", "Sat, 10 Mai 2025 09:50:20 UTC", "Sat, 10 May 2025 09:50:20 CET"])
    func noDates(_ text: String) {
        #expect(archiveDate(Substring(text)) == nil)
    }

    @Test("a repository's path may hold what a line of sources may not")
    func escapes() {
        #expect(LocalRepository.escaped("/a b/[c]/d-1.2_ü") == "/a%20b/%5Bc%5D/d-1.2_%C3%BC")
    }

    @Test("apt escapes a version's colon in the name of a download, and nothing else")
    func downloadNames() {
        let package = DebianPackage(
            name: "libstdc++6", version: "1:12.2.0-14+deb12u1~x", architecture: "amd64", file: "f", size: 1,
            digest: .init(of: "x"))
        #expect(package.downloadName == "libstdc++6_1%3a12.2.0-14+deb12u1~x_amd64.deb")
    }
}
