internal import BuildService
internal import Diagnostics
internal import EnvironmentBuilder
internal import HTTPServer
internal import JSONDocument
internal import JobEngine
internal import JobModel
internal import JobStore
internal import LocalProvider
internal import Logging
internal import SQLiteQueue
internal import Supervision
internal import SupplyChain
internal import SystemPackage
internal import Workers

/// The server from its start to its end: what it is made of, and in which order that begins and ends.
///
/// Begins with the store, which only one server can have open; then the core takes over what there is, and what is to be
/// done from time to time is; then it is listened for. Ends the other way round: nothing more is taken in, what is under way is written, drivers are left alone.
struct ServerLife {
    private let configuration: ServeConfiguration
    private let store: JobStore
    private let provider: LocalProvider
    private let engine: JobEngine
    private let upkeep: Upkeep
    private let builds: BuildService
    private let prebuilding: Prebuilding?
    private let keeper: StoreKeeper?
    private let server: HTTPServer
    private let token: FilePath?
    private let output: Output
    private let logger: Logger

    /// - Parameter settings: of the data folder.
    init(_ configuration: ServeConfiguration, settings: BuilderSettings, output: Output) async throws {
        let data = settings.data
        let store = try await blocking { try JobStore(in: data) }
        self.store = store
        DataFolder.close(data)
        token = try await FirstToken.ensure(in: store, at: .now)
        provider = LocalProvider(configuration.drivers.settings(in: data))
        var settings = settings
        settings.offline = configuration.offline
        settings.audit = AuditPolicy(configuration.audit)
        let deliveries = configuration.builds.deliveries
        settings.registryCredentials = deliveries.credentials.map { FilePath($0) }
        settings.plainHTTP += deliveries.plainHTTP
        builds = BuildService(
            settings: settings, recipes: configuration.recipes.map { FilePath($0) },
            places: DeliveryPlaces(
                registries: deliveries.registries, volumes: deliveries.volumes.mapValues { FilePath($0) }),
            limits: configuration.builds.limits)
        let logger = Logger(label: "server") { LineLogHandler($0, configuration.log) }
        self.logger = logger
        prebuilding = configuration.builds.prebuild.map { [builds] prebuild in
            Prebuilding(
                builds,
                PrebuildSchedule(minute: prebuild.at, recipes: prebuild.recipes, upgrades: prebuild.upgrade),
                clock: { .now }
            ) {
                logger.warning("\($0)")
            } ended: { build in
                let entry = AuditEntry(prebuilt: build, at: .now)
                logger.log(level: build.state == .ready ? .info : .warning, "\(entry.subject): \(entry.message)")
                do {
                    try await store.record([entry])
                } catch {
                    logger.warning("\(entry.subject): what came of it is not in the audit: \(error)")
                }
            }
        }
        engine = JobEngine(
            .init(
                store: store, queue: try await SQLiteQueue(store), isQueueInStore: true, provider: provider,
                supply: builds), logger: Logger(label: "core") { LineLogHandler($0, configuration.log) })
        upkeep = Upkeep(
            engine,
            .init(
                retention: configuration.retention.jobs,
                backups: try configuration.backup.map { backup in
                    .init(
                        folder: FilePath(backup.folder), key: try backup.key.map { try KeyFile.read(FilePath($0)) },
                        schedule: backup.schedule)
                }), logs: data.appending("logs"))
        keeper =
            configuration.store.collect
            ? StoreKeeper(
                builds: builds, engine: engine, policy: configuration.store.policy,
                every: .milliseconds(configuration.store.collectEvery),
                logger: Logger(label: "store") { LineLogHandler($0, configuration.log) }) : nil
        server = try HTTPServer(
            configuration.httpConfiguration, store: store, jobs: EngineJobService(engine: engine),
            environments: BuildEnvironmentService(builds: builds),
            images: BuildImageService(builds: builds), clock: { .now })
        self.configuration = configuration
        self.output = output
    }

