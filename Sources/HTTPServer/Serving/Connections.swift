internal import NIOCore
internal import Synchronization

/// The connections there are. Beyond a number of them, each new one takes the place of the one that has waited longest
/// without a whole request: whoever opens connections and says nothing shuts nobody out.
///
/// A connection is busy from a request's head to the end of its answer; busy ones stay.
final class Connections: Sendable {
    /// How many there may be beyond the number where all others are busy.
    static let spare = 64

    private struct Connection {
        enum State {
            case idle(since: NIODeadline)
            case busy
            /// To be closed, if no request has begun by then.
            case leaving
        }

        let channel: any Channel
        var state: State

        var idleSince: NIODeadline? {
            if case .idle(let since) = state { since } else { nil }
        }
    }

    private let all = Mutex<[ObjectIdentifier: Connection]>([:])
    private let most: Int

    init(most: Int) {
        self.most = most
    }

    func opened(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let longestIdle = all.withLock { all -> (any Channel)? in
            all[key] = Connection(channel: channel, state: .idle(since: .now()))
            guard all.count > most else { return nil }
            let idle = all.compactMap { key, connection in connection.idleSince.map { (key: key, since: $0) } }
            guard let longest = idle.min(by: { $0.since < $1.since }) else { return nil }
            all[longest.key]?.state = .leaving
            return all[longest.key]?.channel
        }
        channel.closeFuture.whenComplete { [weak self] _ in _ = self?.all.withLock { $0.removeValue(forKey: key) } }
        if let longestIdle { longestIdle.eventLoop.execute { self.dismiss(longestIdle) } }
    }

    func began(_ channel: any Channel) { all.withLock { $0[ObjectIdentifier(channel)]?.state = .busy } }

    func ended(_ channel: any Channel) {
        all.withLock { $0[ObjectIdentifier(channel)]?.state = .idle(since: .now()) }
    }

    /// Closes a connection from the side of the network: TLS would wait for its peer to say farewell, and keep the place.
    private func dismiss(_ channel: any Channel) {
        let isLeaving = all.withLock { all in
            if case .leaving? = all[ObjectIdentifier(channel)]?.state { true } else { false }
        }
        guard isLeaving else { return }
        let outermost = try? channel.pipeline.syncOperations.context(handlerType: OutermostHandler.self)
        guard let outermost else { return channel.close(mode: .all, promise: nil) }
        outermost.close(mode: .all, promise: nil)
    }
}

/// Tells of a connection that is opened.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let connections: Connections

    init(_ connections: Connections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Without it a connection is closed politely.
        try? context.pipeline.syncOperations.addHandler(OutermostHandler(), position: .first)
        connections.opened(context.channel)
    }
}

/// The first on the way from the network, before TLS: what is closed from here is closed at once.
private final class OutermostHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any
}
