import Foundation
import PythonPackaging
import Recipes
import SourceBuilds
import SystemPackage
import TestSupport
import Testing

@testable import EnvironmentBuilder

/// Recipes and locks of those who may use a server and not what is on its machine.
@Suite("Inputs that others send")
struct ForeignInputTests {
    private let shop: Workshop
    private let builder: EnvironmentBuilder

    init() throws {
        shop = try Workshop()
        builder = EnvironmentBuilder(
            settings: BuilderSettings(
                data: shop.folder.appending("data"), jobs: 2, indexURL: shop.index.url, isForeign: true))
    }

    private func refusal(_ body: () async throws -> Void) async -> BuilderError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? BuilderError
        }
    }

    @Test(
        "a recipe that names what is the machine's own is refused where it is read",
        arguments: [
            ("/etc/secret", "python: {version: \"3.11\", packages: ['demo @ file:///etc/secret']}"),
            ("secret.whl", "python: {version: \"3.11\", packages: ['demo @ ./secret.whl']}"),
            ("/etc/secret.tar.gz", "python: {version: \"3.11\", packages: ['demo @ FILE:///etc/secret.tar.gz']}"),
            ("https:/secret.whl", "python: {version: \"3.11\", packages: ['demo @ https:/secret.whl']}"),
            ("/srv/repo", "python: {version: \"3.11\", packages: ['demo @ git+file:///srv/repo']}"),
            ("host/repo", "python: {version: \"3.11\", packages: ['demo @ git+ssh://git@host/repo']}"),
            ("host/repo", "python: {version: \"3.11\", packages: ['demo @ git+git://host/repo']}"),
            ("/etc", "python: {version: \"3.11\", overrides: ['demo @ file:///etc']}"),
            ("/etc", "python: {version: \"3.11\", find-links: [/etc]}"),
            ("~/wheels", "python: {version: \"3.11\", find-links: [~/wheels]}"),
            ("file:///etc", "python: {version: \"3.11\", find-links: ['file:///etc']}"),
            ("file:///srv", "python: {version: \"3.11\", indexes: [{name: x, url: 'file:///srv'}]}"),
            ("../jars", "python: {version: \"3.11\"}\njars: {packages: ['a:b:1'], repositories: [../jars]}"),
            ("file:///srv", "python: {version: \"3.11\"}\njars: {packages: ['a:b:1'], repositories: ['file:///srv']}"),
            ("oci:/srv/image", "python: {version: \"3.11\"}\nbase: oci:/srv/image"),
            ("/srv/base.lock.toml", "python: {version: \"3.11\"}\nbase: /srv/base.lock.toml"),
        ])
    func refusedRecipe(named: String, text: String) async throws {
        let path = try shop.recipe("name: demo\n" + text)
        let error = await refusal { _ = try builder.read(path) }
        #expect(error?.code == .foreignInput)
        #expect(error?.subject.contains(named) == true, "\(String(describing: error))")
        #expect(error?.advice?.contains("recipes folder") == true)
        // The machine's user may name them all.
        let recipe = try #require(try? Recipe(yaml: SourceText("name: demo\n" + text, name: "demo.yaml")))
        try shop.builder().admit(recipe)
        #expect(await refusal { _ = try await builder.lock(recipe, in: shop.folder) }?.code == .foreignInput)
    }

    private static let digest = String(repeating: "0", count: 64)

    @Test(
        "a lock that names what is the machine's own is refused before anything of it is looked at",
        arguments: [
            "[[packages.wheels]]\nname = 'demo-1.0-py3-none-any.whl'\npath = '/etc/demo.whl'\nhashes = {sha256 = '\(digest)'}",
            "[[packages.wheels]]\nname = 'demo-1.0-py3-none-any.whl'\nurl = 'file:///etc/demo.whl'\nhashes = {sha256 = '\(digest)'}",
            "[packages.sdist]\nname = 'demo-1.0.tar.gz'\npath = 'demo-1.0.tar.gz'\nhashes = {sha256 = '\(digest)'}",
            "[packages.archive]\npath = '../demo-1.0.zip'\nhashes = {sha256 = '\(digest)'}",
            "[packages.directory]\npath = '/root'",
            "[packages.vcs]\ntype = 'git'\nurl = 'file:///srv/repo'\ncommit-id = '\(digest)'",
            "[packages.vcs]\ntype = 'git'\npath = '/srv/repo'\ncommit-id = '\(digest)'",
            "[packages.vcs]\ntype = 'git'\nurl = 'ssh://git@host/repo'\ncommit-id = '\(digest)'",
            "[packages.vcs]\ntype = 'git'\nurl = 'https://host/repo'\ncommit-id = '--upload-pack=x'",
            "[packages.vcs]\ntype = 'git'\nurl = 'https://host/repo'\ncommit-id = '\(digest)'\nsubdirectory = '../..'",
            "[tool.chidori]\nformat = 1\nrecipe-folder = '/root'\nrecipe = {name = 'demo', python = {version = '3.11'}}",
            "[[tool.chidori.jars]]\ncoordinate = 'a:b:1'\nfile = {name = 'b.jar', path = '/etc/b.jar', hashes = {sha256 = '\(digest)'}}",
            """
            [tool.chidori]
            format = 1
            recipe = {name = 'demo', python = {version = '3.11', find-links = ['/etc']}}
            """,
        ])
    func refusedLock(text: String) async throws {
        let head = "lock-version = '1.0'\ncreated-by = 'somebody'\nrequires-python = '==3.11.*'\n"
        let package =
            text.contains("[packages") || text.contains("[[packages")
            ? "[[packages]]\nname = 'demo'\nversion = '1.0'\n" : ""
        let path = try shop.scratch.write("demo.lock.toml", head + package + text + "\n")
        let error = await refusal {
            _ = try await builder.build(builder.read(path), policy: .lockIfNeeded, BuildRequest())
        }
        #expect(error?.code == .foreignInput, "\(String(describing: error))")
        #expect(error?.advice?.contains("recipes folder") == true)
    }

    @Test("what is on servers is built, from a recipe and from its lock, without a name and for its owner's eyes")
    func allowed() async throws {
        let wheel = WheelFixture("black", "3.0")
        shop.index.add(wheel)
        let url = shop.index.server.url(shop.index.path(of: wheel))
        let path = try shop.recipe(
            "name: demo\npython: {version: \"3.11\", packages: [blue, 'black @ \(url)'], find-links: ['\(url)']}\nbase: none"
        )
        let request = BuildRequest(isNamed: false)
        let made = try await builder.build(builder.read(path), policy: .lockIfNeeded, request)
        let lock = shop.folder.appending("demo.lock.toml")
        let again = try await builder.build(builder.read(lock), policy: .lockIfNeeded, request)
        #expect(made.environments.map(\.id) == again.environments.map(\.id))
        #expect(try builder.tags().isEmpty)
        let mode = try FileManager.default.attributesOfItem(atPath: lock.string)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        // Whoever may give the name does, though the environment is there already.
        _ = try await shop.builder().build(shop.builder().read(lock), policy: .lockIfNeeded, BuildRequest())
        #expect(try builder.tags().map(\.tag) == ["demo"])
        _ = try await builder.build(builder.read(lock), policy: .lockIfNeeded, request)
        #expect(try builder.tags().map(\.tag) == ["demo"])
    }

    @Test("requirements and projects are no inputs to send")
    func others() async throws {
        for name in ["requirements.txt", "pyproject.toml"] {
            let path = try shop.scratch.write(name, "-r /etc/passwd\n")
            #expect(await refusal { _ = try builder.read(path) }?.code == .foreignInput, "\(name)")
        }
    }

    @Test("what a source asks to be built with is admitted like the recipe, and nothing is built outside a sandbox")
    func sources() async throws {
        #expect(await refusal { try builder.admit(Requirement("tool @ file:///etc/tool.whl")) }?.code == .foreignInput)
        try builder.admit(Requirement("tool @ https://host/tool-1.0-py3-none-any.whl"))
        try builder.admit(Requirement("tool>=1"))
        try builder.admit(.bubblewrap("/usr/bin/bwrap"), toBuild: "demo-1.0.tar.gz")
        for sandbox in [Sandbox.none, .withoutNetwork("/usr/bin/unshare")] {
            let error = await refusal { try builder.admit(sandbox, toBuild: "demo-1.0.tar.gz") }
            #expect(error?.code == .foreignInput)
            try shop.builder().admit(sandbox, toBuild: "demo-1.0.tar.gz")
        }
    }

    @Test("git is nobody, asks over HTTP alone, and has mirrors apart from the user's")
    func git() async throws {
        let repository = shop.folder.appending("repository")
        for words in [
            ["init", "--quiet", repository.string],
            [
                "-C", repository.string, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet",
                "--allow-empty",
                "-m", "one",
            ],
        ] {
            _ = try await Command("git", words).run()
        }
        let url = "file://\(repository)"
        let own = shop.builder()
        let mirror = GitMirror(of: url, knownAs: url, in: own.store, for: own.settings)
        let commit = try mirror.commit(of: nil)
        try mirror.bring(commit)
        let theirs = GitMirror(of: url, knownAs: url, in: builder.store, for: builder.settings)
        // Neither asked for, nor taken from what the user has fetched.
        #expect(await refusal { _ = try theirs.commit(of: nil) } != nil)
        #expect(await refusal { try theirs.bring(commit) } != nil)
        let variables = theirs.variables(protocols: "https")
        #expect(variables["HOME"] == "/nonexistent" && variables["GIT_CONFIG_GLOBAL"] == "/dev/null")
        for name in ["SSH_AUTH_SOCK", "GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "XDG_CONFIG_HOME"] {
            #expect(variables[name] == .some(nil), "\(name)")
        }
        let sent = GitMirror(
            of: "https://ana:word@host/x.git", knownAs: "https://host/x.git", in: builder.store, for: builder.settings)
        #expect(sent.variables(protocols: "https")["GIT_CONFIG_COUNT"] == "1")
    }
}
