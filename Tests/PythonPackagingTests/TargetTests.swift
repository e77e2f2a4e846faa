import Testing

@testable import PythonPackaging

@Suite("Targets: Python versions, platforms and tags (PEP 425, 600, 656, 703, 803)")
struct TargetTests {
    @Test(
        "Python versions are read in the spellings that people use",
        arguments: [
            ("3.11", "3.11"), ("3.11.2", "3.11.2"), ("3.13t", "3.13t"), ("python3.12", "3.12"), ("cp3.9", "3.9"),
            ("3.13.1t", "3.13.1t"), ("3", nil), ("", nil), ("3.11.2.1", nil), ("3.x", nil), ("3.11rc1", nil),
            ("t", nil),
            ("-3.11", nil), ("3.", nil), ("3.111111111111111111111", nil),
        ] as [(String, String?)])
    func pythonVersion(text: String, normal: String?) {
        #expect((try? PythonVersion(text))?.description == normal)
    }

    @Test("a Python version knows its tags and what markers see of it")
    func pythonParts() throws {
        let python = try PythonVersion("3.13.1t")
        #expect(python.abiTag == "cp313t")
        #expect(python.interpreterTag == "cp313")
        #expect((python.short, python.full) == ("3.13", "3.13.1"))
        #expect(PythonVersion(3, 7).abiTag == "cp37m")
        #expect(PythonVersion(3, 11).version == Version(3, 11, 0))
        #expect(try SpecifierSet(">=3.11.1").contains(PythonVersion(3, 11).version) == false)
        #expect(PythonVersion(3, 9) < PythonVersion(3, 11) && PythonVersion(3, 11) < PythonVersion(3, 11, 2))
    }

