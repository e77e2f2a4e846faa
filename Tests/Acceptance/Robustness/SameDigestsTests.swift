import Foundation
import SystemPackage
import TestSupport
import Testing

/// One lock gives the same bytes whoever builds it, where, when and how.
@Suite("The same digests everywhere")
struct SameDigestsTests {
    /// How a build differs from the plain one.
    struct Difference: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var arguments: [String] = []
        var environment: [String: String?] = [:]
        /// Words before the program's own.
        var prefix: [String] = []
        /// The folder to run in, below the home.
        var folder: String?

        init(
            _ description: String, arguments: [String] = [], environment: [String: String?] = [:],
            prefix: [String] = [], folder: String? = nil
        ) {
            testDescription = description
            (self.arguments, self.environment, self.prefix, self.folder) = (arguments, environment, prefix, folder)
        }

        static func umask(_ mask: String) -> Difference {
            Difference("umask \(mask)", prefix: ["sh", "-c", "umask \(mask); exec \"$@\"", "sh"])
        }
    }

    private static let differences = [
        Difference("another data folder and another time"),
        Difference("one job", arguments: ["--jobs", "1"]),
        Difference("two jobs", arguments: ["--jobs", "2"]),
        .umask("0002"), .umask("077"), .umask("0"),
        Difference("another time zone", environment: ["TZ": "Pacific/Kiritimati"]),
        Difference("another locale", environment: ["LC_ALL": "C", "LANG": "tr_TR.UTF-8", "PYTHONUTF8": "0"]),
        Difference("Python's own settings", environment: ["PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "2"]),
        Difference("another folder", folder: "somewhere/else"),
        Difference("one processor", prefix: ["taskset", "1"]),
    ]

    @Test("whatever differs, id, image and tree are equal")
    func equal() async throws {
        let user = try FreshUser(Delivery.wheels)
        let delivery = try await Delivery(user)
        let reference = try await delivery.deliver()
        #expect(!reference.id.isEmpty)
        #expect(reference.image.hasPrefix("sha256:"))
        #expect(reference.tree.contains { $0.contains("alpha/m1.py f 644") })
        for (number, difference) in Self.differences.enumerated() {
            let data = user.scratch.file("data\(number)")
            try await remove(user.scratch.file("delivered"))
            let folder = user.scratch.file(difference.folder ?? ".")
            try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
            let seen = try await delivery.deliver(
                extra: difference.arguments,
                wrap: { command in
                    var command = command
                    command.arguments = difference.prefix + command.arguments
                    command.folder = folder
                    return command
                }, environment: difference.environment.merging(["CHIDORI_DATA": data.string]) { $1 })
            #expect(seen.id == reference.id, "\(difference.testDescription)")
            #expect(seen.image == reference.image, "\(difference.testDescription)")
            #expect(seen.tree == reference.tree, "\(difference.testDescription)")
        }
    }

    @Test("SOURCE_DATE_EPOCH is the image's time, and the same one gives the same image")
    func epoch() async throws {
        let user = try FreshUser(Delivery.wheels)
        let delivery = try await Delivery(user)
        let plain = try await delivery.deliver()
        let dated = try await delivery.deliver(environment: ["SOURCE_DATE_EPOCH": "1700000000"])
        #expect(dated.image != plain.image)
        #expect(dated.id == plain.id)
        #expect(dated.tree == plain.tree)
        let index = try String(contentsOfFile: delivery.layout.appending("index.json").string, encoding: .utf8)
        #expect(index.contains(dated.image))
        let data = user.scratch.file("data2").string
        let again = try await delivery.deliver(
            environment: ["SOURCE_DATE_EPOCH": "1700000000", "CHIDORI_DATA": data])
        #expect(again == dated)
        try await user.refuse(
            delivery.arguments("image"), status: 3, naming: ["SOURCE_DATE_EPOCH", "yesterday"],
            environment: ["SOURCE_DATE_EPOCH": "yesterday"])
    }

    @Test("a umask that keeps others out keeps them out of a new data folder")
    func privacy() async throws {
        let user = try FreshUser()
        let recipe = try await user.recipe("private", ["good"])
        let command = user.command(["env", "build", recipe, "--quiet"])
        var strict = Command("sh", ["-c", "umask 077; exec \"$@\"", "sh"] + command.arguments, in: command.folder)
        strict.environment = command.environment
        try await strict.run()
        #expect(try await Command("stat", ["-c", "%a", user.data.string]).run() == "700\n")
        try await user.expectGoodStore()
    }

    private func remove(_ path: FilePath) async throws {
        try await Command("sh", ["-c", "chmod -R u+w \"$1\"; rm -rf \"$1\"", "sh", path.string]).run()
    }
}
