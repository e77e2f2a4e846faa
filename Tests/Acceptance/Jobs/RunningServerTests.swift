import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("A server and those who ask it", .timeLimit(.minutes(5)))
struct RunningServerTests {
    @Test("a job runs on while its server is stopped, and the next one knows how it ended")
    func handedOver() async throws {
        let server = try await RunningServer()
        let go = server.scratch.file("go")
        let job = try await server.submit(
            "--driver-memory", "64m", "--command", "sh", "-c",
            "echo begun; until test -e \(go); do sleep 0.05; done; echo done")
        _ = try await server.until("its output") { try await server.log(of: job).contains("begun") ? true : nil }
        let first = try #require(server.process)
        let stopped = try await server.stop()
        #expect(stopped.status == 0, "\(stopped.errorText)")
        #expect(stopped.errorText.contains("jobs that run go on"))
        let away = try await server.run(["job", "show", job])
        #expect(away.status == 5, "\(away.errorText)")

        try await server.start()
        #expect(server.process != first)
        #expect(try await server.show(job).job.state == "running")
        try await server.kill()
        try server.touch(go)
        try await server.start()
        let end = try await server.end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded", account)
        #expect(end.attempts.count == 1)
        #expect(try await server.log(of: job) == "begun\ndone\n")
        let states = try await server.history(of: job).map(\.to)
        #expect(states == ["accepted", "queued", "admitted", "starting", "running", "succeeded"])
    }

    @Test("a job that fails is told by a status of its own, with what the program said")
    func failed() async throws {
        let server = try await RunningServer()
        let file = try server.scratch.write("job.py", "import sys\nprint('before')\nraise KeyError('price')\n")
        let job = try await server.submit("--driver-memory", "64m", file.string)
        let waited = try await server.run(["job", "wait", job])
        #expect(waited.status == 12)
        #expect(waited.errorText.contains("failed: the program ended with status 1: its error was KeyError: 'price'"))
        let end = try await server.end(of: job)
        #expect(end.job.reason == "error")
        #expect(end.attempts.map(\.exitCode) == [1])
        #expect(try await server.log(of: job).hasPrefix("before\n"))
    }
}
