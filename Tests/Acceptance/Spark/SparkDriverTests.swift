import Contracts
import DriverProvider
import Foundation
import JobModel
import LocalProvider
import Supervision
import SystemPackage
import TestSupport
import Testing

/// Real PySpark drivers under real shims of the program under test, without a server: what one shows of them is
/// `SparkJobTests`' to see, every day.
@Suite(
    "drivers of Spark's on this machine", .serialized, .timeLimit(.minutes(10)),
    .enabled(if: Peer.deep, "a long one, for scripts/deep"),
    .enabled(if: SparkEnvironment.possible, SparkEnvironment.needs))
struct SparkDriverTests {
    private let scratch: Scratch
    private let provider: ObservedProvider
    private let environment: DeliveredEnvironment

    init() async throws {
        scratch = try Scratch("spark-driver")
        var settings = LocalProviderSettings(folder: scratch.file("logs"), records: scratch.file("records"))
        settings.launcher = Launcher(program: FilePath(Peer.chidori))
        provider = ObservedProvider(LocalProvider(settings))
        environment = DeliveredEnvironment(
            id: String(repeating: "0", count: 64), tree: try await SparkEnvironment.shared.tree.string)
    }

    private func launch(
        _ program: String, _ change: (inout DriverLaunch) -> Void = { _ in }
    ) async throws -> AttemptID {
        let file = try scratch.write("job.py", program)
        var generator = SystemRandomNumberGenerator()
        let job = JobID(at: Moment(milliseconds: 1_763_000_000_000), using: &generator)
        var launch = DriverLaunch(
            attempt: AttemptID(task: TaskID(job: job), number: 1), token: FencingToken(1), tenant: "acme", user: "ann",
            title: "a job of Spark's", task: TaskTemplate(), driver: Resources(cpu: 2000, memory: 2 << 30),
            environment: environment)
        launch.task.file = file.string
        change(&launch)
        _ = try await provider.provider.launch(launch)
        return launch.attempt
    }

    private func end(_ attempt: AttemptID) async throws -> DriverEnd {
        let deadline = ContinuousClock.now + .seconds(240)
        while ContinuousClock.now < deadline {
            for case .ended(let end) in await provider.observed(attempt) { return end }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BrokenClaim("no end: \(try await log(attempt))")
    }

    private func log(_ attempt: AttemptID) async throws -> String {
        String(decoding: try await provider.provider.log(of: attempt, from: 0, limit: 4 << 20).bytes, as: UTF8.self)
    }

    private func running(
        _ attempt: AttemptID, _ what: @Sendable (DriverDetails) -> Bool
    ) async throws -> DriverDetails {
        let deadline = ContinuousClock.now + .seconds(180)
        while ContinuousClock.now < deadline {
            for case .running(let details) in await provider.observed(attempt) where what(details) { return details }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw BrokenClaim("not seen: \(await provider.observed(attempt)) \(try await log(attempt))")
    }

    private static let head = """
        import os, sys, time
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.getOrCreate()
        sc = spark.sparkContext

        """

    @Test("its application, pages and stages are seen while it runs, and its event log is kept")
    func seen() async throws {
        let attempt = try await launch(
            Self.head + """
                print("SEEN", sc.master, sc.appName, sc.applicationId, sc.uiWebUrl)
                print("SUM", sc.parallelize(range(40), 8).map(lambda x: x * x).sum())
                time.sleep(8)
                sys.exit(0)
                """)
        let details = try await running(attempt) { ($0.stages?.completed ?? 0) > 0 }
        let end = try await end(attempt)
        let text = try await log(attempt)
        #expect(end.reason == .completed, "\(end) \(text)")
        let application = try #require(details.applicationID)
        let port = try #require(details.userInterface?.split(separator: ":").last)
        #expect(text.contains("SEEN local[2] a job of Spark's \(application) http://localhost:\(port)\n"), "\(text)")
        #expect(text.contains("SUM 20540"))
        #expect((details.stages?.tasksCompleted ?? 0) >= 8)
        #expect(end.applicationID == application)
        let events = try FileManager.default.contentsOfDirectory(
            atPath: scratch.file("logs/\(attempt.job)/main.0.1/work/events").string)
        #expect(events.contains { $0.contains(application) && !$0.hasSuffix(".inprogress") }, "\(events)")
    }

    @Test("told to stop, it ends with Spark's own farewell, and nothing of it is left")
    func stopped() async throws {
        let attempt = try await launch(Self.head + "print('READY', flush=True)\nwhile True: time.sleep(1)\n")
        let ready = ContinuousClock.now + .seconds(120)
        while try await !log(attempt).contains("READY"), ContinuousClock.now < ready {
            try await Task.sleep(for: .milliseconds(50))
        }
        try await provider.provider.stop(attempt, grace: 60_000)
        let end = try await end(attempt)
        #expect(end.reason == .killed, "\(end)")
        let text = try await log(attempt)
        #expect(text.contains("Shutdown hook called"), "\(text)")
        let left = try await Command("pgrep", ["-f", "\(attempt.job)"]).outcome()
        #expect(left.text == "")
    }

    @Test("a program that fails gives its status, and a heap that is too small is called that")
    func failures() async throws {
        let failing = try await launch(Self.head + "sys.exit(7)\n")
        let failure = try await end(failing)
        #expect(failure.reason == .error && failure.exitCode == 7, "\(failure)")
        let hungry = try await launch(
            Self.head + """
                blocks = sc._jvm.java.util.ArrayList()
                while True: blocks.add(sc._gateway.new_array(sc._jvm.long, 8_000_000))
                """
        ) { $0.task.driver.memory = 512 << 20 }
        let end = try await end(hungry)
        let text = try await log(hungry)
        #expect(end.reason == .outOfMemory, "\(end) \(text)")
    }

    @Test("executors that were asked for run as processes of their own, and end with their driver")
    func executors() async throws {
        let attempt = try await launch(
            Self.head + """
                import socket
                pids = sc.parallelize(range(8), 8).map(lambda x: (time.sleep(0.5), os.getppid())[1]).distinct().collect()
                print("FROM", sc.master, len(pids) > 0, flush=True)
                print("EXECUTORS", sc._jsc.sc().getExecutorMemoryStatus().size() - 1)
                """
        ) {
            $0.executors = 2
            $0.executor = Resources(cpu: 1000, memory: 1 << 30)
            $0.task.executors.memory = 512 << 20
            // What takes longer than a machine is usually willing to wait, on one that is busy.
            $0.task.conf = ["spark.scheduler.minRegisteredResourcesRatio": "1.0"]
        }
        let end = try await end(attempt)
        let text = try await log(attempt)
        #expect(end.reason == .completed, "\(end) \(text)")
        #expect(text.contains("FROM local-cluster[2,1,512] True"))
        #expect(text.contains("EXECUTORS 2"))
        let left = try await Command("pgrep", ["-f", "\(attempt.job)"]).outcome()
        #expect(left.text == "")
    }
}
