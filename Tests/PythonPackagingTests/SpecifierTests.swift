import Testing

@testable import PythonPackaging

@Suite("Version specifiers (PEP 440)")
struct SpecifierTests {
    /// A clause, a version, and whether the one admits the other: the examples of the specification's own text.
    @Test(
        "clauses admit what PEP 440 says they admit",
        arguments: [
            ("~=2.2", "2.2", true), ("~=2.2", "2.10", true), ("~=2.2", "3.0", false), ("~=2.2", "2.2.post3", true),
            ("~=1.4.5", "1.4.9", true), ("~=1.4.5", "1.5", false), ("~=2.2.post3", "2.2", false),
            ("~=2.2.post3", "2.3", true), ("~=1.4.5a4", "1.4.5a3", false), ("~=1.4.5a4", "1.4.6", true),
            ("~=2.2.0", "2.2.7", true), ("~=2.2.0", "2.3", false), ("~=1!1.4", "1!1.9", true),
            ("==1.1", "1.1.post1", false), ("==1.1.post1", "1.1.post1", true), ("==1.1.*", "1.1.post1", true),
            ("==1.1.*", "1.1a1", true), ("==1.1", "1.1.dev1", false), ("==1.1", "1.1a1", false),
            ("==1.1", "1.1.0", true), ("==1.1.0", "1.1", true), ("==1.1.dev1", "1.1.dev1", true),
            ("==1.0", "1.0+local", true), ("==1.0+local", "1.0+LOCAL", true), ("==1.0+local", "1.0", false),
            ("==1.0+a.b", "1.0+a-b", true), ("==1.0.*", "1.0+local", true), ("==1.*", "1!1.0", false),
            ("==1.0.0.*", "1", true), ("==1.0.0.*", "1rc1", true), ("==1.1.*", "1", false),
            ("!=1.1", "1.1.post1", true), ("!=1.1.*", "1.1.post1", false), ("!=1.0", "1.0+local", false),
            ("<=1.0", "1.0+local", true), (">=1.0", "1.0+local", true), ("<=1.0", "1.0.post1", false),
            (">=1.0", "1.0rc1", false), ("<1.0", "1.0rc1", false), ("<1.0rc1", "1.0b9", true),
            ("<1.0.post1", "1.0.post1.dev3", false), ("<1.0.post1", "1.0", true), ("<1.0", "0.9.post3", true),
            (">1.7", "1.7.1", true), (">1.7", "1.7.0.post1", false), (">1.7", "1.7.post1", false),
            (">1.7.post2", "1.7.1", true), (">1.7.post2", "1.7.post3", true), (">1.7.post2", "1.7.0", false),
            (">1.7", "1.7+local", false), (">1.7rc1", "1.7rc1.post1", false), (">1.7rc1", "1.7rc1+x", false),
            (">1.7.dev1", "1.7.dev1+x", false), (">1.7rc1", "1.7", true), (">1.7", "1!0.1", true),
            ("===1.0", "1.0", true), ("===1.0", "1.0.0", false), ("===1.0RC1", "1.0rc1", true),
            ("===foobar", "1.0", false), ("<=1.1.dev1", "1.1.dev1+x", true),
        ])
    func admits(clause: String, version: String, isAdmitted: Bool) throws {
        #expect(try SpecifierSet(clause).contains(try Version(version)) == isAdmitted)
    }

