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
internal import Synchronization
internal import SystemPackage

/// The API over HTTP/1.1, with TLS or on loopback alone.
///
/// ``run(onReady:)`` serves until ``stop()`` is called, or its task is cancelled; then it takes no more connections, ends
/// streams, and lets requests under way come to their end.
public final class HTTPServer: Sendable {
    let configuration: HTTPServerConfiguration
    let parts: ServerParts
    let table: RouteTable
    private let stopping = Mutex(Stopping())

    private struct Stopping {
        var isWanted = false
        var stop: (@Sendable () async -> Void)?
    }

    /// - Parameters:
    ///   - store: whose jobs are shown.
    ///   - jobs: what takes and steers them.
    ///   - environments: what makes environments; without it those routes answer 503.
    ///   - clock: what time it is.
    /// - Throws: ``HTTPServerError`` for an address that others could reach without TLS.
    public init(
        _ configuration: HTTPServerConfiguration, store: JobStore, jobs: any JobService,
        environments: (any EnvironmentService)?, clock: @escaping @Sendable () -> Moment
    ) throws {
        guard configuration.address.isLoopback || configuration.tls != nil else {
            throw HTTPServerError(
                .unsafeAddress, configuration.address.description,
                "can be reached from elsewhere, and nothing would be encrypted",
                advice: "give --tls-certificate and --tls-key, or listen on 127.0.0.1")
        }
        self.configuration = configuration
        parts = ServerParts(
            store: store, jobs: jobs, environments: environments, tokens: TokenKeeper(store, clock: clock),
            feed: ChangeFeed(epoch: String(store.epoch)), audit: AuditRecorder(store, clock: clock), clock: clock)
        table = RouteTable(Self.routes(parts, version: configuration.version))
    }

    static func routes(_ parts: ServerParts, version: String) -> [Route] {
        let routes =
            JobRoutes.all(parts) + JobStreamRoutes.all(parts) + QueueRoutes.all(parts) + EnvironmentRoutes.all(parts)
            + AccessRoutes.all(parts) + HealthRoutes.all(parts)
        return routes + [DescriptionRoute.route(describing: routes, version: version)]
    }

    /// Serves.
    ///
    /// - Parameter onReady: called with the address that is listened on, once connections are taken.
    public func run(onReady: @escaping @Sendable (ListenAddress) async -> Void = { _ in }) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        do {
            try await serve(on: group, onReady)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// Takes no more connections, and lets what is under way come to its end, as long as the limits allow.
    public func stop() async {
        let stop = stopping.withLock { stopping in
            stopping.isWanted = true
            return stopping.stop
        }
        await stop?()
    }

    private func serve(
        on group: MultiThreadedEventLoopGroup, _ onReady: @escaping @Sendable (ListenAddress) async -> Void
    ) async throws {
        let responder: HTTPChannelHandler.Responder = { [self] request, writer, _ in
            try await respond(to: request, writer)
        }
        let channel = HTTP1Channel(responder: responder, configuration: channelConfiguration)
        if let files = configuration.tls {
            let tls = try TLSChannel(channel, tlsConfiguration: try Self.tlsConfiguration(files))
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
                availableConnectionsDelegate: MaximumAvailableConnections(configuration.limits.connections)),
            onServerRunning: { channel in
                await onReady(ListenAddress(host: address.host, port: channel.localAddress?.port ?? address.port))
            }, eventLoopGroup: group, logger: logger)
        let patience = Duration.seconds(configuration.limits.stopping)
        let isStopped = stopping.withLock { stopping in
            stopping.stop = { [feed = parts.feed] in
                feed.close()
                // What has not ended by then is cut off when the event loops end.
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { try? await server.shutdownGracefully() }
                    group.addTask { try? await Task.sleep(for: patience) }
                    await group.next()
                    group.cancelAll()
                }
            }
            return stopping.isWanted
        }
        if isStopped { return }
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                do {
                    try await server.run()
                } catch let error as IOError {
                    throw HTTPServerError(
                        .cannotListen, address.description, "cannot be listened on: \(error)",
                        advice: "stop what listens there, or choose another port with --listen", cause: error)
                }
            }
            tasks.addTask { [parts] in await parts.keepTime() }
            tasks.addTask { [parts] in
                for await step in parts.jobs.steps { parts.feed.publish(step) }
                // The core may end before the server does.
                try await Task.sleep(for: .seconds(Int64.max >> 34))
            }
            defer { tasks.cancelAll() }
            try await tasks.next()
        }
    }

    private var channelConfiguration: HTTP1Channel.Configuration {
        let limits = configuration.limits
        var configuration = HTTP1Channel.Configuration(
            additionalChannelHandlers: [SlowReaderHandler(patience: .seconds(limits.slowReader))],
            idleTimeout: .seconds(limits.idle))
        configuration.httpDecoder = .init(
            maxHeaderFieldSize: limits.headers, maxHeaderListSize: limits.headers,
            maxHeaderFieldCount: limits.headerCount)
        return configuration
    }

    private static func tlsConfiguration(_ files: TLSFiles) throws -> TLSConfiguration {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(files.certificate.string)
            let key = try NIOSSLPrivateKey(file: files.key.string, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return configuration
        } catch {
            throw HTTPServerError(
                .badCertificate, files.certificate.string, "cannot be used with the key \(files.key): \(error)",
                advice: "give a certificate chain and its key, both in PEM", cause: error)
        }
    }
}
