import Testing

@testable import PythonPackaging

@Suite("Eggs: their names, and what EGG-INFO says")
struct EggTests {
    @Test(
        "an egg's name tells project, version, Pythons and platform",
        arguments: [
            ("foo-1.0-py3.11.egg", "foo", "1.0", "any machine, Python 3.11"),
            ("Foo_Bar.baz-1.0_beta1-py3.11.egg", "foo-bar-baz", "1.0b1", "any machine, Python 3.11"),
            ("foo-1.0_r123-py2.7.egg", "foo", "1.0.post123", "any machine, Python 2.7"),
            ("foo-1.0_2-py2.7.egg", "foo", "1.0.post2", "any machine, Python 2.7"),
            ("foo-1!2.0+cu_118-py3.9.egg", "foo", "1!2.0+cu.118", "any machine, Python 3.9"),
            ("foo-1.0-py3.11-linux-x86_64.egg", "foo", "1.0", "linux-x86_64, Python 3.11"),
            ("foo-1.0-py3.9-linux-aarch64.egg", "foo", "1.0", "linux-aarch64, Python 3.9"),
            ("foo-1.0-py2.7-macosx-10.9-x86_64.egg", "foo", "1.0", "macosx-10.9-x86_64, Python 2.7"),
            ("foo-1.0-py3.8-win32.egg", "foo", "1.0", "win32, Python 3.8"),
            ("foo-1.0-py3.8-win-amd64.egg", "foo", "1.0", "win-amd64, Python 3.8"),
            ("foo-1.0-py3.egg", "foo", "1.0", "any machine, Python 3"),
            ("foo-1.0-py311.egg", "foo", "1.0", "any machine, Python 3.11"),
            ("foo-1.0-py2.py3.egg", "foo", "1.0", "any machine, Python 2 or 3"),
            ("foo-1.0-py2.7.py3.11.egg", "foo", "1.0", "any machine, Python 2.7 or 3.11"),
            ("foo-1.0-py3.13t-linux-x86_64.egg", "foo", "1.0", "linux-x86_64, Python 3.13t"),
            ("foo-1.0.egg", "foo", "1.0", "any machine, any Python"),
        ])
    func filename(text: String, name: String, version: String, target: String) throws {
        let egg = try EggFilename(text)
        #expect(egg.name.description == name)
        #expect(egg.version.description == version)
        let pythons = egg.pythons.map(\.description).joined(separator: " or ")
        #expect("\(egg.platform ?? "any machine"), \(pythons.isEmpty ? "any Python" : "Python \(pythons)")" == target)
        #expect(EggFilename(text, expecting: try PackageName(name)) == egg)
        #expect(EggFilename(text, expecting: try PackageName("other")) == nil)
    }

    @Test(
        "a malformed egg name is refused, and the reason told",
        arguments: [
            ("foo-1.0-py3.11.whl", ".egg"), (".egg", ".egg"), ("foo.egg", "no version"), ("-1.0.egg", "project"),
            ("foo-.egg", "version"), ("foo-one-py3.11.egg", "version"), ("foo-1.0-cp311.egg", "Python"),
            ("foo-1.0-py.egg", "Python"), ("foo-1.0-py3.11.2.egg", "Python"), ("foo-1.0-py3.x.egg", "Python"),
            ("foo-1.0-3.11.egg", "Python"), ("foo-1.0-py3.11-.egg", "platform"), ("f\u{F6}o-1.0.egg", "project"),
            ("foo-1.0-py99999.11.egg", "Python"), ("a/b-1.0.egg", "project"),
        ])
    func malformed(name: String, reason: String) {
        let error = #expect(throws: PythonPackagingError.self) { try EggFilename(name) }
        #expect(error?.code == .invalidEggFilename)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("an egg runs on its own X.Y and platform, and on no other")
    func fit() throws {
        let here = TargetPlatform(.x86_64, .glibc(major: 2, minor: 36))
        let python = PythonVersion(3, 11, 2)
        func misfit(
            _ rest: String, _ python: PythonVersion = python, _ platform: TargetPlatform = here
        ) throws -> EggFilename.Misfit? {
            try EggFilename("foo-1.0\(rest).egg").misfit(python: python, platform: platform)
        }
        for fitting in ["", "-py3", "-py3.11", "-py2.py3", "-py311", "-py3.11-linux-x86_64", "-py3.11-Linux-x86_64"] {
            #expect(try misfit(fitting) == nil, "\(fitting)")
        }
        for other in ["-py2", "-py2.7", "-py3.10", "-py3.1", "-py3.12", "-py3.11t", "-py3.10-linux-x86_64"] {
            #expect(try misfit(other) == .python, "\(other)")
        }
        for other in ["linux-aarch64", "linux-i686", "win32", "win-amd64", "macosx-10.9-x86_64", "any"] {
            #expect(try misfit("-py3.11-" + other) == .platform, "\(other)")
        }
        #expect(try misfit("-py3.11-manylinux2014_x86_64") == nil)
        #expect(try misfit("-py3.11-manylinux_2_39_x86_64") == .platform)
        #expect(try misfit("-py3.11-linux-aarch64", python, TargetPlatform(.aarch64, .musl(major: 1, minor: 2))) == nil)
        let threaded = PythonVersion(3, 13, isFreeThreaded: true)
        #expect(try misfit("-py3.13", threaded) == nil)
        #expect(try misfit("-py3.13-linux-x86_64", threaded) == .freeThreaded)
        #expect(try misfit("-py3.13t-linux-x86_64", threaded) == nil)
        #expect(try misfit("-py3.13.py3.13t-linux-x86_64", PythonVersion(3, 13)) == nil)
    }

    private func requirements(_ text: String) throws -> EggRequirements {
        try EggRequirements(Array(text.utf8), of: "demo.egg")
    }

    @Test("sections of requires.txt become markers")
    func sections() throws {
        let needed = try requirements(
            """
            # what it needs
            six >= 1.2   # always
            foo[bar]<2; python_version < "3"

            [Test_Suite]
            pytest

            [:python_version<"3.9"]
            importlib-resources>=1.3
            [docs : sys_platform == "win32" or os_name == "nt"]
            sphinx \\
              >= 4
            url @ https://example.org/url-1.0.zip#sha256=00
            [my extra!]
            [:]
            always
            """)
        #expect(
            needed.requirements.map(\.description) == [
                "six>=1.2", "foo[bar]<2 ; python_version < \"3\"", "pytest ; extra == \"test-suite\"",
                "importlib-resources>=1.3 ; python_version < \"3.9\"",
                "sphinx>=4 ; (sys_platform == \"win32\" or os_name == \"nt\") and extra == \"docs\"",
                "url @ https://example.org/url-1.0.zip#sha256=00 ; "
                    + "(sys_platform == \"win32\" or os_name == \"nt\") and extra == \"docs\"",
                "always",
            ])
        #expect(needed.extras.map(\.description) == ["test-suite", "docs", "my-extra"])
        #expect(try requirements("").requirements.isEmpty)
        #expect(try requirements("a\r\nb\rc\u{2028}d").requirements.count == 4)
    }

