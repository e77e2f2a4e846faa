import Cryptography
import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("requirements.txt")
struct RequirementsFileTests {
    private let digest = String(repeating: "ab", count: 32)

    private func read(
        _ text: String, files: [String: String] = [:], variables: [String: String] = [:]
    ) throws(RecipesError) -> RequirementsFile {
        try RequirementsFile(SourceText(text, name: "requirements.txt")) {
            variables[$0]
        } load: { path in
            guard let text = files[path] else { throw Missing(path: path) }
            return SourceText(text, name: path)
        }
    }

    private struct Missing: Error {
        var path: String
    }

    @Test("requirements, comments, continuations, options and variables are read as pip reads them")
    func everything() throws {
        let file = try read(
            """
            # a comment
            --index-url https://${USER}:${PASSWORD}@wheels.example.org/simple
            --extra-index-url=https://more.example.org/simple
            -f ./wheels --pre
              numpy >=1.21,<3   # the reason
            pandas[parquet] \\
                >= 2 ; python_version < "4" # more
            ./dist/local_tool-1.0-py3-none-any.whl[cli]
            url-tool @ https://files.example.org/url_tool-2-py3-none-any.whl
            https://files.example.org/a%2Bb/third-3-py3-none-any.whl#sha256=\(digest)
            -r more/others.txt
            -cconstraints.txt
            --trusted-host wheels.example.org
            --only-binary :all:
            --no-binary :none:
            ${UNKNOWN}x==1
            """
            .replacing("${UNKNOWN}x==1", "scipy"),
            files: [
                "more/others.txt": "scikit-learn\n-f nearby\n-c ../constraints.txt\n./far-1-py3-none-any.whl\n",
                "constraints.txt": "numpy<2.3\nscipy==1.14.1 # pinned\n",
            ],
            variables: ["USER": "me", "PASSWORD": "secret"])
        #expect(
            file.requests.map(\.requirement.description) == [
                "numpy<3,>=1.21", #"pandas[parquet]>=2 ; python_version < "4""#,
                "local-tool[cli] @ dist/local_tool-1.0-py3-none-any.whl",
                "url-tool @ https://files.example.org/url_tool-2-py3-none-any.whl",
                "third @ https://files.example.org/a%2Bb/third-3-py3-none-any.whl#sha256=\(digest)",
                "scikit-learn", "far @ more/far-1-py3-none-any.whl", "scipy",
            ])
        #expect(file.constraints.map(\.description) == ["numpy<2.3", "scipy==1.14.1", "numpy<2.3", "scipy==1.14.1"])
        #expect(file.indexURL == "https://me:secret@wheels.example.org/simple")
        #expect(file.extraIndexURLs == ["https://more.example.org/simple"])
        #expect(file.findLinks == ["wheels", "more/nearby"])
        #expect(file.prereleases)
        #expect(!file.requireHashes)
        #expect(file.notes == ["requirements.txt:13:1: `--trusted-host wheels.example.org` is passed over"])
    }

    @Test(
        "a variable may be a URL's user and password, and no other part of one",
        arguments: [
            "x @ https://h/${SECRET}/x-1-py3-none-any.whl", "x @ https://h/x-1-py3-none-any.whl?t=${SECRET}",
            "--index-url https://${SECRET}.h.example/simple", "-i https://h:${SECRET}/simple",
            "--extra-index-url=https://h/simple/#${SECRET}", "-f \"https://h/${SECRET}\"", "-f ${PLACE}/wheels",
            "--index-url https://${BROKEN}@h/simple", "-f file:///srv/${SECRET}/wheels",
            "https://me:${USER}@h/${SECRET}/x-1-py3-none-any.whl", "-i https://${USER}@h/${USER}@x/simple",
        ])
    func exposedVariables(line: String) throws {
        let variables = [
            "SECRET": "hunter2", "USER": "ana", "PLACE": "https://h/p", "BROKEN": "hunter2/hunter2",
        ]
        let error = try #require(throws: RecipesError.self) { try read("numpy\n" + line, variables: variables) }
        #expect(error.issues.map(\.code) == [.unsupported])
        #expect(error.issues[0].mark?.line == 2)
        #expect(!error.description.contains("hunter2"))
    }

    @Test("variables stay what they are to pip elsewhere: versions, paths, a URL's user")
    func harmlessVariables() throws {
        let file = try read(
            "x==${VERSION} ; python_version > '3' # https://h/${VERSION}\n-f ${FOLDER}/wheels\n"
                + "--extra-index-url https://${USER}:p${VERSION}@h/simple\n-i 'https://${USER}@h/i'",
            variables: ["VERSION": "1", "FOLDER": "/srv", "USER": "ana@example.org"])
        #expect(file.requests.map(\.requirement.description) == ["x==1 ; python_version > \"3\""])
        #expect(file.findLinks == ["/srv/wheels"])
        #expect(file.extraIndexURLs == ["https://ana@example.org:p1@h/simple"])
        #expect(file.indexURL == "https://ana@example.org@h/i")
    }

    @Test("hashes are taken over continuations, and one of them asks for all")
    func hashes() throws {
        let file = try read(
            "a==1 \\\n  --hash=sha256:\(digest) \\\n  --hash sha512:00 # more\nb==2 --hash=sha256:\(digest)\n")
        #expect(file.requireHashes)
        #expect(file.requests.map(\.hashes.count) == [1, 1])
        #expect(file.requests[0].hashes[0].hex == digest)
        let error = try #require(throws: RecipesError.self) {
            try read("a==1 --hash=sha256:\(digest)\nb==2\nc>=3 --hash=sha256:\(digest)\n")
        }
        #expect(error.issues.map(\.mark?.line) == [2, 3])
        #expect(error.issues[0].message.contains("`b` has no --hash"))
        #expect(error.issues[1].message.contains("not pinned"))
    }

    @Test("with hashes, only the files that they name are allowed, and dependencies must be named too")
    func verdicts() throws {
        let other = SHA256Digest(of: "other")
        let good = try #require(SHA256Digest(hex: digest))
        let file = try read("a==1 --hash=sha256:\(digest)")
        let python = file.recipe(named: "demo", python: PythonVersion(3, 11)).python
        let (a, b) = (try PackageName("a"), try PackageName("b"))
        #expect(python.verdict(on: good, of: a) == .allowed)
        #expect(python.verdict(on: other, of: a) == .other)
        #expect(python.verdict(on: other, of: b) == .unnamed)
        let without = try read("a==1").recipe(named: "demo", python: PythonVersion(3, 11)).python
        #expect(without.verdict(on: other, of: b) == .allowed)
    }

    @Test("the recipe asks for the same")
    func recipe() throws {
        let file = try read("--index-url https://a/simple\n--no-index\n-c c.txt\nnumpy\n", files: ["c.txt": "numpy<2"])
        let recipe = file.recipe(named: "demo", python: PythonVersion(3, 11))
        #expect(recipe.python.packages.map(\.requirement.description) == ["numpy"])
        #expect(recipe.python.constraints.map(\.description) == ["numpy<2"])
        #expect(recipe.python.indexes == [.init(url: "https://a/simple", isDefault: true)])
        #expect(!recipe.python.usesDefaultIndex)
    }

    @Test("source distributions and repositories are requirements, by their own names or the one that is given")
    func sources() throws {
        let file = try read(
            """
            ./dist/x-1.0.tar.gz ; python_version > "3"
            git+https://user:pw@example.org/y.git@v1#egg=y[fast]&subdirectory=python
            z @ git+ssh://git@example.org/z.git
            w @ ./folder
            """)
        let recipe = file.recipe(named: "demo", python: PythonVersion(3, 11))
        #expect(
            recipe.python.packages.map(\.requirement.description) == [
                "x @ dist/x-1.0.tar.gz ; python_version > \"3\"",
                "y[fast] @ git+https://user:pw@example.org/y.git@v1#subdirectory=python",
                "z @ git+ssh://git@example.org/z.git", "w @ folder",
            ])
    }

    static let mistakes: [(text: String, code: RecipesError.Code, mark: String, says: String)] = [
        ("numpy\n-e ./here", .unsupported, "2:1", "editable"),
        ("-e git+https://example.org/x.git", .unsupported, "1:1", "editable"),
        ("git+https://user:pw@example.org/x.git", .unsupported, "1:1", "does not say which project"),
        ("x @ hg+https://example.org/x", .unsupported, "1:1", "another kind than git"),
        ("./folder", .unsupported, "1:1", "does not say which project"),
        ("--no-binary :all:", .unsupported, "1:1", "wheels come first"),
        ("  numpy ==", .badValue, "1:11", "numpy"),
        ("numpy\n\n --frobnicate", .syntax, "3:2", "no option"),
        ("--find-link x", .syntax, "1:1", "no option"),
        ("-r", .syntax, "1:1", "no value"),
        ("--pre=yes", .syntax, "1:1", "takes no value"),
        ("numpy --pre", .syntax, "1:1", "no option of a requirement"),
        ("numpy --hash", .syntax, "1:1", "no value"),
        ("numpy --hash=md5:00", .badValue, "1:1", "no hash"),
        ("numpy==1 --hash=sha512:00", .unsupported, "1:1", "no sha256"),
        ("numpy --global-option=x", .unsupported, "1:1", "is for a build"),
        ("-r missing.txt", .missingFile, "1:1", "missing.txt"),
        ("-r https://example.org/r.txt", .unsupported, "1:1", "by URL"),
        ("-r self.txt", .conflict, "1:1", "being read already"),
        ("-c extras.txt", .badValue, "1:1", "has extras"),
        ("numpy --hash='x", .syntax, "1:1", "quote"),
        ("nu\u{0}mpy", .notText, "1:3", "NUL"),
    ]

    @Test("each mistake has its place", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let sample = Self.mistakes[index]
        let error = try #require(throws: RecipesError.self) {
            try read(sample.text, files: ["self.txt": "-r self.txt", "extras.txt": "numpy[x]==1"])
        }
        #expect(error.issues.count == 1, "\(error)")
        #expect(error.code == sample.code, "\(error)")
        #expect(error.issues[0].mark?.description == sample.mark, "\(error)")
        #expect(error.message.contains(sample.says), "\(error)")
        #expect(!error.description.contains("pw@"))
    }

    @Test("files that include each other again and again end in an error, soon")
    func includes() throws {
        let files = Dictionary(
            uniqueKeysWithValues: (0..<40).map { ("\($0).txt", "-r \($0 + 1).txt\n-r \($0 + 1).txt\n") })
        let error = try #require(throws: RecipesError.self) { try read("-r 0.txt", files: files) }
        #expect(error.issues.contains { $0.code == .tooComplex })
    }
}
