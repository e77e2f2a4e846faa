internal import BuildService
internal import Dispatch
internal import Glibc
internal import HTTPServer
internal import JobEngine
internal import JobModel
internal import JobStore
internal import LocalProvider
internal import Logging
internal import SQLiteQueue
internal import SystemPackage

/// The server from its start to its end: what it is made of, and in which order that begins and ends.
///
/// Begins with the store, which only one server can have open; then the core takes over what there is; then it is listened
/// for. Ends the other way round: nothing more is taken in, what is under way is written, drivers are left alone.
struct ServerLife {
    private let store: JobStore
    private let provider: LocalProvider
    private let engine: JobEngine
    private let server: HTTPServer
    private let output: Output

    init(
        data: FilePath, server configuration: HTTPServerConfiguration, builds: BuildService, output: Output
    ) async throws {
        store = try JobStore(in: data)
        let token = try await FirstToken.ensure(in: store, at: Self.now())
        provider = LocalProvider(
            LocalProviderSettings(folder: data.appending("logs"), records: data.appending("local")))
        let logger = Logger(label: "chidori") { _ in LineLogHandler(output: output) }
        engine = JobEngine(
            .init(
                store: store, queue: try await SQLiteQueue(store), isQueueInStore: true, provider: provider,
                supply: builds), logger: logger)
        server = try HTTPServer(
            configuration, store: store, jobs: EngineJobService(engine: engine),
            environments: BuildEnvironmentService(builds: builds), clock: Self.now)
        self.output = output
        if let token { output.say("The administrator's token is in \(token)") }
        output.say("Drivers here are limited: \(provider.enforcement)")
    }

    /// Serves until a signal comes, or the core cannot go on.
    func run() async throws {
        let stops = StopSignals()
        var failure: (any Error)?
        await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask { [engine] in await Self.result { try await engine.run() } }
            group.addTask { [server, output] in
                await Self.result {
                    try await server.run { address in output.say("Listening on \(address)") }
                }
            }
            group.addTask {
                await stops.first()
                return nil
            }
            // Whichever comes first: a signal, or one of the two that cannot go on.
            failure = await group.next() ?? nil
            output.say("Stopping; jobs that run go on")
            await server.stop()
            engine.stop()
            stops.end()
            for await error in group where failure == nil { failure = error }
        }
        provider.close()
        await store.close()
        if let failure { throw failure }
    }

    private static func result(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Sendable private static func now() -> Moment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Moment(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
