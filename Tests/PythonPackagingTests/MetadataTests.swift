import Cryptography
import Testing

@testable import PythonPackaging

@Suite("Metadata, RECORD, WHEEL and entry points")
struct MetadataTests {
    private func metadata(_ text: String) throws -> CoreMetadata {
        try CoreMetadata(Array(text.utf8), of: "foo-1.0.whl")
    }

    @Test("headers are read, and the description in the body is not")
    func core() throws {
        let metadata = try metadata(
            """
            Metadata-Version: 2.4
            Name: Foo.Bar
            Version: 1.0.RC1
            summary:  A thing\t
            License: MIT
                    and more
            License-Expression: MIT AND (Apache-2.0 OR BSD-2-Clause)
            Home-page: https://foo.example
            Requires-Python: >=3.8, <4
            Requires-Dist: bar (>=1.0)
            Requires-Dist: baz[x]>=2 ; extra == "Test_It"
            Provides-Extra: Test_It
            Provides-Extra: not a name
            Dynamic: Requires-Dist
            Description-Content-Type: text/markdown

            Requires-Dist: not-this
            Name: nor this
            """)
        #expect(metadata.metadataVersion == Version(2, 4))
        #expect(metadata.name.description == "foo-bar")
        #expect(metadata.version.description == "1.0rc1")
        #expect(metadata.summary == "A thing")
        #expect(metadata.license == "MIT\n        and more")
        #expect(metadata.licenseExpression == "MIT AND (Apache-2.0 OR BSD-2-Clause)")
        #expect(metadata.homePage == "https://foo.example")
        #expect(metadata.requiresPython?.description == "<4,>=3.8")
        #expect(metadata.requirements.map(\.description) == ["bar>=1.0", #"baz[x]>=2 ; extra == "test-it""#])
        #expect(metadata.providedExtras.map(\.description) == ["test-it"])
        #expect(metadata.dynamic == ["requires-dist"])
        #expect(!metadata.hasStaticDependencies)
    }

    @Test("line ends of every kind, a byte order mark and repeated fields are understood")
    func lineEnds() throws {
        let metadata = try metadata(
            "\u{FEFF}Name: foo\r\nVersion: 1\rRequires-Dist: a\r\n  >=1\r\nVersion: 2\n\r\nName: no\n")
        #expect(metadata.version == Version(1, 0))
        #expect(metadata.metadataVersion == Version(1, 0))
        #expect(!metadata.hasStaticDependencies)
    }

    @Test(
        "only metadata 2.2 or later that names nothing dynamic is static",
        arguments: [
            ("2.1", "", false), ("2.2", "", true), ("2.2", "Dynamic: Requires-Dist\n", false),
            ("2.3", "Dynamic: License\n", true),
        ])
    func dynamic(version: String, line: String, isStatic: Bool) throws {
        let metadata = try metadata("Metadata-Version: \(version)\nName: a\nVersion: 1\n\(line)")
        #expect(metadata.hasStaticDependencies == isStatic)
    }

