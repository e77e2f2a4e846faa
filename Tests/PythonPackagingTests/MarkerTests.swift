import Testing

@testable import PythonPackaging

@Suite("Markers (PEP 508, PEP 685, PEP 751)")
struct MarkerTests {
    private let environment = MarkerEnvironment(
        python: PythonVersion(3, 11, 2), platform: TargetPlatform(.aarch64, .glibc(major: 2, minor: 36)))

    @Test(
        "markers are true of the target",
        arguments: [
            (#"python_version >= "3.9""#, true), (#"python_version < "3.9""#, false),
            (#"python_version == "3.11""#, true),
            (#"python_full_version >= "3.11.2""#, true), (#"python_full_version < "3.11.2""#, false),
            (#"python_version in "3.10, 3.11""#, true), (#"python_version not in "3.10""#, true),
            (#""3.9" <= python_version"#, true), (#""3.12" < python_version"#, false),
            (#"python_version ~= "3.8""#, true), (#"python_version == "3.*""#, true),
            (#"sys_platform == "linux""#, true), (#"os_name == "posix" and platform_system == "Linux""#, true),
            (#"platform_machine == "aarch64""#, true), (#"platform_machine == "x86_64""#, false),
            (#"implementation_name == "cpython""#, true), (#"platform_python_implementation == "CPython""#, true),
            (#"python_implementation == "CPython""#, true), (#"os.name == "posix""#, true),
            (#"sys_platform >= "linux""#, true), (#"sys_platform > "darwin""#, false),
            (#"platform_release == """#, true), (#"platform_release >= "5.0""#, false),
            (#"platform_release != "5.0""#, false), (#"extra == "x""#, false), (#"extra == """#, true),
            (#"os_name == "nt" or os_name == "posix" and sys_platform == "linux""#, true),
            (#"(os_name == "nt" or os_name == "posix") and sys_platform == "win32""#, false),
        ])
    func truth(text: String, isTrue: Bool) throws {
        #expect(try Marker(text).evaluate(in: environment) == isTrue)
    }

    @Test("the environment is the target's alone, and what it cannot know is empty")
    func environmentOfTarget() {
        #expect(environment[.pythonVersion] == "3.11")
        #expect(environment[.pythonFullVersion] == "3.11.2")
        #expect(environment[.platformMachine] == "aarch64")
        #expect(environment[.platformRelease] == "")
        #expect(environment[.platformVersion] == "")
        var other = environment
        other[.pythonFullVersion] = "3.13.0+"
        #expect(other[.pythonFullVersion] == "3.13.0+local")
    }

    @Test("names of extras are compared in normal form at every depth")
    func extras() throws {
        let name = [try ExtraName("dev_tools")]
        for text in [
            #"extra == "Dev.Tools""#, #"(extra == "DEV-TOOLS" or os_name == "nt")"#, #""dev__tools" == extra"#,
        ] {
            #expect(try Marker(text).evaluate(in: environment, extras: name))
            #expect(try !Marker(text).evaluate(in: environment))
            #expect(try Marker(text).mentionsExtra)
        }
        #expect(Marker.extra(name[0]).description == #"extra == "dev-tools""#)
    }

    @Test("in a lock, extras and dependency groups are sets")
    func lock() throws {
        let extras: Set = [try ExtraName("gpu")]
        let groups: Set = [try ExtraName("Test")]
        func holds(_ text: String) throws -> Bool {
            try Marker(text).evaluate(in: environment, lockExtras: extras, dependencyGroups: groups)
        }
        #expect(try holds(#""GPU" in extras"#))
        #expect(try holds(#""cpu" not in extras and "test" in dependency_groups"#))
        #expect(throws: PythonPackagingError.self) { try holds(#"extra == "gpu""#) }
        #expect(throws: PythonPackagingError.self) { try Marker(#""gpu" in extras"#).evaluate(in: environment) }
    }

    @Test(
        "comparisons without a meaning are errors",
        arguments: [
            #"os_name ~= "posix""#, #"os_name === "posix""#, #""a" == "b""#, #"python_version ~= "3""#,
            #"os_name == "posix" or os_name ~= "x""#,
        ])
    func undefined(text: String) throws {
        let marker = try Marker(text)
        #expect { try marker.evaluate(in: environment) } throws: {
            ($0 as? PythonPackagingError)?.code == .undefinedComparison
        }
    }

    @Test("canonical text keeps the meaning and only the parentheses that are needed")
    func canonical() throws {
        let texts = [
            ("((os_name=='a'))", #"os_name == "a""#),
            (
                "(os_name=='a' and os_name=='b') and os_name=='c'",
                #"os_name == "a" and os_name == "b" and os_name == "c""#
            ),
            (
                "os_name=='a' and (os_name=='b' or os_name=='c')",
                #"os_name == "a" and (os_name == "b" or os_name == "c")"#
            ),
            (#"os_name == 'say "x"'"#, #"os_name == 'say "x"'"#),
            (#"os_name == 'back\\slash'"#, #"os_name == "back\\slash""#),
            (#"os_name   not   in 'a b'"#, #"os_name not in "a b""#), (#"os_name == 'a\'"#, nil),
            (#"os_name == 'a\x4'"#, nil),
            (#"os_name == 'a\x41\u00e9\101\n'"#, #"os_name == "aAéA\n""#),
        ]
        for (text, canonical) in texts {
            #expect((try? Marker(text))?.description == canonical, "\(text)")
            if let canonical { #expect(try Marker(canonical) == Marker(text)) }
        }
    }

    @Test("markers are joined with parentheses where they must be")
    func joined() throws {
        let either = try Marker("os_name == 'a' or os_name == 'b'")
        let linux = try Marker("sys_platform == 'linux'")
        #expect(
            either.and(linux).description == #"(os_name == "a" or os_name == "b") and sys_platform == "linux""#)
        #expect(
            either.or(linux).description == #"os_name == "a" or os_name == "b" or sys_platform == "linux""#)
    }

    @Test("nesting that would exhaust the stack is refused")
    func deep() {
        func nested(_ depth: Int) -> String {
            String(repeating: "(", count: depth) + "os_name == 'a'" + String(repeating: ")", count: depth)
        }
        #expect((try? Marker(nested(150))) != nil)
        #expect(throws: PythonPackagingError.self) { try Marker(nested(100_000)) }
    }

    @Test("the column of an error counts characters")
    func column() {
        #expect { try Marker("os_name == 'ü' andd os_name == 'x'") } throws: {
            ($0 as? PythonPackagingError)?.column == 16
        }
    }
}