    @Test(
        "what is no specifier is refused, and the column tells where",
        arguments: [
            ("1.0", 1), ("=1.0", 1), ("=>1.0", 1), (">=", 3), (">=1.0.*", 6), ("~=1", 3), ("~=1.0.*", 6),
            ("==1.0.*.*", 8), ("==1.0a1.*", 8), (">=1.0+local", 6), ("==1.0+", 6), (">=1.0 2.0", 7), ("==1.0+a_", 8),
            (">=1.0,<2 0", 10), ("!==1.0", 3), ("é", 1), (">=1.0, é", 8),
        ])
    func refused(text: String, column: Int) {
        #expect { try SpecifierSet(text) } throws: { error in
            (error as? PythonPackagingError)?.code == .invalidSpecifier
                && (error as? PythonPackagingError)?.column == column
        }
    }

    @Test("sets that say the same are equal, whatever their order and spelling")
    func equality() throws {
        #expect(try SpecifierSet("<2, >=1.0 ,") == SpecifierSet(">=1,<2.0"))
        #expect(try SpecifierSet(">=1,>=1.0").specifiers.count == 1)
        #expect(try SpecifierSet("~=1.0.0") != SpecifierSet("~=1.0"))
        #expect(try SpecifierSet("==1.0.*") != SpecifierSet("==1.*"))
        #expect(try SpecifierSet(" >= v1.0-RC.1 , != 2.* ").description == "!=2.*,>=1.0rc1")
        #expect(try SpecifierSet("").contains(Version("1.0.dev1")))
    }

    @Test("pre-releases are kept out unless asked for, named, or all that there is")
    func prereleases() throws {
        let versions = try ["1.0", "1.1a1", "1.1"].map { try Version($0) }
        #expect(try SpecifierSet(">=1").filter(versions).map(\.description) == ["1.0", "1.1"])
        #expect(try SpecifierSet(">=1").filter(versions, prereleases: true).count == 3)
        #expect(try SpecifierSet(">=1.1a0").filter(versions).map(\.description) == ["1.1a1", "1.1"])
        #expect(try SpecifierSet(">1.0,<1.1").filter(versions).isEmpty)
        #expect(try SpecifierSet("==1.1a1").filter(versions).map(\.description) == ["1.1a1"])
        #expect(try SpecifierSet(">1.0,!=1.1").filter(versions).map(\.description) == ["1.1a1"])
        #expect(try SpecifierSet(">1.0,!=1.1").filter(versions, prereleases: false).isEmpty)
        #expect(try !SpecifierSet(">=1").contains(Version("2a1"), prereleases: false))
        #expect(try SpecifierSet("!=1.1a1").prereleases == nil)
    }

    @Test("matches are ascending disjoint ranges of indices")
    func matches() throws {
        let versions = try ["0.9", "1.0", "1.1.dev1", "1.1", "1.1+x", "1.2", "1.3", "2.0rc1", "2.0"].map {
            try Version($0)
        }
        #expect(try SpecifierSet("").matches(in: versions) == [0..<9])
        #expect(try SpecifierSet(">=1.0,!=1.1,<2").matches(in: versions) == [1..<3, 5..<7])
        #expect(try SpecifierSet("!=0.9,!=2.0,!=1.2").matches(in: versions) == [1..<5, 6..<8])
        #expect(try SpecifierSet("===1.1,>1").matches(in: versions) == [3..<4])
        #expect(try SpecifierSet(">2").matches(in: versions) == [])
        #expect(try SpecifierSet(">=1").matches(in: []) == [])
    }

    @Test("only == and === pin a version, as a yanked file asks")
    func pins() throws {
        #expect(try SpecifierSet("==1.0").hasPin)
        #expect(try SpecifierSet("===1.0").hasPin)
        #expect(try !SpecifierSet("==1.0.*,>=1,~=1.0").hasPin)
    }

    @Test(
        "a requires-python names a Python where it admits one minor version alone",
        arguments: [
            ("==3.11.*", "3.11"), (">=3.11,<3.12", "3.11"), ("~=3.11.2", "3.11.2"), ("==3.11.4", "3.11.4"),
            (">=3.14,<3.15,!=3.14.0", "3.14.1"), ("", nil), (">=3.8", nil), (">=3.11,<3.13", nil), ("<3", nil),
            (">3.11,<3.11", nil),
        ] as [(String, String?)])
    func onlyPython(text: String, python: String?) throws {
        #expect(try SpecifierSet(text).onlyPython?.description == python)
    }

    /// Mistakes that real metadata holds, and what installers read in them.
    @Test(
        "known mistakes of real metadata are mended when read leniently",
        arguments: [
            (">=7.2.0<8.0.0", ">=7.2.0,<8.0.0"), ("!=~5.0,>=4.12", "!=5.0.*,>=4.12"), ("!=~5", "!=5.*"),
            (">=1.9.*", ">=1.9"), (">=1.*", ">=1"), ("<3.4.*,>=2.7,!=3.0.*", ">=2.7,!=3.0.*,<3.4"),
            (">=2.7,!=3.0*,!=3.1*", ">=2.7,!=3.0.*,!=3.1.*"), (">=3.6,", ">=3.6"), (">= '2.7'", ">=2.7"),
            (#">="3.6""#, ">=3.6"), (">=2.7, !=3.1.*', !=3.3.*'", ">=2.7,!=3.1.*,!=3.3.*"), (">dev", ">0.0.0.dev0"),
            (">=9.0.0a1.0", ">=9.0.0a1"), (">=9a1.0", ">=9a1"), (">=1.0 <2", ">=1.0,<2"),
            (">=1!2.0<1!3", ">=1!2.0,<1!3"),
        ])
    func lenient(text: String, meaning: String) throws {
        #expect(try SpecifierSet(lenient: text) == SpecifierSet(meaning))
    }

    @Test("what cannot be mended is an error about the text as given")
    func notMended() {
        #expect { try SpecifierSet(lenient: "newest please") } throws: {
            ($0 as? PythonPackagingError)?.subject == "newest please"
        }
    }
}
