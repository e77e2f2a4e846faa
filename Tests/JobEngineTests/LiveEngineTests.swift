import Foundation
import JobEngine
import JobModel
import JobStore
import SystemPackage
import TestSupport
import Testing

@Suite("The core at work", .serialized, .timeLimit(.minutes(5)))
struct LiveEngineTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch("engine")
    }

    private func withEngine(_ body: (LiveEngine) async throws -> Void) async throws {
        let engine = try await LiveEngine(in: scratch.path)
        do {
            try await body(engine)
        } catch {
            try? await engine.stop()
            throw error
        }
        try await engine.stop()
    }

    @Test("runs a command, keeps what it printed, and every step")
    func command() async throws {
        try await withEngine { engine in
            let id = try await engine.submit("sh", "-c", "echo hello from $CHIDORI_TASK_COUNT; exit 0")
            let job = try await engine.ended(id)
            #expect(job.state == .succeeded)
            #expect(job.startedAt != nil && job.endedAt != nil)
            #expect(try await engine.log(id) == "hello from 1\n")
            let steps = try await engine.store.transitions(of: id)
            #expect(steps.map(\.to) == [.accepted, .queued, .admitted, .starting, .running, .succeeded])
            #expect(try await engine.store.attempts(of: id).map(\.reason) == [.completed])
        }
    }

    @Test("says how a program failed, and tries it again as often as it may")
    func failure() async throws {
        try await withEngine { engine in
            let id = try await engine.submit("sh", "-c", "exit 3") { $0.retry.attempts = 2 }
            let job = try await engine.ended(id)
            #expect(job.state == .failed)
            #expect(job.reason == "error")
            #expect(job.message == "the program ended with status 3")
            #expect(try await engine.store.attempts(of: id).map(\.exitCode) == [3, 3])
            #expect(await engine.engine.retry(id, by: .user("ann")) == .done(.queued))
            #expect(try await engine.wait(id, for: [.failed]).round == 2)
        }
    }

    @Test("kills a driver with all that it started")
    func kill() async throws {
        try await withEngine { engine in
            let id = try await engine.submit("sh", "-c", "sleep 300 & sleep 300")
            _ = try await engine.wait(id, for: [.running])
            let answer = await engine.engine.command(.init(.kill, id, by: .user("ann"), message: "enough"))
            #expect(answer == .done(.running))
            let job = try await engine.ended(id)
            #expect(job.state == .killed)
            #expect(job.message == "enough")
        }
    }

    @Test("runs no more at once than the cap says, and says why others wait")
    func caps() async throws {
        try await withEngine { engine in
            var settings = Settings()
            settings.caps.drivers = 1
            _ = try await engine.engine.set(settings, following: 0, by: .user("root"))
            let first = try await engine.submit("sleep", "1")
            let second = try await engine.submit("true")
            _ = try await engine.wait(first, for: [.running])
            _ = try await engine.wait(second, for: [.queued])
            #expect(await engine.engine.wait(of: second)?.reason == "cap")
            #expect(try await engine.ended(second).state == .succeeded)
            #expect(try await engine.ended(first).state == .succeeded)
            let ended = try #require(try await engine.store.job(first)?.endedAt)
            let started = try #require(try await engine.store.job(second)?.startedAt)
            #expect(started >= ended)
        }
    }

    @Test("takes drivers over that outlived it, and starts nothing twice")
    func takeover() async throws {
        let marks = scratch.file("marks").string
        var id: JobID?
        try await withEngine { engine in
            let job = try await engine.submit("sh", "-c", "echo mark >> \(marks); sleep 2; echo done")
            _ = try await engine.wait(job, for: [.running])
            id = job
        }
        let job = try #require(id)
        try await withEngine { engine in
            let ended = try await engine.ended(job)
            #expect(ended.state == .succeeded)
            #expect(try await engine.log(job) == "done\n")
            #expect(try await engine.store.attempts(of: job).count == 1)
        }
        #expect(try String(contentsOfFile: marks, encoding: .utf8) == "mark\n")
    }

    @Test("learns what became of a driver that ended while nobody was there")
    func absence() async throws {
        var id: JobID?
        try await withEngine { engine in
            let job = try await engine.submit("sh", "-c", "sleep 1; exit 7")
            _ = try await engine.wait(job, for: [.running])
            id = job
        }
        try await Task.sleep(for: .seconds(2))
        let job = try #require(id)
        try await withEngine { engine in
            let ended = try await engine.ended(job)
            #expect(ended.state == .failed)
            #expect(ended.message == "the program ended with status 7")
        }
    }

    @Test("builds a job's environment first, and runs the program in it")
    func environment() async throws {
        let program = try scratch.write("where.py", "import sys; print(sys.prefix)")
        try await withEngine { engine in
            let id = try await engine.submit { request in
                request.task.command = []
                request.task.file = program.string
                request.task.recipe = "name: plain\nversion: \"1\"\npython:\n  version: \"3.11\"\n"
            }
            let job = try await engine.ended(id)
            #expect(job.state == .succeeded, "\(job.message)")
            let states = try await engine.store.transitions(of: id).map(\.to)
            #expect(states.contains(.preparing))
            let environment = try #require(job.environments["main"])
            let prefix = try await engine.log(id)
            #expect(prefix.contains("/volume/envs/\(environment)"))
        }
    }

    @Test("runs an array of twenty tasks, each with its index")
    func array() async throws {
        try await withEngine { engine in
            let id = try await engine.submit("sh", "-c", "echo task $CHIDORI_TASK_INDEX of $CHIDORI_TASK_COUNT") {
                $0.array = ArrayRequest(count: 20, parallelism: 5)
                $0.task.driver.cpu = 500
            }
            #expect(try await engine.ended(id).state == .succeeded)
            for index in 0..<20 { #expect(try await engine.log(id, index: index) == "task \(index) of 20\n") }
        }
    }

    @Test("refuses what can never run, with the numbers")
    func refusal() async throws {
        try await withEngine { engine in
            let error = await #expect(throws: JobEngineError.self) {
                try await engine.submit("true") { $0.task.driver.cpu = 9000 }
            }
            #expect(
                error?.message
                    == "can never run: there will never be room: it asks for 9 cores, and there is no more than 8 cores"
            )
            let other = await #expect(throws: JobEngineError.self) {
                try await engine.submit("true") { $0.queue = "defalt" }
            }
            #expect(other?.advice == "`default`")
            let environment = await #expect(throws: JobEngineError.self) {
                try await engine.submit("true") { $0.task.environment = "nothing" }
            }
            #expect(environment?.code == .environment && environment?.subject == "nothing")
            let volume = await #expect(throws: JobEngineError.self) {
                try await engine.submit("true") { $0.task.volumes = [VolumeMount(name: "lake")] }
            }
            #expect(volume?.code == .place && volume?.subject == "lake")
            let credential = await #expect(throws: JobEngineError.self) {
                try await engine.submit("true") { $0.task.credentials = ["s3"] }
            }
            #expect(credential?.code == .place && credential?.subject == "s3")
            // Nobody's cap of nothing is for ever.
            var settings = Settings()
            settings.caps.drivers = 0
            _ = try await engine.engine.set(settings, following: 0, by: .user("root"))
            let waiting = try await engine.submit("true")
            _ = try await engine.wait(waiting, for: [.queued])
            _ = try await engine.engine.set(Settings(), following: 1, by: .user("root"))
            #expect(try await engine.ended(waiting).state == .succeeded)
        }
    }

    @Test("knows no jobs of other tenants that one could wait for")
    func foreignDependency() async throws {
        try await withEngine { engine in
            let own = try await engine.submit("true")
            var request = JobRequest()
            request.task.command = ["true"]
            request.dependencies = [Dependency(job: own.description)]
            let error = await #expect(throws: JobEngineError.self) {
                try await engine.engine.submit(request, tenant: "other", user: "bob")
            }
            #expect(error?.code == .dependency && error?.message.hasPrefix("is not there") == true)
            _ = try await engine.engine.submit(request, tenant: "default", user: "bob")
        }
    }

    @Test("gives the same job for the same idempotency key")
    func idempotency() async throws {
        try await withEngine { engine in
            let first = try await engine.submit("true") { $0.idempotencyKey = "k" }
            let second = try await engine.submit("true") { $0.idempotencyKey = "k" }
            #expect(first == second)
            let error = await #expect(throws: JobStoreError.self) {
                try await engine.submit("false") { $0.idempotencyKey = "k" }
            }
            #expect(error?.code == .keyConflict)
            // An answer that was lost is given again, also when nothing new is taken in any more.
            var settings = Settings()
            settings.queues[0].gate = .draining
            _ = try await engine.engine.set(settings, following: 0, by: .user("root"))
            #expect(try await engine.submit("true") { $0.idempotencyKey = "k" } == first)
            for key in ["k", "another"] {
                await #expect(throws: JobEngineError.self) {
                    try await engine.submit("false") { $0.idempotencyKey = key }
                }
            }
        }
    }
}
