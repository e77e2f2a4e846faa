import Foundation
import SystemPackage
import TestSupport
import Testing

/// Most public images are in Docker's own form: image manifest version 2, schema 2, and lists of them.
@Suite(
    "Images in Docker's own form", .enabled(if: RegistryUser.possible, RegistryUser.needs), .timeLimit(.minutes(5)))
struct DockerFormTests {
    private static let list = "application/vnd.docker.distribution.manifest.list.v2+json"
    private static let manifest = "application/vnd.docker.distribution.manifest.v2+json"

    /// A person with a list at their registry, as `hub/python:1`, for amd64 and arm64.
    private func person() async throws -> RegistryUser {
        let person = try await RegistryUser()
        let python = try await FreshUser.python.value
        try await person.layout.add(
            "v1", [.init("usr/bin/python\(python)", size: 1000, seed: 1), .init("b", size: 300_000, seed: 2)],
            architectures: ["amd64", "arm64"])
        _ = try await person.skopeo(
            "copy",
            ["-q", "--all", "--format", "v2s2", "oci:\(person.layout.folder):v1", person.place("hub/python:1")])
        return person
    }

    @Test("they are copied as they are, all or one of them, and back from a folder and a file")
    func copies() async throws {
        let person = try await person()
        let list = try await person.skopeo("inspect", ["--raw", person.place("hub/python:1")])
        #expect(list.contains(Self.list) && list.contains(Self.manifest))
        let digest = try await person.digest("hub/python:1")
        for (number, place) in ["oci:\(person.user.scratch.file("all")):v1", "oci-archive:all.tar:v1"].enumerated() {
            let copied = try await person.result("image", "copy", "--all", person.place("hub/python:1"), place)
            #expect(copied["digest"] as? String == digest && copied["images"] as? Int == 2)
            let back = try await person.result("image", "copy", "--all", place, person.place("team/python:\(number)"))
            #expect(back["digest"] as? String == digest)
            #expect(try await person.skopeo("inspect", ["--raw", person.place("team/python:\(number)")]) == list)
        }
        // skopeo takes all of it, and compares every blob with its digest.
        _ = try await person.skopeo(
            "copy", ["-q", "--all", person.place("team/python:0"), "dir:\(person.user.scratch.file("copy"))"])

        let arm = try await person.result(
            "image", "copy", "--platform", "linux/arm64", person.place("hub/python:1"), person.place("team/arm:1"))
        #expect(try await person.digest("team/arm:1") == arm["digest"] as? String)
        let raw = try await person.skopeo("inspect", ["--raw", person.place("team/arm:1")])
        #expect(raw.contains(Self.manifest) && !raw.contains(Self.list))
        let seen = try await person.skopeo("inspect", ["--format", "{{.Architecture}}", person.place("team/arm:1")])
        #expect(seen == "arm64\n")
        // Other tools look for OCI's form in folders, so that is told; at a registry it makes no difference.
        for (place, isTold) in [("oci:arm:v1", true), (person.place("team/arm:2"), false)] {
            let copied = try await person.chidori("image", "copy", person.place("team/arm:1"), place)
            #expect(copied.status == 0, "\(copied.errorText)")
            #expect(copied.errorText.contains("in Docker's own form") == isTold, "\(copied.errorText)")
        }
        try await person.user.expectSoundStore()
    }

    @Test("they are bases like others, by tag and by digest, and what stands on them is an OCI image of one form")
    func bases() async throws {
        let person = try await person()
        let python = try await FreshUser.python.value
        // The list, one of its manifests, and one that was brought into a folder.
        let list = try await person.digest("hub/python:1")
        let folder = "oci:\(person.user.scratch.file("base")):v1"
        let one = try await person.result("image", "copy", person.place("hub/python:1"), folder)
        let manifest = try #require(one["digest"] as? String)
        let names = ["hub/python:1", "hub/python@\(list)", "hub/python@\(manifest)"]
        let places = names.map { person.place($0) } + [folder]
        for (number, base) in places.enumerated() {
            let recipe = try await person.user.recipe("demo", ["good"], more: "base: \(base)")
            let place = person.place("team/demo:\(number)")
            _ = try await person.result("env", "build", recipe, "--no-bytecode", "--image", place)
            let raw = try await person.skopeo("inspect", ["--raw", place])
            #expect(raw.contains("vnd.oci.image.manifest.v1+json") && !raw.contains("vnd.docker"), "\(raw)")
            // skopeo unpacks every layer, and compares it with its diffID.
            let unpacked = person.user.scratch.file("unpacked-\(number)")
            _ = try await person.skopeo("copy", ["-q", "--dest-decompress", place, "dir:\(unpacked)"])
            let files = try await Command(
                "sh", ["-c", "for f in \"$1\"/*; do tar -tf \"$f\" 2>/dev/null; done; true", "tar", unpacked.string]
            ).run()
            #expect(files.contains("usr/bin/python\(python)\n") && files.contains("site-packages/good/__init__.py\n"))
        }
    }
}
