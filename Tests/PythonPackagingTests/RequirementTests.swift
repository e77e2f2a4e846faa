import Testing

@testable import PythonPackaging

@Suite("Requirements (PEP 508)")
struct RequirementTests {
    /// The requirements that PEP 508 gives as examples, and spellings from before it.
    @Test(
        "requirements have one canonical text",
        arguments: [
            ("A", "a"), ("A.B-C_D", "a-b-c-d"), ("aa", "aa"), ("name", "name"), ("name<=1", "name<=1"),
            ("name>=3", "name>=3"), ("name>=3,<2", "name<2,>=3"), ("name@http://foo.com", "name @ http://foo.com"),
            (
                "name [fred,bar] @ http://foo.com ; python_version=='2.7'",
                #"name[bar,fred] @ http://foo.com ; python_version == "2.7""#
            ),
            (
                "name[quux, strange];python_version<'2.7' and platform_version=='2'",
                #"name[quux,strange] ; python_version < "2.7" and platform_version == "2""#
            ),
            (
                "name; os_name=='a' or os_name=='b'", #"name ; os_name == "a" or os_name == "b""#
            ),
            (
                "name; os_name=='a' and os_name=='b' or os_name=='c'",
                #"name ; os_name == "a" and os_name == "b" or os_name == "c""#
            ),
            (
                "name; os_name=='a' and (os_name=='b' or os_name=='c')",
                #"name ; os_name == "a" and (os_name == "b" or os_name == "c")"#
            ),
            (
                #"requests [security,tests] >= 2.8.1, == 2.8.* ; python_version < "2.7""#,
                #"requests[security,tests]==2.8.*,>=2.8.1 ; python_version < "2.7""#
            ),
            (
                "pip @ https://github.com/pypa/pip/archive/1.3.1.zip#sha1=da9234ee",
                "pip @ https://github.com/pypa/pip/archive/1.3.1.zip#sha1=da9234ee"
            ),
            ("foo (>=1.0)", "foo>=1.0"), ("foo(>=1.0,)", "foo>=1.0"), ("foo ()", "foo"), ("foo[]", "foo"),
            ("foo>=1.0,\t<2 ", "foo<2,>=1.0"), ("foo[A_b,a.B]", "foo[a-b]"), (" foo\n", "foo"),
            ("foo===x.y.z", "foo===x.y.z"),
        ])
    func canonical(text: String, canonical: String) throws {
        let requirement = try Requirement(text)
        #expect(requirement.description == canonical)
        #expect(try Requirement(canonical) == requirement)
    }

    @Test(
        "what is no requirement is refused, and the column tells where",
        arguments: [
            ("", 1), ("-foo", 1), ("foo bar", 5), ("foo-", 1), ("foo>=", 6), ("foo>=1.0,,<2", 10), ("foo (>=1.0", 11),
            ("foo[", 5), ("foo[a b]", 7), ("foo[a,]", 7), ("foo @", 6), ("foo @ url x", 11),
            ("foo; python_version", 20), ("foo; python_version >= 3", 24), ("foo; 'a' = 'b'", 10),
            ("foo; (os_name == 'a'", 21), ("foo; os_name == 'a", 17), ("foo; os_name == 'a' xor os_name == 'b'", 21),
            ("foo; os_name notin 'a'", 14), ("foo>=1.0 # comment", 10), ("föö>=1", 1), ("foo>=1; ölig == 'x'", 9),
        ])
    func refused(text: String, column: Int) {
        #expect { try Requirement(text) } throws: { error in
            let error = error as? PythonPackagingError
            return error?.code == .invalidRequirement && error?.column == column && error?.subject == text
        }
    }

    @Test("a URL goes on to the next blank, semicolons and all")
    func url() throws {
        #expect(try Requirement("foo @ url;x").url == "url;x")
        #expect(try Requirement("foo @ url;x ; os_name == 'nt'").marker != nil)
    }

    @Test("an error reads as a sentence with its column")
    func message() {
        #expect { try Requirement("foo>=1.0,,<2") } throws: { error in
            "\(error)".hasPrefix("foo>=1.0,,<2: expected ',', ';' or the end (column 10)\n  try: ")
        }
    }

    @Test(
        "known mistakes of real metadata are mended when read leniently",
        arguments: [
            ("elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl (>=7.2.0,<8.0.0)"),
            ("torch (>=1.9.*)", "torch>=1.9"), ("pyzmq (>=2.7,!=3.0*)", "pyzmq>=2.7,!=3.0.*"),
            ("botocore>=1.3.0,<1.4.0',", "botocore>=1.3.0,<1.4.0"),
            (#"numpy ">=1.19"; python_version >= "3.7""#, #"numpy>=1.19; python_version >= "3.7""#),
            (#"'numpy' >=1.19; python_version >= "3.7""#, #"numpy>=1.19; python_version >= "3.7""#),
            ("jupyter-core (!=~5.0,>=4.12)", "jupyter-core (!=5.0.*,>=4.12)"),
        ])
    func lenient(text: String, meaning: String) throws {
        #expect(throws: PythonPackagingError.self) { try Requirement(text) }
        #expect(try Requirement(lenient: text) == Requirement(meaning))
    }

    @Test("a requirement applies where its marker holds for one of the extras asked for")
    func applies() throws {
        let environment = MarkerEnvironment(
            python: PythonVersion(3, 11), platform: TargetPlatform(.x86_64, TargetPlatform.defaultCLibrary))
        let requirement = try Requirement(#"foo; extra == "Test_Tools" and python_version >= "3.8""#)
        #expect(try !requirement.applies(in: environment))
        #expect(try requirement.applies(in: environment, extras: [ExtraName("docs"), ExtraName("test.tools")]))
        #expect(try Requirement("foo").applies(in: environment))
    }
}
