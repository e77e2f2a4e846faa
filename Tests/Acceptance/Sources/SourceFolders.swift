import Foundation
import SystemPackage
import TestSupport

/// What people have of sources on their machine.
extension FreshUser {
    /// A file of the person's home.
    func text(_ file: String) throws -> String {
        try String(contentsOfFile: scratch.file(file).string, encoding: .utf8)
    }

    /// Unpacks a source into a folder of the person's home.
    func unpack(_ source: SourceFixture, at place: String) async throws {
        let archive = try scratch.write("packed/\(source.filename)", try await source.bytes())
        let folder = scratch.file(place).string
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await Command("tar", ["-xzf", archive.string, "--strip-components=1", "-C", folder]).run()
    }

    /// Runs git in a folder of the person's home, as somebody with a name and nobody's configuration.
    func git(in folder: String, _ arguments: [String]) async throws -> String {
        try await Command(
            "git",
            ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"] + arguments,
            in: scratch.file(folder), environment: ["GIT_CONFIG_GLOBAL": "/dev/null"]
        ).run().trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
