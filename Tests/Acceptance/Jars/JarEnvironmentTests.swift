import Foundation
import SystemPackage
import TestSupport
import Testing

/// Jars of a recipe, from a repository that the test writes to an environment.
@Suite("Jars in an environment")
struct JarEnvironmentTests {
    private let user: FreshUser
    private let folder: JarFolder

    init() throws {
        user = try FreshUser()
        folder = try JarFolder(user: user)
        // app 1.0 needs lib 1.0 and mid 1.0, and mid needs lib 2.0 and noise.
        try folder.publish("app:1.0", needs: ["lib:1.0", "mid:1.0"])
        try folder.publish("mid:1.0", needs: ["lib:2.0", "noise:1.0"])
        for id in ["lib:1.0", "lib:2.0", "noise:1.0"] { try folder.publish(id) }
    }

    private func recipe(_ name: String, _ jars: String) async throws -> String {
        try await user.recipe(name, ["good"], more: "jars:\n  repositories: [./repository]\n\(jars)")
    }

    private func jars(in place: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: user.scratch.file(place).appending("jars").string).sorted()
    }

    private func text(_ file: String) throws -> String {
        try String(contentsOfFile: user.scratch.file(file).string, encoding: .utf8)
    }

    @Test("jars and wheels stand in one lock and one environment, the nearest version of each")
    func nearest() async throws {
        let recipe = try await recipe("demo", "  packages: ['org.example:app:1.0']\n")
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try jars(in: "place") == ["app-1.0.jar", "lib-1.0.jar", "mid-1.0.jar", "noise-1.0.jar"])
        #expect(try await Command(user.place.appending("bin/good").string).run() == "good\n")
        let lock = try text("recipes/demo.lock.toml")
        #expect(lock.contains("coordinate = \"org.example:mid:1.0\""))
        #expect(lock.contains("path = \"repository/org/example/lib/1.0/lib-1.0.jar\""))
        #expect(lock.contains("    \"org.example:app:1.0\",\n    \"org.example:mid:1.0\",\n"))
        // The lock alone, without the repository.
        try FileManager.default.removeItem(atPath: user.scratch.file("recipes/repository").string)
        try await user.succeed("env", "build", recipe, "--locked", "--to", "again", "--offline")
        #expect(try jars(in: "again") == jars(in: "place"))
        try await user.expectSoundStore()
    }

    @Test("the latest version is taken where the recipe says so, and what is excluded is not there")
    func latest() async throws {
        let recipe = try await recipe(
            "demo",
            """
              mediation: latest
              packages:
                - jar: org.example:app:1.0
                  exclude: ['org.example:noise']

            """)
        try await user.succeed("env", "build", recipe, "--to", "place")
        #expect(try jars(in: "place") == ["app-1.0.jar", "lib-2.0.jar", "mid-1.0.jar"])
    }

    @Test("an image has the jars that the folder has", .enabled(if: Peer.has("skopeo", "umoci")))
    func image() async throws {
        let recipe = try await recipe("demo", "  packages: ['org.example:app:1.0']\n")
        try await user.succeed(
            "env", "build", recipe, "--to", "place", "--image", "oci:image:demo", "--no-bytecode")
        try await Command(
            "umoci", ["raw", "unpack", "--image", "image:demo", "unpacked"], in: user.scratch.path
        ).run()
        let folder = "unpacked/opt/chidori/env"
        #expect(try jars(in: folder) == jars(in: "place"))
        for jar in try jars(in: "place") {
            let bytes = try Data(contentsOf: URL(filePath: user.place.appending("jars/\(jar)").string))
            let other = try Data(contentsOf: URL(filePath: user.scratch.file("\(folder)/jars/\(jar)").string))
            #expect(bytes == other, "\(jar)")
        }
    }

    @Test("a change of the recipe's jars makes the lock anew, and another file of one name is refused")
    func stale() async throws {
        let first = try await recipe("demo", "  packages: ['org.example:lib:1.0']\n")
        try await user.succeed("env", "lock", first)
        let second = try await recipe("demo", "  packages: ['org.example:lib:2.0']\n")
        try await user.refuse(["env", "build", second, "--locked", "--to", "place"], status: 3, naming: ["jars"])
        try await user.succeed("env", "lock", second)
        try folder.publish("lib:2.0", jar: CraftedZip([.init("other.txt", "other")]).bytes)
        try await user.refuse(
            ["env", "build", second, "--locked", "--to", "place", "--data", user.scratch.file("fresh").string],
            status: 6, naming: ["lib-2.0.jar"])
    }

    @Test("a jar that is no zip, and a coordinate that is none, are told")
    func bad() async throws {
        try folder.publish("page:1.0", jar: Array("<!DOCTYPE html><html>Not Found</html>".utf8))
        try await user.refuse(
            ["env", "build", try await recipe("page", "  packages: ['org.example:page:1.0']\n"), "--to", "place"],
            status: 6, naming: ["page"])
        try await user.refuse(
            ["env", "lock", try await recipe("none", "  packages: [lib]\n")], status: 3,
            naming: ["jars.packages", "lib"])
        try await user.refuse(
            ["env", "lock", try await recipe("gone", "  packages: ['org.example:absent:1.0']\n"), "--offline"],
            // All of its repositories are folders, and those are asked offline too.
            status: 4, naming: ["org.example:absent"])
    }
}