    @Test("a section's condition and a requirement's own must both hold")
    func conditions() throws {
        let needed = try requirements("[x:python_version<'3']\nfoo; os_name=='nt' or os_name=='posix'\n")
        #expect(
            needed.requirements.map(\.description) == [
                "foo ; python_version < \"3\" and (os_name == \"nt\" or os_name == \"posix\") and extra == \"x\""
            ])
    }

    @Test(
        "a broken requires.txt is refused with line and section",
        arguments: [
            ("six\n=1.0\n", "line 2 of requires.txt the requirement '=1.0'"),
            ("six\n\n[test]\n# c\nfoo >= \n", "line 5 of requires.txt, section [test] the requirement 'foo >='"),
            ("[test\nfoo\n", "line 1 of requires.txt the section '[test': has no ']'"),
            ("a\n[]\nfoo\n", "line 2 of requires.txt the section '[]': names neither"),
            ("[!!]\n", "is not the name of an extra"),
            ("[x:python_version is 3]\n", "the section '[x:python_version is 3]': expected an operator"),
            ("[x:nonsense == '3']\n", "(column 1 of the condition)"),
            ("[x] # comment\nfoo\n", "has no ']'"),
            ("six\nfoo bar\n", "(column 5)"),
        ])
    func broken(text: String, expected: String) {
        let error = #expect(throws: PythonPackagingError.self) { try requirements(text) }
        #expect(error?.code == .invalidEggRequirements)
        #expect(error?.subject == "demo.egg")
        #expect(error?.message.contains(expected) == true, "\(error?.message ?? "")")
        #expect(error?.advice != nil)
    }

    @Test("a requires.txt that is not UTF-8 is refused")
    func notUnicode() {
        let error = #expect(throws: PythonPackagingError.self) {
            try EggRequirements([0x66, 0xFF, 0x0A], of: "demo.egg")
        }
        #expect(error?.code == .invalidEggRequirements)
        #expect(error?.message.contains("UTF-8") == true)
    }

    private func metadata(_ files: [String: String]) throws -> EggMetadata {
        try EggMetadata(of: "demo.egg") { files[$0].map { Array($0.utf8) } }
    }

    @Test("PKG-INFO becomes METADATA with what requires.txt says")
    func metadataText() throws {
        let own = "Metadata-Version: 1.1\nName: demo\nVersion: 1.0\nDescription: one\n        two\n"
        let egg = try metadata(["PKG-INFO": own, "requires.txt": "six\n[x]\nfoo\n"])
        #expect(
            String(decoding: egg.text, as: UTF8.self) == """
                Metadata-Version: 2.1
                Name: demo
                Version: 1.0
                Description: one
                        two
                Provides-Extra: x
                Requires-Dist: six
                Requires-Dist: foo ; extra == "x"

                """)
        #expect(egg.core.requirements.count == 2)
        #expect(egg.core.providedExtras.map(\.description) == ["x"])
    }

    @Test("requires.txt stands in place of what PKG-INFO repeats, and the body stays")
    func repeated() throws {
        let own = """
            Metadata-Version: 2.4
            Name: demo
            Version: 1.0
            Provides-Extra: old
            Requires-Dist: old;
              extra == "old"
            Requires-Python: >=3.8

            A body.
            Requires-Dist: none
            """
        let egg = try metadata(["PKG-INFO": own, "requires.txt": "six\n"])
        #expect(
            String(decoding: egg.text, as: UTF8.self) == """
                Metadata-Version: 2.4
                Name: demo
                Version: 1.0
                Requires-Python: >=3.8
                Requires-Dist: six

                A body.
                Requires-Dist: none
                """)
        #expect(try metadata(["PKG-INFO": own]).core.requirements.map(\.name.description) == ["old"])
        #expect(
            try metadata(["PKG-INFO": own, "depends.txt": "seven\n"]).core.requirements.map(\.name.description)
                == ["seven"])
        let unended = try metadata(["PKG-INFO": "Name: demo\nVersion: 1.0", "requires.txt": "six"])
        #expect(unended.core.requirements.count == 1)
    }

    @Test("an egg without PKG-INFO is refused")
    func missing() {
        let error = #expect(throws: PythonPackagingError.self) { try metadata(["requires.txt": ""]) }
        #expect(error?.message.contains("PKG-INFO") == true)
    }
}
