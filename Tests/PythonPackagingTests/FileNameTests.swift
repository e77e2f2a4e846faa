import Testing

@testable import PythonPackaging

@Suite("File names (PEP 427, PEP 625)")
struct FileNameTests {
    @Test("a wheel's name tells project, version, build and tags")
    func wheel() throws {
        let wheel = try WheelFilename("Foo.Bar_baz-1.0.RC1+local.1-2abc-py2.py3-none-any.whl")
        #expect(wheel.name.description == "foo-bar-baz")
        #expect(wheel.version.description == "1.0rc1+local.1")
        #expect(wheel.build?.description == "2abc")
        #expect(wheel.tagSet == "py2.py3-none-any")
        #expect(wheel.tags.count == 2)
        #expect(try WheelFilename("a-1-py3-none-any.whl").build == nil)
    }

    @Test("build tags order by number, then by text, and no tag comes first")
    func buildTags() throws {
        let builds = try ["1", "1a", "2", "10", "99999999999999999999999"].map {
            try #require(try WheelFilename("a-1-\($0)-py3-none-any.whl").build)
        }
        #expect(builds == builds.sorted())
        #expect(Set(builds).count == builds.count)
    }

    @Test(
        "a malformed wheel name is refused, and the reason told",
        arguments: [
            ("foo-1.0-py3-none-any.zip", ".whl"), ("foo-1.0-py3-none-any.WHL", ".whl"), (".whl", ".whl"),
            ("foo-1.0-py3-none.whl", "parts"), ("foo-1.0-1-2-py3-none-any.whl", "parts"),
            ("-1.0-py3-none-any.whl", "name"),
            ("foo__bar-1.0-py3-none-any.whl", "name"), ("f\u{F6}o-1.0-py3-none-any.whl", "name"),
            ("foo-x-py3-none-any.whl", "version"), ("foo--py3-none-any.whl", "version"),
            ("foo-1.0-x-py3-none-any.whl", "digit"), ("foo-1.0-py3..py2-none-any.whl", "tag"),
            ("foo-1.0-py3-none-.whl", "tag"),
        ])
    func malformedWheel(name: String, reason: String) {
        #expect { try WheelFilename(name) } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .invalidWheelFilename && error?.message.contains(reason) == true
        }
    }

    @Test("another project's files are not this project's")
    func otherProject() throws {
        let name = try PackageName("foo")
        #expect(WheelFilename("foo-1.0-py3-none-any.whl", expecting: name)?.name == name)
        #expect(WheelFilename("foo2-1.0-py3-none-any.whl", expecting: name) == nil)
        #expect(WheelFilename("fo-1.0-py3-none-any.whl", expecting: name) == nil)
        #expect(DistributionFilename("foo-1.0-py3.11.egg", expecting: name)?.version.description == "1.0")
        #expect(DistributionFilename("fo-1.0-py3.11.egg", expecting: name) == nil)
        #expect(DistributionFilename("foo-1.0.exe", expecting: name) == nil)
        #expect(DistributionFilename("foo-1.0.tar.gz.asc", expecting: name) == nil)
        let dotted = try PackageName("a-b.c")
        #expect(WheelFilename("A_B.C-1.0-py3-none-any.whl", expecting: dotted)?.name == dotted)
    }

    /// The project, a file name, and the version that it is of that project.
    @Test(
        "old names of source distributions are read with the project known",
        arguments: [
            ("foo", "foo-1.0.tar.gz", "1.0"), ("foo", "Foo-1.0.zip", "1.0"), ("foo-bar", "foo-bar-1.0.tar.gz", "1.0"),
            ("foo-bar", "foo_bar-1.0.tar.gz", "1.0"), ("foo", "foo-bar-1.0.tar.gz", nil),
            ("foo", "foo-1.0-2.tar.gz", "1.0.post2"),
            ("foo", "foo-1.0-beta1.tgz", "1.0b1"), ("foo-2", "foo-2-1.tar.gz", "1"),
            ("foo", "foo-2-1.tar.gz", "2.post1"),
            ("foo", "foo-1.0.tar.bz2", "1.0"), ("foo", "foo-1.0.tar.Z", "1.0"), ("foo", "foo-1.0.rpm", nil),
            ("foo", "foo.tar.gz", nil), ("foo", "foo-.tar.gz", nil), ("foo", "-1.0.tar.gz", nil),
            ("zope.interface", "zope.interface-4.0.5.tar.gz", "4.0.5"), ("foo", "foo-1.0-py3-none-any.whl", nil),
        ] as [(String, String, String?)])
    func sources(project: String, filename: String, version: String?) throws {
        let source = SourceDistributionFilename(filename, expecting: try PackageName(project))
        #expect(source?.version.description == version)
    }

    @Test("a source distribution's own name ends at the last dash")
    func standardSource() throws {
        let source = try SourceDistributionFilename("foo_bar-1.0.tar.gz")
        #expect((source.name.description, source.version.description) == ("foo-bar", "1.0"))
        #expect(source.format == .tarGz)
        #expect(throws: PythonPackagingError.self) { try SourceDistributionFilename("foo-1.0.tar.bz2") }
        #expect(throws: PythonPackagingError.self) { try SourceDistributionFilename("foo.tar.gz") }
    }

    @Test("names normalise by PEP 503, whatever their spelling, and compare so")
    func names() throws {
        #expect(try PackageName(" Zope.-_Interface ").description == "zope-interface")
        #expect(try PackageName("A") < PackageName("b"))
        #expect(Set(try ["foo-bar", "Foo_Bar", "foo...bar"].map { try PackageName($0) }).count == 1)
        for text in ["", "-a", "a-", "_a", "a b", "é", "a/b", "."] {
            #expect(throws: PythonPackagingError.self) { try PackageName(text) }
            #expect(throws: PythonPackagingError.self) { try ExtraName(text) }
        }
    }
}