    @Test(
        "platforms are read in the spellings that people use, and print in one",
        arguments: [
            ("linux-x86_64-glibc2.36", "linux-x86_64-glibc2.36"), ("linux-aarch64-musl1.2", "linux-aarch64-musl1.2"),
            ("x86_64-unknown-linux-gnu", "linux-x86_64-glibc2.28"),
            ("aarch64-unknown-linux-musl", "linux-aarch64-musl1.2"),
            ("x86_64-pc-linux-gnu", "linux-x86_64-glibc2.28"), ("aarch64-linux-gnu", "linux-aarch64-glibc2.28"),
            ("x86_64-manylinux_2_28", "linux-x86_64-glibc2.28"), ("x86_64-manylinux2014", "linux-x86_64-glibc2.17"),
            ("x86_64-manylinux2010", "linux-x86_64-glibc2.12"), ("x86_64-manylinux1", "linux-x86_64-glibc2.5"),
            ("manylinux_2_17_aarch64", "linux-aarch64-glibc2.17"), ("musllinux_1_1_x86_64", "linux-x86_64-musl1.1"),
            ("manylinux2014_x86_64", "linux-x86_64-glibc2.17"), ("linux_x86_64", "linux-x86_64-glibc2.28"),
            ("aarch64-musllinux_1_2", "linux-aarch64-musl1.2"), ("aarch64", "linux-aarch64-glibc2.28"),
            ("arm64", "linux-aarch64-glibc2.28"), ("X86_64", "linux-x86_64-glibc2.28"),
            ("amd64", "linux-x86_64-glibc2.28"),
            ("linux", "linux-x86_64-glibc2.28"), ("linux/amd64", "linux-x86_64-glibc2.28"),
            ("linux/arm64", "linux-aarch64-glibc2.28"), ("x86_64-gnu2.31", "linux-x86_64-glibc2.31"),
            ("windows", nil), ("", nil), ("x86_64-apple-darwin", nil), ("linux-x86_64-glibc", "linux-x86_64-glibc2.28"),
            ("linux-riscv64-glibc2.36", nil), ("linux-x86_64-glibc2", nil), ("linux-x86_64-glibc2.36-x", nil),
            ("manylinux_2_x_x86_64", nil), ("win_amd64", nil), ("linux-x86_64-glibc2.+3", nil),
        ] as [(String, String?)])
    func platform(text: String, normal: String?) throws {
        #expect((try? TargetPlatform(text))?.description == normal)
        if let normal { #expect(try TargetPlatform(normal).description == normal) }
    }

    private let priority = TagPriority(
        python: PythonVersion(3, 11), platform: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)))

    @Test("wheels rank by interpreter, then ABI, then platform")
    func ranks() throws {
        let ascending = [
            "cp311-cp311-manylinux_2_28_x86_64", "cp311-cp311-manylinux_2_17_x86_64",
            "cp311-cp311-manylinux2014_x86_64",
            "cp311-cp311-linux_x86_64", "cp311-abi3-manylinux_2_17_x86_64", "cp311-none-manylinux1_x86_64",
            "cp310-abi3-manylinux_2_28_x86_64", "cp37-abi3-manylinux_2_5_x86_64", "py311-none-linux_x86_64",
            "py3-none-manylinux_2_28_x86_64", "py310-none-manylinux_2_28_x86_64", "cp311-none-any", "py311-none-any",
            "py3-none-any", "py310-none-any", "py30-none-any",
        ]
        let ranks = try ascending.map { try #require(priority.rank(ofTagSet: $0), "\($0)") }
        #expect(ranks == ranks.sorted())
        #expect(Set(ranks).count == ranks.count)
    }

    @Test(
        "what does not run on the target has no rank",
        arguments: [
            "cp312-cp312-manylinux_2_28_x86_64", "cp310-cp310-manylinux_2_28_x86_64",
            "cp312-abi3-manylinux_2_17_x86_64",
            "cp311-cp311-manylinux_2_31_x86_64", "cp311-cp311-manylinux_2_17_aarch64",
            "cp311-cp311-musllinux_1_1_x86_64",
            "cp311-cp311-win_amd64", "py2-none-any", "py312-none-any", "cp310-none-any", "cp311-cp311-any",
            "cp311-cp311t-linux_x86_64", "cp311-abi3t-linux_x86_64", "pp39-pypy39_pp73-linux_x86_64", "py3-none",
            "py3-none-any-x", "--", "", "cp311-cp311-manylinux_02_17_x86_64",
        ])
    func incompatible(tags: String) {
        #expect(priority.rank(ofTagSet: tags) == nil)
    }

    @Test("a compressed tag set ranks by its best tag")
    func compressed() throws {
        let best = priority.rank(ofTagSet: "cp311-cp311-manylinux_2_17_x86_64")
        #expect(
            priority.rank(ofTagSet: "cp310.cp311-cp311-win_amd64.manylinux2014_x86_64.manylinux_2_17_x86_64") == best)
        #expect(priority.rank(ofTagSet: "py2.py3-none-any") == priority.rank(ofTagSet: "PY3-NONE-ANY"))
        #expect(try WheelTag.parse("py2.py3-none-any").map(\.description) == ["py2-none-any", "py3-none-any"])
        #expect(throws: PythonPackagingError.self) { try WheelTag.parse("py3..py2-none-any") }
    }

    @Test("a free-threaded Python takes its own ABI and abi3t, and not abi3")
    func freeThreaded() {
        let priority = TagPriority(
            python: PythonVersion(3, 14, isFreeThreaded: true),
            platform: TargetPlatform(.x86_64, .musl(major: 1, minor: 2)))
        #expect(priority.rank(ofTagSet: "cp314-cp314t-musllinux_1_2_x86_64") == 0)
        #expect(priority.rank(ofTagSet: "cp314-abi3t-musllinux_1_2_x86_64") != nil)
        #expect(priority.rank(ofTagSet: "cp314-cp314-musllinux_1_2_x86_64") == nil)
        #expect(priority.rank(ofTagSet: "cp38-abi3-musllinux_1_2_x86_64") == nil)
    }
}