    @Test(
        "broken metadata is an error about the file",
        arguments: [
            "", "Version: 1\n", "Name: foo\n", "Name: -\nVersion: 1\n", "Name: foo\nVersion: x\n",
            "Name: foo\nVersion: 1\nRequires-Dist: foo bar\n", "\nName: foo\nVersion: 1\n", "just text",
        ])
    func broken(text: String) {
        #expect { try metadata(text) } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .invalidMetadata && error?.subject == "foo-1.0.whl"
        }
    }

    @Test("what a requirement lacks is told with the field, its text and the column")
    func requirementError() {
        #expect { try metadata("Name: foo\nVersion: 1\nRequires-Dist: foo bar\n") } throws: { error in
            "\(error)".hasPrefix(
                "foo-1.0.whl: has Requires-Dist 'foo bar': expected a version specifier, ';' or the end (column 5)")
        }
    }

    @Test("WHEEL files tell the layout, and another major version is refused")
    func wheelFile() throws {
        func wheel(_ text: String) throws -> WheelMetadata { try WheelMetadata(Array(text.utf8), of: "foo.whl") }
        let metadata = try wheel(
            "Wheel-Version: 1.9\nGenerator: x\nRoot-Is-Purelib: True\nTag: py2-none-any\nTag: py3-none-any\nBuild: 1\n\n"
        )
        #expect(metadata.isPurelib && metadata.minor == 9 && metadata.build == "1" && metadata.generator == "x")
        #expect(metadata.tags.map(\.description) == ["py2-none-any", "py3-none-any"])
        #expect(try !wheel("Wheel-Version: 1.0\nRoot-Is-Purelib: false\n").isPurelib)
        #expect(try !wheel("Wheel-Version: 1.0\n").isPurelib)
        #expect { try wheel("Wheel-Version: 2.0\n") } throws: {
            ($0 as? PythonPackagingError)?.code == .unsupportedWheelVersion
        }
        for text in [
            "", "Wheel-Version: 1\n", "Wheel-Version: x.y\n", "Wheel-Version: 1.0\nTag: py3\n", "Wheel-Version: -1.0\n",
        ] {
            #expect { try wheel(text) } throws: { ($0 as? PythonPackagingError)?.code == .invalidWheelMetadata }
        }
    }

    @Test("entry points become scripts; extras and other groups are passed over")
    func entryPoints() throws {
        let points = try EntryPoints(
            """
            # a comment
            [console_scripts]
            foo = foo.cli:main
            foo-bar=foo.cli : App.run [extra, other]
             ; another
            foo = foo.cli:second

            [gui_scripts]
            fooui = foo:ui
            [other.group]
            anything = goes here
            nothing
            """, of: "foo.whl")
        #expect(
            points.consoleScripts == [
                .init(name: "foo-bar", module: "foo.cli", attribute: "App.run"),
                .init(name: "foo", module: "foo.cli", attribute: "second"),
            ])
        #expect(points.guiScripts == [.init(name: "fooui", module: "foo", attribute: "ui")])
    }

    @Test(
        "scripts that cannot be made are refused",
        arguments: [
            "foo = foo.cli", "foo", "= a:b", "../foo = a:b", "a/b = a:b", ".. = a:b", "foo = a:", "foo = :b",
            "foo = a b:c",
            "foo = a:b [x", "foo = 1a:b", "foo = a;b:c", "foo = a..b:c", "foo\0 = a:b", "foo = a:b()", "foo = a:b\\n",
        ])
    func refusedScripts(line: String) {
        #expect { try EntryPoints("[console_scripts]\n\(line)\n", of: "foo.whl") } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .invalidEntryPoints && error?.message.contains("line 2") == true
        }
    }

    private let digest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"

    @Test("RECORD is read with quotes and line ends of every kind, and printed again")
    func record() throws {
        let text =
            "a.py,sha256=\(digest),0\r\n\"b, \"\"c\"\".py\",sha256=\(digest)=,12\n\nfoo-1.dist-info/RECORD,,\nx,sha512=AA,1"
        let record = try WheelRecord(Array(text.utf8), of: "foo.whl")
        let empty = SHA256Digest(hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(record.entries.map(\.path) == ["a.py", "b, \"c\".py", "foo-1.dist-info/RECORD", "x"])
        #expect(record.entries.map(\.sha256) == [empty, empty, nil, nil])
        #expect(record.entries.map(\.size) == [0, 12, nil, 1])
        #expect(record.entries[3].otherHash == "sha512=AA")
        let printed =
            "a.py,sha256=\(digest),0\n\"b, \"\"c\"\".py\",sha256=\(digest),12\nfoo-1.dist-info/RECORD,,\nx,sha512=AA,1\n"
        #expect(record.text == printed)
        #expect(try WheelRecord(Array(printed.utf8), of: "foo.whl") == record)
    }

    @Test(
        "a malformed RECORD is an error with its row",
        arguments: [
            "a.py", "a.py,", "a.py,,,", ",,", "a.py,sha256=short,1", "a.py,,x", "a.py,,-1", "\"a.py,,", "\"a\"b,,",
            "a.py,md5,1",
            "a.py,,99999999999999999999999",
        ])
    func brokenRecord(row: String) {
        #expect { try WheelRecord(Array("ok.py,,\n\(row)\n".utf8), of: "foo.whl") } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .invalidRecord && error?.message.contains("row 2") == true
        }
    }
}
