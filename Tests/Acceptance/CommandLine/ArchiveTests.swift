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

    @Test("the guide's steps for Databricks and HDInsight give a Python that has the environment")
    func guide() async throws {
        let version = try await FreshUser.python.value
        let recipe = try await user.recipe("features", ["good"])
        try await user.succeed(
            "env", "build", recipe, "--archive", "features.tar.gz", "--archive", "features.zip", "--quiet")
        let guide = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "../../../docs/guide/environments.md"), encoding: .utf8)
        // The places of the service's are in a folder of this test's.
        let blocks = guide.components(separatedBy: "```sh\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        let script = try #require(blocks.first { $0.hasPrefix("#!/bin/bash") && $0.contains("/databricks/") })
        let places = ["/databricks/": "databricks/", "/Volumes/main/default/environments/": ""]
        let local = places.reduce(script) { $0.replacing($1.key, with: "\(user.scratch.path)/\($1.value)") }
        #expect(!local.contains(" /databricks") && local != script)
        try await Command("bash", ["-c", local], in: user.scratch.path).run()
        #expect(guide.contains("PYSPARK_PYTHON=/databricks/environment/bin/python"))
        let program = "import good; print(good.__file__)"
        let node = user.scratch.file("databricks/environment")
        let said = try await Command(node.appending("bin/python").string, ["-c", program]).run()
        #expect(said == "\(node)/lib/python\(version)/site-packages/good/__init__.py\n")
        #expect(guide.contains("`unzip -q features.zip -d /databricks/environment`"))
        let zipped = user.scratch.file("zipped/environment")
        try await unpack(user.scratch.file("features.zip"), to: zipped)
        #expect(
            try await Command(zipped.appending("bin/python").string, ["-c", program]).run().hasPrefix("\(zipped)/"))

        // YARN unpacks what `--archives` names as `environment` in a container's folder, which the program runs in.
        let submit = try #require(blocks.first { $0.contains("--master yarn") })
        #expect(submit.contains("features.tar.gz#environment") && submit.contains("./environment/bin/python"))
        let container = user.scratch.file("container")
        try await unpack(user.scratch.file("features.tar.gz"), to: container.appending("environment"))
        let ran = try await Command("./environment/bin/python", ["-c", program], in: container).run()
        #expect(ran.contains("environment/lib/python\(version)/site-packages/good"), "\(ran)")
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
