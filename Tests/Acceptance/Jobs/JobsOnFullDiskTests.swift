import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A server whose disk is full", .timeLimit(.minutes(5)))
struct JobsOnFullDiskTests {
    @Test(
        "refuses what it cannot keep, loses nothing, and goes on when there is room",
        .enabled("needs to mount") { await SmallDisk.isPossible.value })
    func fullDisk() async throws {
        let disk = try await SmallDisk(kilobytes: 8_000)
        let configuration = "drivers: {cores: 4, memory: 6g}\n"
        let server = try await RunningServer(configuration) { data in
            try FileManager.default.removeItem(atPath: data.string)
            try Data(configuration.utf8).write(to: URL(filePath: disk.path.appending("serve.yaml").string))
            try FileManager.default.createSymbolicLink(atPath: data.string, withDestinationPath: disk.path.string)
        }
        let first = try #require(server.process)
        let go = server.scratch.file("go")
        let waiting = try await server.submit(
            "--driver-memory", "64m", "--command", "sh", "-c",
            "echo begun; until test -e \(go); do sleep 0.05; done; echo done")
        _ = try await server.until("its output") { try await server.log(of: waiting).contains("begun") ? true : nil }

        let filler = disk.path.appending("filler")
        _ = try? await Command("dd", ["if=/dev/zero", "of=\(filler)", "bs=4k"]).run()
        var acknowledged: [String] = []
        var refusal: Command.Outcome?
        for number in 0..<40 where refusal == nil {
            let outcome = try await server.run(
                [
                    "job", "submit", "--driver-memory", "64m", "--command", "echo",
                    String(repeating: "\(number % 10)", count: 60_000),
                ])
            if outcome.succeeded { acknowledged.append(String(outcome.text.dropLast())) } else { refusal = outcome }
        }
        let refused = try #require(refusal)
        #expect(refused.status == 7 && refused.errorText.contains("No space left on device"), "\(refused.errorText)")
        // What runs comes to its end meanwhile, and what is there can be read.
        try server.touch(go)
        #expect(try await server.show(waiting).job.id == waiting)
        try await Task.sleep(for: .seconds(1))

        try FileManager.default.removeItem(atPath: filler.string)
        let late = try await server.until("room") {
            let outcome = try await server.run(["job", "submit", "--driver-memory", "64m", "--command", "true"])
            return outcome.succeeded ? String(outcome.text.dropLast()) : nil
        }
        for job in acknowledged + [late, waiting] {
            let end = try await server.end(of: job, seconds: 60)
            let account = try await server.account(of: job)
            #expect(end.job.state == "succeeded", account)
        }
        #expect(server.process == first)
        try await server.stop()
    }
}
