import Diagnostics
import PythonPackaging
import Recipes
import Testing

@Suite("Accepted conflicts")
struct AcceptedConflictTests {
    private func recipe(_ check: String) throws -> Recipe {
        try Recipe(yaml: SourceText("name: a\npython: {version: '3.11'}\n\(check)\n", name: "a.yaml"))
    }

    @Test("are read with their reasons, kept by the lock, and renew it where they change")
    func kept() throws {
        let accepting = try recipe(
            "check: {accept: [{conflict: duplicate-classes org.a:one org.b:two, reason: built twice}]}")
        #expect(
            accepting.check.accepted == [
                .init("duplicate-classes org.a:one org.b:two", reason: "built twice")
            ])
        let lock = Lock(answering: accepting, with: [])
        let read = try Lock(toml: SourceText(lock.toml, name: "a.lock.toml"))
        #expect(read.recipe?.check == accepting.check)
        #expect(read.changes(against: try recipe("")).map(\.key) == ["check.accept"])
        #expect(read.changes(against: try recipe("")).map(\.needsResolving) == [false])
    }

    @Test(
        "that name nothing, or have no reason, are mistakes",
        arguments: [
            ("check: {accept: [{conflict: one-path, reason: x}]}", "names no finding"),
            ("check: {accept: [{conflict: 'One path', reason: x}]}", "names no finding"),
            ("check: {accept: [{conflict: one-path a b}]}", "`reason` is missing"),
            ("check: {accept: [{conflict: one-path a b, reason: ''}]}", "is empty"),
            ("check: {ignore: []}", "`ignore` is no key here"),
        ])
    func mistakes(check: String, message: String) throws {
        let error = try #require(throws: RecipesError.self) { try recipe(check) }
        #expect(error.description.contains(message), "\(error)")
    }

    @Test("a package that no file of a lock fits is missing, for the platforms it is wanted on")
    func missing() throws {
        let lock = try Lock(
            toml: SourceText(
                """
                lock-version = "1.0"
                created-by = "somebody"

                [[packages]]
                name = "native"
                version = "1.0"
                wheels = [{ name = "native-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", url = "https://example.org/a.whl", hashes = { sha256 = "\(String(repeating: "0", count: 64))" } }]

                [[packages]]
                name = "elsewhere"
                version = "1.0"
                marker = "sys_platform == 'win32'"
                wheels = [{ name = "elsewhere-1.0-py3-none-win_amd64.whl", url = "https://example.org/b.whl", hashes = { sha256 = "\(String(repeating: "0", count: 64))" } }]

                """, name: "pylock.toml"))
        let python = PythonVersion(3, 11)
        #expect(lock.missing(for: TargetPlatform(.x86_64, .glibc(major: 2, minor: 28)), python: python).isEmpty)
        let missing = lock.missing(for: TargetPlatform(.aarch64, .glibc(major: 2, minor: 28)), python: python)
        #expect(missing.map(\.package.description) == ["native"])
        #expect(
            missing.first?.message.hasPrefix("has no wheel for Python 3.11 on linux-aarch64-glibc2.28, only native")
                == true)
    }
}