    /// Serves until a signal comes, or the core cannot go on.
    func run() async throws {
        let (signals, signal) = AsyncStream.makeStream(of: Void.self)
        Interruption.postpone { signal.yield() }
        var failure: (any Error)?
        try await builds.recall()
        let chores = Task { [upkeep, prebuilding, keeper] in
            async let prebuilt: Void? = prebuilding?.run()
            async let kept: Void? = keeper?.run()
            await upkeep.run()
            _ = await (prebuilt, kept)
        }
        await withTaskGroup(of: (any Error)?.self) { group in
            group.addTask { [engine] in await Self.result { try await engine.run() } }
            group.addTask { [server] in await Self.result { try await server.run { announce($0) } } }
            group.addTask {
                for await _ in signals { break }
                return nil
            }
            // Whichever comes first: a signal, or one of the two that cannot go on.
            failure = await group.next() ?? nil
            if failure == nil { say("Stopping; jobs that run go on") }
            await server.stop()
            chores.cancel()
            await chores.value
            engine.stop()
            signal.finish()
            for await error in group where failure == nil { failure = error }
        }
        ServerPlace.remove(in: store.folder)
        provider.close()
        await store.close()
        if let failure { throw failure }
    }

    /// As clients have to call it: by a name that its certificate proves, and never by "everywhere".
    private func named(_ address: ListenAddress) -> ListenAddress {
        var address = address
        if configuration.tls != nil, let host = configuration.hosts.first {
            address.host = host
        } else if ["0.0.0.0", "::"].contains(address.host) {
            address.host = address.host == "::" ? "::1" : "127.0.0.1"
        }
        return address
    }

    /// Says where the server is, to whoever started it and to clients on this machine.
    private func announce(_ address: ListenAddress) {
        let url = "\(configuration.tls == nil ? "http" : "https")://\(named(address))"
        do {
            try ServerPlace.write(url, in: store.folder)
        } catch {
            say(
                "clients on this machine must be told --server \(url): \(store.folder) takes no file: \(error)",
                isWarning: true)
        }
        output.event(["event": "listening", "url": .string(url), "token": JSON(token?.string)])
        say("Listening on \(url)" + (token.map { "; an administrator's token is in \($0)" } ?? ""))
        say("Drivers here are limited: \(provider.enforcement)")
    }

    /// To whoever started it: a sentence, or a line of the log where that is for programs.
    private func say(_ text: String, isWarning: Bool = false) {
        switch configuration.log.format {
        case .json: logger.log(level: isWarning ? .warning : .info, "\(text)")
        case .text: if isWarning { output.warn(text) } else { output.say(text) }
        }
    }

    private static func result(_ body: () async throws -> Void) async -> (any Error)? {
        do {
            try await body()
            return nil
        } catch {
            return error
        }
    }
}

extension ServeConfiguration.Drivers {
    fileprivate func settings(in data: FilePath) -> LocalProviderSettings {
        var settings = LocalProviderSettings(folder: data.appending("logs"), records: data.appending("local"))
        if let cpu, let memory { settings.allocatable = Resources(cpu: cpu, memory: memory, named: accelerators) }
        settings.log = LogLimits(segment: logSegment, segments: logSegments)
        if let users {
            settings.users = .init(first: UInt32(users.first), count: UInt32(users.count))
            settings.ownTenant = users.ownTenant
        }
        settings.ports = UInt16(firstPort)...UInt16(lastPort)
        settings.volumes = volumes.mapValues { FilePath($0) }
        settings.credentials = credentials.mapValues { FilePath($0) }
        return settings
    }
}

extension AuditEntry {
    /// What came of a build that the server has asked for by itself.
    fileprivate init(prebuilt build: Build, at moment: Moment) {
        let isReady = build.state == .ready
        let changes = build.changes.isEmpty ? "nothing has changed" : build.changes.joined(separator: "; ")
        self.init(
            at: moment, actor: .system("prebuild"), tenant: "", action: "environment.prebuild",
            subject: "recipe \(build.name)", outcome: isReady ? .allowed : .failed,
            message: "build \(build.id.description.prefix(12)): "
                + (isReady ? changes : build.trouble?.message ?? build.state.rawValue))
    }
}
