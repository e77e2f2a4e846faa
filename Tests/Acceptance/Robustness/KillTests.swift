import Foundation
import SystemPackage
import TestSupport
import Testing

/// `kill -9` at moments spread over the whole of each command: three a command, a hundred with `CHIDORI_DEEP=1`.
@Suite("Killed at any moment")
struct KillTests {
    private static let kills = Peer.deep ? 100 : 3

    @Test(
        "nothing half made is ever used, and the next run makes what an undisturbed one makes",
        arguments: Delivery.stages + ["folder of links"])
    func killed(_ name: String) async throws {
        let user = try FreshUser(Delivery.wheels)
        var delivery = try await Delivery(user)
        // Its files are the store's own packages, where a copy has its own.
        let isLinked = name == "folder of links"
        if isLinked { delivery.links = "symlink" }
        let stage = isLinked ? "folder" : name
        let lock = try text(delivery.lock)
        if stage == "lock" { try await clear(user.data) }
        if stage != "lock" && stage != "fetch" { try await user.succeed("env", "fetch", delivery.lock, "--quiet") }
        let before = user.scratch.file("before")
        try await copy(user.data, to: before)

        let start = ContinuousClock.now
        try await user.command(delivery.arguments(stage)).run()
        let time = ContinuousClock.now - start
        let reference = try await delivery.deliver()
        #expect(reference.tree.contains { $0.contains("site-packages/alpha l ") } == isLinked)
        let archive = try? Data(contentsOf: URL(filePath: delivery.archive.string))
        #expect(archive != nil || stage != "archive")

        for number in 0..<Self.kills {
            try await clear(user.scratch.file("delivered"))
            try await clear(delivery.archive)
            try await copy(before, to: user.data)
            if stage == "lock" { try FileManager.default.removeItem(atPath: delivery.lock) }
            let running = try user.command(delivery.arguments(stage)).start()
            // A little beyond the time, since a run that is watched may be slower.
            try await Task.sleep(for: time * (Double(number) + 0.5) / Double(Self.kills) * 1.05)
            running.signal(9)
            _ = await running.outcome()

            let moment = Comment(rawValue: "kill \(number) of \(Self.kills)")
            if FileManager.default.fileExists(atPath: delivery.folder.string) {
                #expect(try await Delivery.listing(delivery.folder) == reference.tree, moment)
            }
            try await expectWhole(delivery.layout, moment)
            if FileManager.default.fileExists(atPath: delivery.archive.string) {
                #expect(try Data(contentsOf: URL(filePath: delivery.archive.string)) == archive, moment)
            }
            if stage == "volume" { try await expectWholeOrUnknown(delivery, moment) }
            if FileManager.default.fileExists(atPath: delivery.lock) {
                #expect(try text(delivery.lock) == lock, moment)
            } else {
                try await user.command(delivery.arguments("lock")).run()
            }
            try await user.expectSoundStore()
            #expect(try await delivery.deliver() == reference, moment)
            // What the killed one left beside its place is gone with the next one.
            let beside = try FileManager.default.contentsOfDirectory(atPath: user.scratch.file("delivered").string)
            #expect(beside.sorted() == ["folder", "images"], moment)
        }
        try await user.expectGoodStore()
    }

    /// A layout's images lead to nothing but whole blobs; without an image there may be anything, which nobody looks at.
    private func expectWhole(_ layout: FilePath, _ moment: Comment) async throws {
        guard FileManager.default.fileExists(atPath: layout.appending("index.json").string) else { return }
        let script = """
            import hashlib, json, pathlib, sys
            root = pathlib.Path(sys.argv[1])
            assert json.loads((root / "oci-layout").read_text())["imageLayoutVersion"]
            def blob(descriptor):
                data = (root / "blobs" / descriptor["digest"].replace(":", "/")).read_bytes()
                assert len(data) == descriptor["size"], descriptor
                assert "sha256:" + hashlib.sha256(data).hexdigest() == descriptor["digest"], descriptor
                return data
            for image in json.loads((root / "index.json").read_text())["manifests"]:
                manifest = json.loads(blob(image))
                for part in [manifest["config"]] + manifest["layers"]:
                    blob(part)
            """
        let outcome = try await Command("python3", ["-c", script, layout.string]).outcome()
        #expect(outcome.succeeded, "\(moment): \(outcome.errorText)")
    }

    /// An environment on the volume is as it should be in every byte, or there is none.
    private func expectWholeOrUnknown(_ delivery: Delivery, _ moment: Comment) async throws {
        let trees = delivery.user.data.appending("volume/envs").string
        let names = (try? FileManager.default.contentsOfDirectory(atPath: trees)) ?? []
        if names.contains(where: { !$0.hasPrefix(".") }) {
            try await delivery.user.succeed("env", "verify", "letters", "--quiet")
            try await delivery.user.succeed("env", "run", "letters", "--", "python", "-c", "import alpha.m1")
        } else {
            let outcome = try await delivery.user.chidori("env", "run", "letters", "--", "python")
            #expect(outcome.status == 3, "\(moment): \(outcome.errorText)")
        }
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    private func clear(_ path: FilePath) async throws {
        try await Command(
            "sh", ["-c", "[ ! -e \"$1\" ] || { chmod -R u+w \"$1\"; rm -rf \"$1\"; }", "sh", path.string]
        ).run()
    }

    private func copy(_ source: FilePath, to target: FilePath) async throws {
        try await clear(target)
        try await Command("sh", ["-c", "[ ! -e \"$1\" ] || cp -a \"$1\" \"$2\"", "sh", source.string, target.string])
            .run()
    }
}
