import Foundation
import SystemPackage
import TestSupport
import Testing

/// Two registries of Debian's, of which one is the other's mirror by a `registries.conf` that skopeo reads too.
@Suite(
    "A registry's mirror", .enabled(if: RegistryUser.possible, RegistryUser.needs), .timeLimit(.minutes(5)))
struct MirrorTests {
    @Test("bases and copies come from the mirror that registries.conf names; what is spoilt there, from the registry")
    func mirror() async throws {
        let person = try await RegistryUser()
        let mirror = try await DebianRegistry()
        let python = try await FreshUser.python.value
        let digest = try await person.layout.add(
            "v1", [.init("usr/bin/python\(python)", size: 5000, seed: 1), .init("b", size: 300_000, seed: 2)])
        let source = "oci:\(person.layout.folder):v1"
        _ = try await person.skopeo("copy", ["-q", source, person.place("bases/python:1")])
        _ = try await Command(
            "skopeo",
            [
                "--insecure-policy", "copy", "-q", "--dest-tls-verify=false", source,
                "docker://\(mirror.host)/copies/bases/python:1",
            ]
        ).run()
        let configuration = """
            [[registry]]
            location = "\(person.registry.host)"
            insecure = true
            [[registry.mirror]]
            location = "\(mirror.host)/copies"
            insecure = true
            """
        // The home's own, which both programs find by themselves.
        try person.user.scratch.write(".config/containers/registries.conf", configuration)
        let found: [String: String?] = ["CONTAINERS_REGISTRIES_CONF": nil, "CHIDORI_PLAIN_HTTP": nil]
        let named: [String: String?] = [
            "CONTAINERS_REGISTRIES_CONF": try person.user.scratch.write("named.conf", configuration).string,
            "HOME": person.user.scratch.file("elsewhere").string, "CHIDORI_PLAIN_HTTP": nil,
        ]
        func reads() -> [String] {
            person.registry.answered.filter { $0.method == "GET" && $0.path != "/v2/" }.map(\.path)
        }
        let before = reads().count
        let place = person.place("bases/python:1")
        let seen = try await Command(
            "skopeo", ["inspect", "--no-tags", "--format", "{{.Digest}}", place],
            environment: ["HOME": person.user.scratch.path.string]
        ).run()
        #expect(seen == "\(digest)\n")

        let recipe = try await person.user.recipe("demo", ["good"], more: "base: \(place)")
        for (number, files) in [found, named].enumerated() {
            let built = try await person.chidori(
                "env", "build", recipe, "--no-bytecode", "--image", "oci:out:\(number)", "--data", "built-\(number)",
                environment: files)
            #expect(built.status == 0, "\(built.errorText)")
        }
        #expect(reads().count == before, "\(reads())")
        #expect(mirror.answered.contains { $0.path == "/v2/copies/bases/python/manifests/1" && $0.status == 200 })

        // The mirror's disk has another layer now.
        let text = try await person.skopeo("inspect", ["--format", "{{index .Layers 1}}", place])
        let layer = text.trimmingCharacters(in: .newlines)
        let hex = String(layer.dropFirst("sha256:".count))
        let blob = mirror.data.appending("docker/registry/v2/blobs/sha256/\(hex.prefix(2))/\(hex)/data")
        var bytes = try Data(contentsOf: URL(filePath: blob.string))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: blob.string))
        let start = reads().count
        let copied = try await person.chidori(
            "image", "copy", place, "oci:copy:v1", "--data", "copied", environment: found)
        #expect(copied.status == 0, "\(copied.errorText)")
        let copy = "oci:\(person.user.scratch.file("copy")):v1"
        #expect(try await Command("skopeo", ["inspect", "--format", "{{.Digest}}", copy]).run() == "\(digest)\n")
        _ = try await Command(
            "skopeo", ["--insecure-policy", "copy", "-q", copy, "dir:\(person.user.scratch.file("whole"))"]
        ).run()
        #expect(reads().dropFirst(start) == ["/v2/bases/python/blobs/\(layer)"])
    }
}
