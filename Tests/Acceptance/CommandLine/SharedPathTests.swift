import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Paths that several packages own")
struct SharedPathTests {
    @Test("are told with their packages and who has them, for a folder and for an image")
    func told() async throws {
        let user = try FreshUser([
            WheelFixture("one").adding("shared/same.txt", "same").adding("shared/other.txt", "of one"),
            WheelFixture("two").adding("shared/same.txt", "same").adding("shared/other.txt", "of two"),
        ])
        let recipe = try await user.recipe("demo", ["one", "two"])
        let path = "lib/python\(try await FreshUser.python.value)/site-packages/shared/other.txt"
        let folder = try await user.result("env", "build", recipe, "--to", user.place.string)
        let image = try await user.result("env", "build", recipe, "--image", "oci:images")
        for (result, key) in [(folder, "folder"), (image, "image")] {
            let conflicts = (result.document[key] as? [String: Any])?["conflicts"] as? [[String: Any]] ?? []
            #expect(conflicts.map { $0["path"] as? String } == [path], "\(result.document)")
            #expect(conflicts.first?["packages"] as? [String] == ["one 1.0", "two 1.0"])
            let note = "  warning: \(path) comes with one 1.0 and two 1.0; two 1.0 has it\n"
            #expect(result.words.contains(note), "\(result.words)")
        }
        #expect(try String(contentsOfFile: user.place.appending(path).string, encoding: .utf8) == "of two")
        let layers = try await user.layers(of: "images", naming: "shared/other.txt")
        #expect(layers == ["opt/chidori/env/\(path)"])

        // Both in one go, and what is so in the folder is told once.
        let both = try await user.result("env", "build", recipe, "--to", user.place.string, "--image", "oci:images")
        #expect(both.words.components(separatedBy: "; two 1.0 has it").count == 2, "\(both.words)")
    }
}

extension FreshUser {
    /// The paths of all layers of an image layout that contain a text, as `tar` lists them.
    func layers(of layout: String, naming text: String) async throws -> [String] {
        let script = """
            for blob in "$1"/blobs/sha256/*; do
                if gzip -t "$blob" 2>/dev/null; then tar -tzf "$blob" || exit; fi
            done
            """
        let listed = try await Command("sh", ["-c", script, "sh", scratch.file(layout).string]).run()
        try #require(listed.contains("/chidori.json"), "no layers: \(listed)")
        return listed.split(separator: "\n").map(String.init).filter { $0.contains(text) }
    }
}
