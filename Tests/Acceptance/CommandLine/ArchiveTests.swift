import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Archives", .enabled(if: Peer.has("unzip", "zip"), "needs unzip and zip"))
struct ArchiveTests {
    private let user: FreshUser

    init() throws {
        user = try FreshUser()
    }

    private func unpack(_ archive: FilePath, to folder: FilePath) async throws {
        try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
        if archive.string.hasSuffix(".zip") {
            try await Command("unzip", ["-q", archive.string, "-d", folder.string]).run()
        } else {
            try await Command("tar", ["-xzf", archive.string, "-C", folder.string]).run()
        }
    }

    @Test(
        "run wherever they are unpacked and moved to, with the machine's own Python and their bytecode",
        arguments: ["demo.tar.gz", "demo.tgz", "demo.zip"])
    func anywhere(_ name: String) async throws {
        let recipe = try await user.recipe("demo", ["good"])
        try await user.succeed("env", "build", recipe, "--archive", name, "--quiet")
        let first = user.scratch.file("first")
        try await unpack(user.scratch.file(name), to: first)
        let moved = user.scratch.file("moved here, with spaces")
        try FileManager.default.moveItem(atPath: first.string, toPath: moved.string)
        #expect(try await Command(moved.appending("bin/good").string).run() == "good\n")
        let script = "import good, sys; print(sys.prefix); print(good.__file__); print(good.__cached__)"
        for program in ["python", "python3", "python\(try await FreshUser.python.value)"] {
            let said = try await Command(moved.appending("bin/\(program)").string, ["-c", script]).run()
            let lines = said.split(separator: "\n").map(String.init)
            #expect(lines.first == moved.string)
            for line in lines.dropFirst() {
                #expect(line.hasPrefix(moved.string + "/lib/"))
                #expect(FileManager.default.fileExists(atPath: line))
            }
        }
    }

    @Test("have the files of the folder, and the same bytes from another data folder")
    func same() async throws {
        let recipe = try await user.recipe("demo", ["good"])
        let result = try await user.result(
            "env", "build", recipe, "--to", "place", "--archive", "a.tar.gz", "--archive", "a.zip")
        let archives = try #require(result.document["archives"] as? [[String: Any]])
        #expect(archives.compactMap { $0["format"] as? String } == ["tarGzip", "zip"])
        #expect(result.words.contains("Archive \(user.scratch.file("a.tar.gz")) ("), "\(result.words)")
        let unpacked = user.scratch.file("unpacked")
        try await unpack(user.scratch.file("a.tar.gz"), to: unpacked)
        // Where the folder knows its interpreter, the archive has a launcher.
        let difference = try await Command(
            "diff", ["-r", "--exclude=python*", "--exclude=pyvenv.cfg", user.place.string, unpacked.string]
        )
        .outcome()
        #expect(difference.status == 0, "\(difference.text)")
        let other = try await user.command(
            ["env", "build", recipe, "--archive", "b.tar.gz", "--archive", "b.zip", "--quiet"],
            environment: ["CHIDORI_DATA": user.scratch.file("other").string, "TZ": "Asia/Tokyo"]
        ).outcome()
        #expect(other.succeeded, "\(other.errorText)")
        for ending in ["tar.gz", "zip"] {
            try await Command(
                "cmp", [user.scratch.file("a.\(ending)").string, user.scratch.file("b.\(ending)").string]
            )
            .run()
        }
        // No folder was asked for.
        #expect(!FileManager.default.fileExists(atPath: user.scratch.file("other/volume/envs").string))
    }

    @Test("an environment that was delivered as an archive alone is listed, kept, and removed with its file")
    func kept() async throws {
        let recipe = try await user.recipe("demo", ["good"])
        try await user.succeed("env", "build", recipe, "--archive", "a.zip", "--quiet")
        #expect(try await user.succeed("env", "list").contains("demo"))
        try await user.succeed("store", "prune", "--older-than", "0")
        try await user.succeed("env", "build", recipe, "--archive", "b.zip", "--offline", "--locked", "--quiet")
        try await Command("cmp", [user.scratch.file("a.zip").string, user.scratch.file("b.zip").string]).run()
        try await user.succeed("env", "remove", "demo")
        try await user.expectSoundStore()
    }

    @Test("a name that tells no format, and a place that cannot be written, are refused, and nothing is half there")
    func refusals() async throws {
        let recipe = try await user.recipe("demo", ["good"])
        try await user.refuse(
            ["env", "build", recipe, "--archive", "demo.rar"], status: 3, naming: ["demo.rar", "FILE.tar.gz"])
        try user.scratch.write("file", "")
        try await user.refuse(
            ["env", "build", recipe, "--archive", "file/demo.zip"], status: 7, naming: ["file", "cannot be"])
        try FileManager.default.createDirectory(
            atPath: user.scratch.file("demo.zip").string, withIntermediateDirectories: true)
        try await user.refuse(
            ["env", "build", recipe, "--archive", "demo.zip"], status: 7, naming: ["demo.zip", "cannot be"])
        let left = try FileManager.default.contentsOfDirectory(atPath: user.scratch.path.string)
        #expect(!left.contains { $0.hasPrefix(".chidori") }, "\(left)")
        try await user.expectGoodStore()
    }
}
