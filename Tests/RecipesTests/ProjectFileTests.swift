import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("pyproject.toml")
struct ProjectFileTests {
    private static let sample = """
        [project]
        name = "Sample.Project"
        version = "1.0"
        description = "A project"
        requires-python = ">=3.10"
        dependencies = ["numpy>=1.21", "pandas ; python_version < '4'"]

        [project.optional-dependencies]
        plot = ["matplotlib"]
        fast = ["numba ; sys_platform == 'linux'"]
        all = ["sample-project[plot]", "Sample_Project[fast] ; python_version < '3.13'"]

        [dependency-groups]
        lint = ["ruff"]
        Test_All = ["pytest", {include-group = "lint"}]

        [tool.chidori]
        base = "debian12-python3.11"
        [tool.chidori.python]
        version = "3.11"
        packages = ["gunicorn"]
        constraints = ["numpy<3"]

        [tool.other]
        x = 1
        """

    private func project(_ text: String) throws(RecipesError) -> ProjectFile {
        try ProjectFile(toml: SourceText(text, name: "pyproject.toml"))
    }

    @Test("dependencies, extras that name their own project, and groups that include others are gathered")
    func gathers() throws {
        let project = try project(Self.sample)
        #expect(try project.requirements().map(\.description) == ["numpy>=1.21", #"pandas ; python_version < "4""#])
        let all = try project.requirements(extras: [ExtraName("all")], groups: [ExtraName("test-all")])
        #expect(
            all.map(\.description) == [
                "numpy>=1.21", #"pandas ; python_version < "4""#, "matplotlib",
                #"numba ; sys_platform == "linux" and python_version < "3.13""#, "pytest", "ruff",
            ])
    }

    @Test("the recipe has the project's name and what [tool.chidori] says")
    func recipe() throws {
        let recipe = try project(Self.sample).recipe()
        #expect(recipe.name == "sample-project")
        #expect(recipe.version == "1.0")
        #expect(recipe.base == "debian12-python3.11")
        #expect(recipe.python.version == PythonVersion(3, 11))
        #expect(recipe.python.packages.map(\.requirement.description).last == "gunicorn")
        #expect(recipe.python.constraints.map(\.description) == ["numpy<3"])
        #expect(try project(Self.sample).recipe(python: PythonVersion(3, 12)).python.version == PythonVersion(3, 12))
    }

    @Test("a project without [tool.chidori] needs a Python version from elsewhere")
    func plainProject() throws {
        let text = "[project]\nname = \"x\"\ndependencies = [\"numpy\"]\n"
        #expect(throws: RecipesError.self) { try project(text).recipe() }
        #expect(try project(text).recipe(python: PythonVersion(3, 11)).python.packages.count == 1)
    }

    static let mistakes: [(text: String, code: RecipesError.Code, mark: String?, says: String)] = [
        ("[project]\nname = \"x\"\ndynamic = [\"dependencies\"]", .unsupported, "3:11", "dynamic"),
        ("[project]\nname = \"x\"\ndependencies = [\"numpy\", \"==\"]", .badValue, "3:27", "project's name"),
        ("[project]\nname = \"x\"\ndependencies = \"numpy\"", .wrongType, "3:16", "must be a list"),
        ("[project]\nversion = \"1\"", .missingKey, "1:1", "`name` is missing"),
        ("[build-system]\n", .missingKey, nil, "has neither"),
        (
            "[dependency-groups]\na = [{include-group = \"b\"}]\nb = [{include-group = \"a\"}]", .conflict, "3:6",
            "includes itself"
        ),
        ("[dependency-groups]\na = [{include-grup = \"b\"}]", .missingKey, "2:6", "include-group"),
        ("[dependency-groups]\na = [{include-group = \"nope\"}]", .badValue, nil, "no dependency group `nope`"),
        ("[dependency-groups]\na = []\nA = []", .duplicateKey, "3:1", "stands twice"),
        ("[project]\nname = \"x\"\nrequires-python = \">=3.12\"", .wrongTarget, nil, "for Python >=3.12, not for 3.11"),
        ("[tool.chidori]\nbse = \"x\"\n[dependency-groups]\na = []", .unknownKey, "2:1", "`bse`"),
    ]

    @Test("each mistake has its place", arguments: mistakes.indices)
    func mistake(index: Int) throws {
        let sample = Self.mistakes[index]
        let error = try #require(throws: RecipesError.self) {
            let project = try project(sample.text)
            _ = try project.recipe(groups: project.groupNames, python: PythonVersion(3, 11))
        }
        #expect(error.code == sample.code, "\(error)")
        #expect(error.issues[0].mark?.description == sample.mark, "\(error)")
        #expect(error.message.contains(sample.says), "\(error)")
    }

    @Test("extras and groups that refer to each other without end are refused, soon")
    func endless() throws {
        let extras =
            "[project]\nname = \"x\"\n[project.optional-dependencies]\na = [\"x[b] ; python_version < '4'\"]\nb = [\"x[a] ; python_version < '5'\"]\nc = [\"x[a] ; python_version < '6'\"]\n"
        let error = try #require(throws: RecipesError.self) {
            try project(extras).requirements(extras: [ExtraName("c")])
        }
        #expect(error.code == .tooComplex)
        let groups =
            "[dependency-groups]\n"
            + (0..<60).map {
                "g\($0) = [{include-group = \"g\($0 + 1)\"}, {include-group = \"g\($0 + 1)\"}]\n"
            }.joined() + "g60 = []\n"
        #expect(throws: RecipesError.self) { try project(groups).requirements(groups: [ExtraName("g0")]) }
    }
}
