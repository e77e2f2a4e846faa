import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("What a build is told to make")
struct DeliveryTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    @Test("`bytecode: false` leaves bytecode out of folder and image, and --bytecode brings it back")
    func bytecode() async throws {
        let recipe = try await user.recipe("demo", ["good"], more: "bytecode: false\n")
        let python = try await Command("python3", ["-c", "import sys; print(sys.executable, end='')"]).run()
        for (extra, isThere) in [([], false), (["--bytecode"], true)] {
            _ = try await user.command(
                ["env", "build", recipe, "--to", "place", "--image", "oci:images\(isThere)", "--python", python] + extra
            ).run()
            let files = try await Command("find", ["-L", user.place.string, "-name", "*.pyc"]).run()
            #expect(files.isEmpty == !isThere, "\(files)")
            let layers = try await user.layers(of: "images\(isThere)", naming: ".pyc")
            #expect(layers.isEmpty == !isThere, "\(layers)")
        }
    }

    @Test("requirements are built as a recipe is, and the folder works")
    func requirements() async throws {
        let list = try user.scratch.write("requirements.txt", "good==1.0\n").string
        let python = try await FreshUser.python.value
        try await user.succeed("env", "build", list, "--to", "place", "--python-version", python, "--quiet")
        #expect(try await Command(user.place.appending("bin/good").string).run() == "good\n")
        let lock = user.scratch.file("requirements.lock.toml")
        #expect(try String(contentsOfFile: lock.string, encoding: .utf8).contains("good-1.0-py3-none-any.whl"))
    }

    @Test("a folder links to the store's files, shares them or has its own, and works in each", arguments: Links.all)
    func links(_ expected: Links) async throws {
        let recipe = try await user.recipe("demo", ["good"])
        try await user.succeed("env", "build", recipe, "--to", "place", "--links", expected.mode, "--quiet")
        #expect(try await Command(user.place.appending("bin/good").string).run() == "good\n")
        let module = "lib/python\(try await FreshUser.python.value)/site-packages/good"
        let package = user.place.appending(module)
        #expect(try await Command("stat", ["-c", "%F", package.string]).run() == expected.folder + "\n")
        #expect(
            try await Command("stat", ["-c", "%h", package.appending("data.txt").string]).run() == expected.names + "\n"
        )
        let verified = try await user.result("env", "verify", "place")
        #expect(verified.document["sound"] as? Bool == true, "\(verified.words)")
    }

    /// A way of linking, what `stat` says of a package's folder, and how many names a file in it has.
    struct Links: Sendable {
        var mode: String
        var folder: String
        var names: String

        static let all = [
            Links(mode: "symlink", folder: "symbolic link", names: "1"),
            Links(mode: "hardlink", folder: "directory", names: "2"),
            Links(mode: "copy", folder: "directory", names: "1"),
        ]
    }

    @Test("one build writes the same image to every place that is named")
    func severalImages() async throws {
        let recipe = try await user.recipe("demo", ["good"])
        let references = ["oci:layout:one", "oci-archive:archive.tar:two"]
        let result = try await user.result("env", "build", recipe, "--image", references[0], "--image", references[1])
        let image = result.document["image"] as? [String: Any]
        let digest = try #require(image?["digest"] as? String)
        #expect((image?["references"] as? [String])?.count == 2)
        for reference in references {
            #expect(result.words.contains("Image \(reference) ("), "\(result.words)")
        }
        let layout = try String(contentsOfFile: user.scratch.file("layout/index.json").string, encoding: .utf8)
        let archive = try await Command("tar", ["-xOf", user.scratch.file("archive.tar").string, "index.json"]).run()
        for (index, tag) in [(layout, "one"), (archive, "two")] {
            #expect(index.contains(digest) && index.contains("\"\(tag)\""), "\(index)")
        }
    }
}
