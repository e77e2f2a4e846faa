import Foundation
import SystemPackage
import TestSupport

/// An environment that is delivered as a folder and as an image, and what must come out the same however often, wherever
/// and after whatever it is delivered.
struct Delivery {
    let user: FreshUser
    /// The recipe's lock.
    let lock: String
    /// How the folder has its files.
    var links = "copy"

    /// What of a delivery others can see.
    struct Seen: Equatable {
        var id: String
        var image: String
        /// Path, kind, mode, size or link, and digest of each file.
        var tree: [String]
    }

    /// A few wheels with sources, data, scripts, a namespace shared by two, and a file large enough to take time.
    static let wheels: [WheelFixture] = {
        var generator = SystemRandomNumberGenerator()
        let noise = String((0..<400_000).map { _ in "0123456789abcdef".randomElement(using: &generator) ?? "0" })
        let modules = (0..<12).map { number in
            ("alpha/m\(number).py", Array((0..<60).map { "def f\($0)(x):\n    return x + \($0)\n" }.joined().utf8))
        }
        return [
            WheelFixture("alpha", requires: ["beta", "gamma"], files: [("alpha/__init__.py", [])] + modules)
                .script("alpha", "alpha.m1:f1"),
            WheelFixture("beta", files: [("space/beta.py", Array("B = 1\n".utf8))])
                .adding("beta-1.0.data/scripts/beta-tool", "#!python\nprint('tool')\n")
                .adding("beta-1.0.data/data/share/beta.txt", "shared"),
            WheelFixture("gamma", files: [("space/gamma.py", Array("G = 1\n".utf8))])
                .adding("gamma/noise.txt", noise).adding("gamma/tool.sh", "#!/bin/sh\n", executable: true),
        ]
    }()

    init(_ user: FreshUser) async throws {
        self.user = user
        let recipe = try await user.recipe("letters", ["alpha"], more: "environment:\n  LETTERS: \"yes\"\n")
        try await user.succeed("env", "lock", recipe, "--quiet")
        lock = user.scratch.file("recipes/letters.lock.toml").string
    }

    /// The commands that are looked at, in the order in which a person would give them.
    static let stages = ["lock", "fetch", "volume", "folder", "image", "archive"]

    func arguments(_ stage: String) -> [String] {
        switch stage {
        case "lock": ["env", "lock", lock.replacing(".lock.toml", with: ".yaml")]
        case "fetch": ["env", "fetch", lock]
        case "volume": ["env", "build", lock]
        case "folder": ["env", "build", lock, "--to", folder.string, "--links", links]
        case "archive": ["env", "build", lock, "--image", "oci-archive:\(archive):letters"]
        default: ["env", "build", lock, "--image", "oci:\(layout):letters"]
        }
    }

    var folder: FilePath { user.scratch.file("delivered/folder") }
    var archive: FilePath { user.scratch.file("archives/letters.tar") }
    var layout: FilePath { user.scratch.file("delivered/images") }

    /// Delivers both, whatever is there already, and looks.
    func deliver(
        extra: [String] = [], wrap: (Command) -> Command = { $0 }, environment: [String: String?] = [:]
    ) async throws -> Seen {
        var id = ""
        var image = ""
        for stage in ["folder", "image"] {
            let command = user.command(arguments(stage) + ["--json", "--quiet"] + extra, environment: environment)
            let text = try await wrap(command).run()
            let last = text.split(separator: "\n").last.map(String.init) ?? ""
            let document = try JSONSerialization.jsonObject(with: Data(last.utf8)) as? [String: Any]
            id = ((document?["environments"] as? [[String: Any]])?.first)?["id"] as? String ?? ""
            image = (document?["image"] as? [String: Any])?["digest"] as? String ?? image
        }
        return Seen(id: id, image: image, tree: try await Self.listing(folder))
    }

    /// A tree as others see it.
    static func listing(_ folder: FilePath) async throws -> [String] {
        let script = """
            cd "$1" && find . -printf '%p %y %m %l\\n' | LC_ALL=C sort
            find . -type f -exec sha256sum {} + | LC_ALL=C sort
            """
        return try await Command("sh", ["-c", script, "sh", folder.string]).run().split(separator: "\n").map(
            String.init)
    }
}
