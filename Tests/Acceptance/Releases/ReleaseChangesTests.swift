import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite(
    "Releases of what has changed since a git revision", .timeLimit(.minutes(10)),
    .enabled(if: RegistryUser.possible && Peer.has("git"), "needs docker-registry, skopeo, openssl, python3 and git"))
struct ReleaseChangesTests {
    private let releaser: Releaser
    private var user: FreshUser { releaser.user }

    init() async throws {
        releaser = try await Releaser()
        let wheel = WheelFixture("local", "1.0")
        try user.scratch.write("wheels/\(wheel.filename)", wheel.bytes)
        _ = try await releaser.recipe("alpha")
        _ = try await releaser.recipe("beta", ["local @ ../wheels/\(wheel.filename)"])
        try await git("init", "--quiet", "--initial-branch=main")
        try user.scratch.write(".gitignore", "data/\n*.key\n")
        try await commit("recipes")
    }

    private var repository: GitRepository { GitRepository(user.scratch.path) }

    private func git(_ words: String...) async throws { try await repository.run(words) }

    private func commit(_ message: String) async throws { _ = try await repository.commit(message) }

    private func changed(since revision: String) async throws -> [String: String] {
        let answer = try await releaser.release(
            [user.scratch.file("recipes").string, "--changed-since", revision, "--dry-run"], to: "team"
        ).answer
        #expect(answer.unchanged.count + answer.releases.count == 2)
        return Dictionary(
            uniqueKeysWithValues: answer.releases.map { ($0.name ?? $0.recipe, $0.changed ?? "") })
    }

    @Test("recipes, their locks, and what they name beside them count, committed or not; nothing else does")
    func changes() async throws {
        // Their first locks, which nobody has committed yet.
        #expect(
            try await changed(since: "HEAD") == [:])
        for name in ["alpha", "beta"] { try await user.succeed("env", "lock", "recipes/\(name).yaml") }
        #expect(
            try await changed(since: "HEAD")
                == ["alpha": "recipes/alpha.lock.toml", "beta": "recipes/beta.lock.toml"])
        try await commit("locks")
        try await git("tag", "start")
        #expect(try await changed(since: "start").isEmpty)

        try user.scratch.write("README.md", "Recipes.\n")
        try await commit("words")
        #expect(try await changed(since: "start").isEmpty)

        _ = try await releaser.recipe("alpha", ["tool==1.1"])
        #expect(try await changed(since: "start") == ["alpha": "recipes/alpha.yaml"])
        try await commit("a newer tool")
        #expect(try await changed(since: "start").keys.sorted() == ["alpha"])
        #expect(try await changed(since: "HEAD^").keys.sorted() == ["alpha"])

        try await git("checkout", "--quiet", "start", "-b", "wheel")
        let wheel = WheelFixture("local", "1.0").adding("local/more.txt", "more\n")
        try user.scratch.write("wheels/\(wheel.filename)", wheel.bytes)
        try await commit("another wheel of the same name")
        // What has happened on the other branch since they parted is none of this one's changes.
        #expect(try await changed(since: "main") == ["beta": "wheels/\(wheel.filename)"])

        let released = try await releaser.release(
            [user.scratch.file("recipes").string, "--changed-since", "main"], to: "team")
        #expect(released.answer.releases.map(\.name) == ["beta"] && released.answer.unchanged.count == 1)
        #expect(released.words.contains("1 of 2 recipes changed since main"), "\(released.words)")
        #expect(try await releaser.tags("team/beta") == ["1.0", "1.0-1", "latest"])
        #expect(try await releaser.tags("team/alpha").isEmpty)
    }

    @Test("a revision that is none, a shallow clone and no repository at all are told, each with what helps")
    func errors() async throws {
        let recipes = user.scratch.file("recipes").string
        try await user.refuse(
            ["image", "release", recipes, "--changed-since", "nowhere"], status: 3,
            naming: ["nowhere", "is no revision", "git log"])
        try await user.refuse(
            ["image", "release", recipes, "--changed-since=--output=x"], status: 3,
            naming: ["--output=x", "is no revision"])
        try user.scratch.write("more", "1")
        try await commit("more")
        try await git("clone", "--quiet", "--depth=1", "file://\(user.scratch.path)", "shallow")
        try await user.refuse(
            ["image", "release", "shallow/recipes", "--changed-since", "HEAD^"], status: 3,
            naming: ["is no revision", "git fetch --unshallow"])
        let other = try Scratch("no-git")
        try FileManager.default.copyItem(atPath: recipes, toPath: other.file("recipes").string)
        try await user.refuse(
            ["image", "release", other.file("recipes").string, "--changed-since", "HEAD"], status: 3,
            naming: ["not a git repository", "--changed-since"])
        try await user.refuse(
            ["image", "release", recipes, "--changed-since", "HEAD"], status: 8, naming: ["git"],
            environment: ["PATH": "/nonexistent"])
    }
}
