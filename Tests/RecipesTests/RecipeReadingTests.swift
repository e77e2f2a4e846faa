import PythonPackaging
import Recipes
import Testing

@Suite("Recipes in YAML")
struct RecipeReadingTests {
    @Test("a recipe with every key is read as it stands")
    func everyKey() throws {
        let recipe = try Recipe(
            yaml: SourceText(
                """
                name: everything
                version: 1.10
                description: All keys at once
                python:
                  version: 3.10
                  packages:
                    - tensorflow-cpu~=2.19
                    - "pandas[parquet] >=2 ; python_version < '4'"
                  constraints: [numpy<2.3]
                  overrides: [protobuf==5.29.3]
                  indexes:
                    - name: company
                      url: https://user:secret@wheels.example.org/simple/
                      packages: [Company_Tools, torch]
                    - {url: "file:///srv/simple", default: true}
                  find-links: [./wheels]
                  prereleases: allow
                  require-hashes: false
                platforms: [linux-x86_64-glibc2.36, linux-aarch64-musl1.2]
                base: debian12-python3.11
                environment:
                  OMP_NUM_THREADS: 1
                  GREETING: "hello\\nworld"
                  FLAG: true
                bytecode: false
                tests:
                  - python -m pip check
                  - import: tensorflow
                  - {import: [pandas, numpy.linalg], name: imports, timeout: 60}
                  - run: [python, -c, "pass"]
                  - python: |
                      import pandas
                      pandas.DataFrame()
                budget: {image: 1.5 GiB, environment: 3 GB}
                image:
                  layers: 50
                  compression: zstd
                  labels: {org.example.team: ml}
                """, name: "everything.yaml"))
        #expect(recipe.name == "everything")
        #expect(recipe.version == "1.10")
        #expect(recipe.python.version == PythonVersion(3, 10))
        #expect(
            recipe.python.packages.map(\.requirement.description) == [
                "tensorflow-cpu~=2.19", #"pandas[parquet]>=2 ; python_version < "4""#,
            ])
        #expect(recipe.python.constraints.map(\.description) == ["numpy<2.3"])
        #expect(recipe.python.overrides.map(\.description) == ["protobuf==5.29.3"])
        #expect(recipe.python.indexes.count == 2)
        #expect(recipe.python.indexes[0].packages.map(\.description) == ["company-tools", "torch"])
        #expect(recipe.python.indexes[0].publicURL == "https://wheels.example.org/simple/")
        #expect(recipe.python.indexes[1].isDefault)
        #expect(recipe.python.findLinks == ["./wheels"])
        #expect(recipe.python.prereleases == .allow)
        #expect(
            recipe.platforms == [
                TargetPlatform(.x86_64, .glibc(major: 2, minor: 36)),
                TargetPlatform(.aarch64, .musl(major: 1, minor: 2)),
            ])
        #expect(recipe.environment == ["OMP_NUM_THREADS": "1", "GREETING": "hello\nworld", "FLAG": "true"])
        #expect(!recipe.bytecode)
        #expect(
            recipe.tests == [
                .init(.shell("python -m pip check")), .init(.imports(["tensorflow"])),
                .init(.imports(["pandas", "numpy.linalg"]), name: "imports", timeout: 60),
                .init(.command(["python", "-c", "pass"])), .init(.python("import pandas\npandas.DataFrame()\n")),
            ])
        #expect(recipe.budget == .init(image: 3 << 29, environment: 3_000_000_000))
        #expect(recipe.image == .init(layers: 50, compression: .zstd, labels: ["org.example.team": "ml"]))
    }
}
