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
        let channel: any Channel
        /// `nil` while it is busy, or being closed.
        var idleSince: NIODeadline?
    }

    private let all = Mutex<[ObjectIdentifier: Connection]>([:])
    private let most: Int

    init(most: Int) {
        self.most = most
    }

    func opened(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        let longestIdle = all.withLock { all -> (any Channel)? in
            all[key] = Connection(channel: channel, idleSince: .now())
            guard all.count > most else { return nil }
            let idle = all.compactMap { key, connection in connection.idleSince.map { (key: key, since: $0) } }
            guard let longest = idle.min(by: { $0.since < $1.since }) else { return nil }
            all[longest.key]?.idleSince = nil
            return all[longest.key]?.channel
        }
        channel.closeFuture.whenComplete { [weak self] _ in _ = self?.all.withLock { $0.removeValue(forKey: key) } }
        longestIdle?.close(mode: .all, promise: nil)
    }

    func began(_ channel: any Channel) { all.withLock { $0[ObjectIdentifier(channel)]?.idleSince = nil } }

    func ended(_ channel: any Channel) { all.withLock { $0[ObjectIdentifier(channel)]?.idleSince = .now() } }
}

/// Tells of a connection that is opened.
final class ConnectionHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let connections: Connections

    init(_ connections: Connections) {
        self.connections = connections
    }

    func handlerAdded(context: ChannelHandlerContext) { connections.opened(context.channel) }
}
