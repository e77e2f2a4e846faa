import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Jobs of many tasks", .timeLimit(.minutes(5)))
struct ManyTasksTests {
    /// Writes down when it ran, and as which task.
    private static let task = """
        import os, sys, time
        begin = time.monotonic()
        time.sleep(float(sys.argv[2]))
        index, count = os.environ["CHIDORI_TASK_INDEX"], os.environ["CHIDORI_TASK_COUNT"]
        with open(sys.argv[1], "a") as file: file.write(f"{index} {count} {begin} {time.monotonic()}\\n")
        print("task", index, "of", count)
        """

    private struct Run {
        var index: Int
        var count: Int
        var begin: Double
        var end: Double

        init?(_ line: Substring) {
            let words = line.split(separator: " ")
            guard words.count == 4, let index = Int(words[0]), let count = Int(words[1]), let begin = Double(words[2]),
                let end = Double(words[3])
            else { return nil }
            (self.index, self.count, self.begin, self.end) = (index, count, begin, end)
        }
    }

    @Test("an array of 20 runs each index once, and no more at once than it may")
    func array() async throws {
        let server = try await RunningServer("drivers: {cores: 8, memory: 4g}\n")
        let file = server.scratch.file("runs")
        let job = try await server.submit(
            "--array", "20:4", "--driver-memory", "64m", "--command", "python3", "-c", Self.task, file.string, "0.3")
        let end = try await server.end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "succeeded", account)
        #expect(end.job.message == "all 20 tasks have succeeded", account)
        #expect(end.attempts.count == 20)
        #expect(end.attempts.map(\.index).sorted() == Array(0..<20))
        #expect(end.attempts.allSatisfy { $0.number == 1 && $0.reason == "completed" && $0.exitCode == 0 }, account)

        let text = String(decoding: try Data(contentsOf: URL(filePath: file.string)), as: UTF8.self)
        let runs = text.split(separator: "\n").compactMap { Run($0) }
        #expect(runs.map(\.index).sorted() == Array(0..<20), "\(text)")
        #expect(runs.allSatisfy { $0.count == 20 })
        let most = runs.map { run in runs.count { $0.begin <= run.begin && run.begin < $0.end } }.max() ?? 0
        #expect((2...4).contains(most), "\(most) at once")
        for index in [0, 7, 19] {
            #expect(try await server.log(of: job, "--task", "main/\(index)") == "task \(index) of 20\n")
        }
    }

    @Test("a task of an array that fails takes nothing from the others, and the job says how many failed")
    func partly() async throws {
        let server = try await RunningServer()
        let job = try await server.submit(
            "--array", "5", "--driver-memory", "64m", "--command", "sh", "-c",
            "test $CHIDORI_TASK_INDEX != 3 || exit 9")
        let end = try await server.end(of: job)
        let account = try await server.account(of: job)
        #expect(end.job.state == "failed" && end.job.reason == "error", account)
        #expect(end.job.message == "1 of 5 tasks failed")
        #expect(end.attempts.filter { $0.exitCode == 0 }.map(\.index).sorted() == [0, 1, 2, 4])
    }

    @Test("two groups get room together or not at all, and run at once")
    func gang() async throws {
        // Room for three of one core each.
        let server = try await RunningServer("drivers: {cores: 3, memory: 4g}\n")
        let folder = server.scratch.path
        let blocker = try await server.submit(
            "--driver-memory", "64m", "--command", "sh", "-c", "until test -e \(folder)/go; do sleep 0.05; done")
        _ = try await server.until("the first") {
            try await server.show(blocker).job.state == "running" ? true : nil
        }
        // Each waits for all three of them: they come to an end only if they run at once.
        try server.scratch.write(
            "member.sh",
            """
            touch $1/met-$CHIDORI_TASK_GROUP-$CHIDORI_TASK_INDEX
            until test -e $1/met-chief-0 -a -e $1/met-workers-0 -a -e $1/met-workers-1; do sleep 0.05; done
            echo met
            """)
        let member = "driverCores: 1, driverMemory: 64m, command: [sh, \(folder)/member.sh, \(folder)]"
        let gang = try await server.submit(
            request: """
                name: gang
                groups:
                  - {name: chief, \(member)}
                  - {name: workers, replicas: 2, \(member)}
                """)
        // There is room for two of its three tasks: none may begin.
        _ = try await server.until("its place in the queue") {
            try await server.show(gang).job.state == "queued" ? true : nil
        }
        try await Task.sleep(for: .seconds(1))
        let waiting = try await server.show(gang)
        #expect(waiting.job.state == "queued")
        #expect(waiting.attempts.isEmpty)
        let why = try await server.output(["job", "why", gang])
        #expect(why.contains("core"), "\(why)")

        try server.touch(folder.appending("go"))
        let end = try await server.end(of: gang)
        let account = try await server.account(of: gang)
        #expect(end.job.state == "succeeded", account)
        #expect(end.attempts.map { "\($0.group)/\($0.index)" }.sorted() == ["chief/0", "workers/0", "workers/1"])
        #expect(try await server.log(of: gang, "--task", "workers/1") == "met\n")
        #expect(try await server.history(of: gang).filter { $0.to == "admitted" }.count == 1, account)
        #expect(try await server.end(of: blocker).job.state == "succeeded")
    }
}
