import Testing

@testable import PythonPackaging

@Suite("Versions (PEP 440)")
struct VersionTests {
    /// PEP 440's own list of one project's releases in their order, and the spec's other summaries.
    static let ascending = [
        "0.9", "0.9.1", "0.9.10", "0.9.11", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12",
        "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0",
        "1.0+abc.5", "1.0+abc.7", "1.0+5", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1.1", "2012.4",
        "1!0.1", "1!1.0",
    ]

    @Test("versions order as PEP 440 lists them")
    func order() throws {
        let versions = try Self.ascending.map { try Version($0) }
        for (left, first) in versions.enumerated() {
            for (right, second) in versions.enumerated() {
                #expect((first < second) == (left < right), "\(first) and \(second)")
                #expect((first == second) == (left == right), "\(first) and \(second)")
            }
        }
    }

    @Test(
        "every spelling that PEP 440 accepts has one normal form",
        arguments: [
            ("1.1RC1", "1.1rc1"), ("00", "0"), ("09000", "9000"), ("1.0+foo0100", "1.0+foo0100"), ("1.1.a1", "1.1a1"),
            ("1.1-a1", "1.1a1"), ("1.1_a1", "1.1a1"), ("1.1a.1", "1.1a1"), ("1.1alpha1", "1.1a1"),
            ("1.1beta2", "1.1b2"), ("1.1c3", "1.1rc3"), ("1.1pre3", "1.1rc3"), ("1.1preview3", "1.1rc3"),
            ("1.2a", "1.2a0"), ("1.2.post-2", "1.2.post2"), ("1.2-post2", "1.2.post2"), ("1.2post2", "1.2.post2"),
            ("1.2_post_2", "1.2.post2"), ("1.0-r4", "1.0.post4"), ("1.0rev4", "1.0.post4"), ("1.2.post", "1.2.post0"),
            ("1.0-1", "1.0.post1"), ("1.2-dev2", "1.2.dev2"), ("1.2dev", "1.2.dev0"), ("1.2dev2", "1.2.dev2"),
            ("1.0+ubuntu-1", "1.0+ubuntu.1"), ("1.0+Ubuntu_1", "1.0+ubuntu.1"), ("v1.0", "1.0"), ("V1.0", "1.0"),
            (" 1.0\n", "1.0"), ("\u{A0}1.0\u{3000}", "1.0"), ("0!1.0", "1.0"), ("01!1.0", "1!1.0"),
            ("1.0.dev.", "1.0.dev0"), ("1.0a.post", "1.0a0.post0"), ("1.0--1", nil), ("1.0a--1", "1.0a0.post1"),
            ("1.0.0.0.0.0", "1.0.0.0.0.0"), ("1.2.3.4.5", "1.2.3.4.5"), ("20240101", "20240101"),
            ("0.0.0.20240101.123456789012", "0.0.0.20240101.123456789012"),
            ("1.99999999999999999999999999", "1.99999999999999999999999999"),
            ("1.0.dev20240101123456", "1.0.dev20240101123456"),
        ] as [(String, String?)])
    func normalForm(spelling: String, normal: String?) {
        #expect((try? Version(spelling))?.description == normal)
    }

    @Test(
        "what is no version is refused",
        arguments: [
            "", "french toast", "1..2", ".1", "1.", "1.0+", "1.0+a+", "1.0++", "1.0+_foobar", "1.0+foo&asd", "1.0+1+1",
            "1.0.post.a", "1.0 dev", "1.0rc1 rc2", "1!", "!1", "1!1!1", "v", "vv1", "1.0x", "1.0.*", "1.0\u{200B}",
            "१.0", "1,0", "1.0re", "1.0prev",
        ])
    func refused(text: String) {
        #expect(throws: PythonPackagingError.self) { try Version(text) }
    }

    @Test(
        "versions that differ only in trailing zeros are one key",
        arguments: [
            ("1", "1.0.0"), ("1.0rc1", "1rc1"), ("1!2", "1!2.0"), ("1+a.1", "1.0+A-1"),
            ("1", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"), ("1.0.0.0.5", "1.0.0.0.5.0"),
            ("1.2.dev1", "1.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.dev1"),
        ])
    func trailingZeros(left: String, right: String) throws {
        let (left, right) = (try Version(left), try Version(right))
        #expect(left == right)
        #expect(left.hashValue == right.hashValue)
        #expect(Set([left, right]).count == 1)
    }

    @Test("common versions take no allocation")
    func packed() throws {
        for text in ["1.2.3", "2024.12.31", "1.34.131", "0.0.0.20240401", "2.0rc1", "1.0.dev20240101", "1.0.post1"] {
            #expect(try Version(text).wide == nil, "\(text)")
        }
        #expect(try Version("1!1").wide != nil)
    }

    @Test("parts of a version can be asked for")
    func parts() throws {
        let version = try Version("1!2.3rc4.post5.dev6+Local-7")
        #expect(version.isPrerelease && version.isPostrelease && version.isDevelopmentRelease && version.isLocal)
        #expect(version.local == "local.7")
        #expect(version.withoutLocal.description == "1!2.3rc4.post5.dev6")
        #expect(version.base.description == "1!2.3")
        #expect((0...2).map { version.release($0) } == [2, 3, 0])
        #expect(Version(3, 11, 2).description == "3.11.2")
        #expect(Version(3, 11) == Version(3, 11, 0))
        #expect(Version(4_000_000_000, 4_000_000_000).description == "4000000000.4000000000")
        #expect(try Version("1.0.post1").isPrerelease == false)
        #expect(try Version("1.0.post1.dev2").isPrerelease)
    }
}

extension VersionTests {
    @Test("words that hold no version are refused")
    func words() throws {
        let version = try Version("2024.1.0rc3")
        let words = try #require(version.words)
        #expect(Version(words: words)?.description == "2024.1.0rc3")
        #expect(Version(words: (0, 0)) == nil)
        #expect(Version(words: (1 << 36, 7 << 33 | 1)) == nil)
        #expect(Version(words: (1 << 36, 4 << 33)) == nil)
        #expect(try Version("1!1").words == nil)
    }
}
