import BuildService
import DriverProvider
import EnvironmentBuilder
import Foundation
import JobEngine
import JobModel
import JobStore
import LocalProvider
import Logging
import SQLiteQueue
import Supervision
import SystemPackage
import TestSupport

/// A core at work with all that is real: store, queue, drivers and environments, in a folder of its own.
final class LiveEngine: Sendable {
    let engine: JobEngine
    let store: JobStore
    private let provider: LocalProvider
    private let running: Task<Void, any Error>

    init(in folder: FilePath) async throws {
        let data = folder.appending("data")
        store = try JobStore(in: data)
        var settings = LocalProviderSettings(folder: data.appending("logs"), records: data.appending("local"))
        settings.launcher = Launcher(
            program: FilePath(BuiltProduct.path("SupervisionProbe")), words: ["SupervisionProbe", Shim.command])
        settings.allocatable = Resources(cpu: 8000, memory: 16 << 30)
        provider = LocalProvider(settings)
        let builds = BuildService(
            settings: BuilderSettings(data: data, offline: true, jobs: 2, createdBy: "tests"))
        let engine = JobEngine(
            .init(
                store: store, queue: try await SQLiteQueue(store), isQueueInStore: true, provider: provider,
                supply: builds), logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
        self.engine = engine
        running = Task { try await engine.run() }
    }

    /// Ends the server, and leaves its drivers alone.
    func stop() async throws {
        engine.stop()
        try await running.value
        provider.close()
        await store.close()
    }

    func submit(_ command: String..., edit: (inout JobRequest) -> Void = { _ in }) async throws -> JobID {
        var request = JobRequest()
        request.task.command = command
        request.task.driver.memory = 256 << 20
        request.retry.backoff = 50
        edit(&request)
        return try await engine.submit(request, tenant: "default", user: "ann").job.id
    }

    /// The job once it is in one of the states.
    func wait(_ id: JobID, for states: Set<JobState>, seconds: Int = 60) async throws -> Job {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if let job = try await store.job(id), states.contains(job.state) { return job }
            try await Task.sleep(for: .milliseconds(10))
        }
        let job = try await store.job(id)
        throw Late(description: "\(id) is \(job.map { "\($0.state): \($0.message)" } ?? "nowhere")")
    }

    func ended(_ id: JobID) async throws -> Job { try await wait(id, for: [.succeeded, .failed, .killed]) }

    func log(_ id: JobID, index: Int = 0, number: Int = 1) async throws -> String {
        let attempt = AttemptID(task: TaskID(job: id, index: index), number: number)
        return String(decoding: try await engine.log(of: attempt, from: 0, limit: 1 << 20).bytes, as: UTF8.self)
    }

    struct Late: Error, CustomStringConvertible {
        let description: String
    }
}
