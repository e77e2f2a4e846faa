import ChidoriClient
import Foundation
import JobAPI
import JobModel
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// A server takes jobs while it is backed up, is lost, and comes back from the backup somewhere else.
@Suite("Restore drill", .serialized, .timeLimit(.minutes(5)))
struct RestoreDrillTests {
    private let scratch: Scratch
    private var backups: FilePath { scratch.file("backups") }
    private var restored: FilePath { scratch.file("restored") }
    private var key: FilePath { scratch.file("backup.key") }

    init() throws {
        scratch = try Scratch("drill")
    }

    private static func request(_ words: [String], suspend: Bool = false) -> JobRequest {
        var request = JobRequest()
        request.task.command = words
        request.task.driver.memory = 64 << 20
        request.suspend = suspend
        return request
    }

    /// Submits jobs that only wait, one after the other, until nobody answers any more.
    private static func submit(by client: ChidoriClient, noting acknowledged: @Sendable (JobID) -> Void) async {
        while let job = try? await client.submit(request(["true"], suspend: true)).job { acknowledged(job.id) }
    }

    private func copyContent(of folder: FilePath, to other: FilePath) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.string) {
            try FileManager.default.copyItem(
                atPath: folder.appending(name).string, toPath: other.appending(name).string)
        }
    }

    @Test(
        "what was acknowledged before the backup began is there, whatever became of the server",
        arguments: [false, true])
    func drill(isSealed: Bool) async throws {
        let server = try await RunningServer()
        if isSealed { try await server.output(["backup", "key", key.string]) }
        let sealing = isSealed ? ["--key-file", key.string] : []
        let over = try await server.submit("--driver-memory", "64m", "--command", "echo", "done")
        _ = try await server.end(of: over)
        let running = try await server.submit("--driver-memory", "64m", "--command", "sleep", "600")
        _ = try await server.until("its driver") { try await server.show(running).job.state == "running" ? true : nil }

        // Four people submit without end, and note what was acknowledged.
        let people = try server.client()
        let acknowledged = Acknowledged()
        let lanes = (0..<4).map { _ in Task { await Self.submit(by: people) { acknowledged.add($0) } } }
        try await Task.sleep(for: .milliseconds(500))
        let before = acknowledged.all
        let made = try await server.output(
            ["backup", "make", "--data", server.data.string, "--to", backups.string] + sealing)
        let folder = made.trimmingCharacters(in: .whitespacesAndNewlines)
        try await Task.sleep(for: .milliseconds(200))
        try await server.kill()
        for lane in lanes { await lane.value }
        let all = acknowledged.all
        #expect(before.count > 10)
        #expect(all.count > before.count)

        try await server.output(["backup", "verify", folder] + sealing)
        let name = FilePath(folder).lastComponent?.string ?? "?"
        #expect(try await server.output(["backup", "list", backups.string]).contains(name))
        let restoring = try await server.run(["restore", "--data", restored.string, backups.string] + sealing)
        #expect(restoring.succeeded, "\(restoring.errorText)")

        let successor = try await RunningServer { try copyContent(of: restored, to: $0) }
        let successors = try successor.client()
        var lost: [JobID] = []
        for id in all {
            do {
                let job = try await successors.job(id)
                let steps = try await successors.history(of: id)
                #expect(steps.map(\.number) == Array(1...job.transitions))
                #expect(steps.last?.to == job.state)
            } catch let error as ChidoriClientError {
                guard case .refused(let problem) = error.code, problem.status == 404 else { throw error }
                lost.append(id)
            }
        }
        // Those alone that came while it was made, or later.
        #expect(Set(lost).isDisjoint(with: before))
        #expect(try await successor.show(over).job.state == "succeeded")
        // Its driver belongs to the lost server: it is tried again.
        let again = try await successor.until("the next try") {
            let shown = try await successor.show(running)
            return shown.job.state == "running" ? shown : nil
        }
        #expect(again.attempts.count == 2)
        // The lost server's tokens are known here.
        #expect(try await successor.client(token: server.data).job(before[0]).id == before[0])

        // Nobody restores over it, while it lives or afterwards.
        let living = try await server.run(["restore", "--data", successor.data.string, folder] + sealing)
        #expect(living.status == 7 && living.errorText.contains("has its jobs open in process"), "\(living.errorText)")
        try await successor.stop()
        let present = try await server.run(["restore", "--data", successor.data.string, folder] + sealing)
        #expect(present.status == 7 && present.errorText.contains("is there already"), "\(present.errorText)")
    }

    @Test("a damaged, cut off, or wrongly opened backup is refused, and nothing is restored")
    func refusals() async throws {
        let server = try await RunningServer()
        let other = scratch.file("other.key")
        for file in [key, other] { try await server.output(["backup", "key", file.string]) }
        let people = try server.client()
        for _ in 0..<20 { _ = try await people.submit(Self.request(["true"], suspend: true)) }
        var folders: [FilePath] = []
        for sealing in [[], ["--key-file", key.string]] {
            let text = try await server.output(
                ["backup", "make", "--data", server.data.string, "--to", backups.string] + sealing)
            folders.append(FilePath(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        }
        let (open, sealed) = (folders[0], folders[1])

        func refused(_ status: Int32, _ words: String, _ backup: FilePath, _ more: [String] = []) async throws {
            let outcome = try await server.run(["restore", "--data", restored.string, backup.string] + more)
            #expect(outcome.status == status, "\(outcome.errorText)")
            #expect(outcome.errorText.contains(words), "\(outcome.errorText)")
            #expect(!FileManager.default.fileExists(atPath: restored.appending("jobs.sqlite").string))
        }
        try await refused(3, "is sealed with key", sealed)
        try await refused(3, "is sealed with key", sealed, ["--key-file", other.string])
        try await refused(3, "is not sealed", open, ["--key-file", key.string])
        chmod(key.string, 0o644)
        try await refused(3, "is open to others than its owner", sealed, ["--key-file", key.string])
        chmod(key.string, 0o600)
        try await refused(6, "is no backup", scratch.path)

        for (folder, name, more) in [
            (open, "jobs.sqlite", []), (sealed, "jobs.sqlite.sealed", ["--key-file", key.string]),
        ] {
            let path = folder.appending(name)
            let sound = try Data(contentsOf: URL(filePath: path.string))
            var changed = sound
            changed[changed.count / 2] ^= 1
            for bytes in [changed, sound.dropLast(1000), sound + Data([0])] {
                try bytes.write(to: URL(filePath: path.string))
                try await refused(6, "was changed", folder, more)
                let verified = try await server.run(["backup", "verify", folder.string] + more)
                #expect(verified.status == 6 && verified.errorText.contains("use another backup"))
            }
            try sound.write(to: URL(filePath: path.string))
            try await server.output(["backup", "verify", folder.string] + more)
        }
        // And now it goes.
        try await server.output(["restore", "--data", restored.string, sealed.string, "--key-file", key.string])
    }

    @Test("a server makes backups by itself, and commands find folder and key in its configuration")
    func schedule() async throws {
        let configuration = """
            drivers: {cores: 4, memory: 6g}
            backup:
              folder: \(backups)
              key: backup.key
              every: 1h
              keep: {latest: 2, daily: 0, weekly: 0}
            retention:
              jobs: 90d
            """
        let server = try await RunningServer(configuration) { data in
            try Data((String(repeating: "0f", count: 32) + "\n").utf8).write(
                to: URL(filePath: data.appending("backup.key").string))
            chmod(data.appending("backup.key").string, 0o600)
        }
        struct List: Decodable {
            var backups: [Item]

            struct Item: Decodable {
                var name: String
                var key: String?
            }
        }
        struct Verified: Decodable {
            var backup: List.Item
            var contentRead: Bool
        }
        let data = ["--data", server.data.string]
        _ = try await server.until("a backup") {
            try await server.answer(["backup", "list"] + data, as: List.self).backups.isEmpty ? nil : true
        }
        try await server.output(["backup", "make"] + data)
        let found = try await server.answer(["backup", "list"] + data, as: List.self).backups
        #expect(found.count == 2)
        #expect(Set(found.map(\.key)).count == 1 && found[0].key != nil)
        let verified = try await server.answer(["backup", "verify"] + data, as: Verified.self)
        #expect(verified.contentRead)
        #expect(verified.backup.name == found.first?.name)

        chmod(server.data.appending("backup.key").string, 0o640)
        let check = try await server.run(["serve", "--check"] + data)
        #expect(check.status == 3 && check.errorText.contains("backup.key"), "\(check.errorText)")
        let end = try await server.stop()
        #expect(end.status == 0, "\(end.errorText)")
    }
}

/// What was acknowledged so far.
private final class Acknowledged: Sendable {
    private let ids = Mutex<[JobID]>([])

    var all: [JobID] { ids.withLock { $0 } }
    func add(_ id: JobID) { ids.withLock { $0.append(id) } }
}
