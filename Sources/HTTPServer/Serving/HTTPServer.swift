internal import Documents
internal import HTTPTypes
internal import HummingbirdCore
internal import HummingbirdTLS
internal import JobAPI
public import JobModel
public import JobStore
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import SystemPackage

/// The API over HTTP/1.1, with TLS or on loopback alone.
///
/// ``run(onReady:)`` serves until ``stop()`` is called, or its task is cancelled; then it takes no more connections, ends
/// streams, and lets requests under way come to their end.
public final class HTTPServer: Sendable {
    let configuration: HTTPServerConfiguration
    let parts: ServerParts
    let table: RouteTable
    let connections: Connections
    let shares: RequestShares
    let registry: RegistryDoor?
    /// On which the files are read that are sent: few, so that the disk's other users come in between.
    let threads: NIOThreadPool
    private let sign = StopSign()

    /// - Parameters:
    ///   - store: whose jobs are shown.
    ///   - jobs: what takes and steers them.
    ///   - environments: what makes environments; without it those routes answer 503.
    ///   - images: what makes images; without it there is no `/v2/`.
    ///   - clock: what time it is.
    /// - Throws: ``HTTPServerError`` for an address that others could reach without TLS, and a certificate of no use.
    public init(
        _ configuration: HTTPServerConfiguration, store: JobStore, jobs: any JobService,
        environments: (any EnvironmentService)?, images: (any ImageService)? = nil,
        clock: @escaping @Sendable () -> Moment
    ) throws {
        try configuration.check()
        self.configuration = configuration
        threads = NIOThreadPool(numberOfThreads: 4)
        let files = FileSender(places: Places(configuration.limits.pulls), threads: threads)
        let feed = ChangeFeed(epoch: String(store.epoch))
        let patience = Duration.seconds(configuration.limits.making)
        registry = images.map { RegistryDoor(images: $0, files: files, patience: patience, feed: feed) }
        connections = Connections(most: configuration.limits.connections)
        shares = RequestShares(
            most: configuration.limits.requestsPerUser, connections: configuration.limits.connections)
        parts = ServerParts(
            store: store, jobs: jobs, environments: environments, tokens: TokenKeeper(store, clock: clock),
            feed: feed, audit: AuditRecorder(store, clock: clock), files: files,
            clock: clock)
        table = RouteTable(Self.routes(parts, version: configuration.version))
    }

    static func routes(_ parts: ServerParts, version: String) -> [Route] {
        let routes =
            JobRoutes.all(parts) + JobStreamRoutes.all(parts) + QueueRoutes.all(parts) + EnvironmentRoutes.all(parts)
            + BuildFileRoutes.all(parts)
            + AccessRoutes.all(parts) + HealthRoutes.all(parts)
        return routes + [DescriptionRoute.route(describing: routes, version: version)]
    }

    /// Serves.
    ///
    /// - Parameter onReady: called with the address that is listened on, once connections are taken.
    /// - Throws: ``HTTPServerError`` where it cannot listen, or listens no more without having been told to stop.
    public func run(onReady: @escaping @Sendable (ListenAddress) async -> Void = { _ in }) async throws {
        guard sign.begin() else { return }
        defer { sign.end() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        threads.start()
        do {
            let deadline = ContinuousClock.now + Self.heirsTime
            while true {
                do {
                    try await serve(on: group, onReady)
                    break
                } catch let error as HTTPServerError where error.code == .taken && .now < deadline {
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        } catch {
            try? await threads.shutdownGracefully()
            try? await group.shutdownGracefully()
            throw error
        }
        try await threads.shutdownGracefully()
        try await group.shutdownGracefully()
        await parts.noteRest()
    }

    /// What a killed server was just starting has its socket too, until it has become another program.
    private static let heirsTime = Duration.seconds(2)

    /// Takes no more connections, lets what is under way come to its end, as long as the limits allow, and returns then.
    public func stop() async { await sign.stop() }

    private func serve(
        on group: MultiThreadedEventLoopGroup, _ onReady: @escaping @Sendable (ListenAddress) async -> Void
    ) async throws {
        let responder: HTTPChannelHandler.Responder = { [self] request, writer, channel in
            try await respond(to: request, writer, on: channel)
        }
        let channel = HTTP1Channel(responder: responder, configuration: channelConfiguration)
        if let files = configuration.tls {
            let tls = try TLSChannel(channel, tlsConfiguration: try files.configuration())
            try await serve(tls, on: group, onReady)
        } else {
            try await serve(channel, on: group, onReady)
        }
    }

    private func serve(
        _ channel: some ServerChildChannel, on group: MultiThreadedEventLoopGroup,
        _ onReady: @escaping @Sendable (ListenAddress) async -> Void
    ) async throws {
        let address = configuration.address
        var logger = Logger(label: "http")
        logger.logLevel = .warning
        let server = Server(
            childChannelSetup: channel,
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port), backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(
                    configuration.limits.connections + Connections.spare)),
            onServerRunning: { channel in
                await onReady(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
            }, eventLoopGroup: group, logger: logger)
        let (quiet, quieten) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { [parts] in
                do {
                    try await server.run()
                } catch let error as IOError {
                    let cause = Errno(rawValue: error.errnoCode)
                    throw HTTPServerError(
                        cause == .addressInUse ? .taken : .cannotListen, address.description,
                        "cannot be listened on: \(cause)",
                        advice: "stop what listens there, or choose another port with --listen", cause: error)
                }
                guard parts.feed.isClosed else {
                    throw HTTPServerError(
                        .cannotListen, address.description, "is listened on no more, and nobody wanted that",
                        advice: "start the server again, and report this")
                }
            }
            tasks.addTask { [parts, sign, patience = configuration.limits.stopping] in
                await sign.wait()
                try Task.checkCancellation()
                parts.feed.close()
                Task {
                    try? await server.shutdownGracefully()
                    quieten.finish()
                }
                try await Task.sleep(for: .seconds(patience))
            }
            tasks.addTask { [parts] in await parts.keepTime() }
            tasks.addTask { [parts] in
                for await step in parts.jobs.steps { parts.feed.publish(step) }
                // The core may end before the server does.
                try await Task.sleep(for: .seconds(Int64.max >> 34))
            }
            // Either all requests have come to their end, or their time is over and they are cut off.
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
        // What listened knows of every connection that is closed, if nothing was lost on the way; it has to before its
        // event loops end.
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in quiet {} }
            group.addTask { try? await Task.sleep(for: .seconds(1)) }
            await group.next()
            group.cancelAll()
        }
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let (limits, connections) = (configuration.limits, connections)
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionHandler(connections), SlowReaderHandler(patience: .seconds(limits.slowReader)),
            ],
            idleTimeout: .seconds(limits.idle))
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers,
            maxHeaderFieldCount: limits.headerCount)
        return configuration
    }
}
