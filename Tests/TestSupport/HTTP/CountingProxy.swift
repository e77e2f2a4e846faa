import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A port at 127.0.0.1 behind which another port's server stands: it counts the bytes that are sent there, and breaks a
/// connection where a test says so. It ends with its last reference.
public final class CountingProxy: Sendable {
    private struct State {
        var sent: UInt64 = 0
        var cut: UInt64?
        /// The requests of a method that break, counted from the next one on: 1, 2 …
        var broken: (method: [UInt8], numbers: ClosedRange<Int>)?
        /// How many of those requests there were.
        var begun = 0
        var connections: Set<Int32> = []
        var isStopped = false

        /// Whether bytes on their way to the server get there; if not, their connection breaks.
        mutating func passes(_ bytes: ArraySlice<UInt8>) -> Bool {
            if let broken, bytes.starts(with: broken.method) {
                begun += 1
                if broken.numbers.contains(begun) { return false }
            }
            sent += UInt64(bytes.count)
            guard let cut, sent > cut else { return true }
            self.cut = nil
            return false
        }
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    public let port: UInt16
    private let listener: Int32
    private let shared = Shared()

    public var host: String { "127.0.0.1:\(port)" }
    /// Bytes from clients to the server so far, heads of requests too.
    public var sent: UInt64 { shared.state.withLock { $0.sent } }

    /// - Parameter target: the server's port.
    public init(to target: UInt16) throws {
        (listener, port) = try Loopback.listen()
        let (listener, shared) = (listener, shared)
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else {
                    if errno == EINTR || errno == ECONNABORTED { continue }
                    break
                }
                guard let server = try? Loopback.connect(to: target) else {
                    close(client)
                    continue
                }
                let goesOn = shared.state.withLock { state in
                    if !state.isStopped { state.connections.formUnion([client, server]) }
                    return !state.isStopped
                }
                guard goesOn else {
                    close(client)
                    close(server)
                    break
                }
                Self.join(client, server, shared)
            }
            close(listener)
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        shared.state.withLock { state in
            state.isStopped = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    /// Breaks the connection, once, that brings the bytes sent from now on beyond a number.
    public func cut(after bytes: UInt64) {
        shared.state.withLock { $0.cut = $0.sent + bytes }
    }

    /// Breaks the connections on which some of the requests of a method begin, counted from the next one on: 1, 2 … Nothing
    /// of them gets to the server.
    public func breakRequests(_ numbers: ClosedRange<Int>, of method: String) {
        shared.state.withLock { ($0.broken, $0.begun) = ((Array("\(method) ".utf8), numbers), 0) }
    }

    private static func join(_ client: Int32, _ server: Int32, _ shared: Shared) {
        let group = DispatchGroup()
        for (from, to, counts) in [(client, server, true), (server, client, false)] {
            group.enter()
            Thread.detachNewThread {
                var buffer = [UInt8](repeating: 0, count: 32 << 10)
                while true {
                    let count = recv(from, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    if counts, !shared.state.withLock({ $0.passes(buffer[..<count]) }) { break }
                    var offset = 0
                    while offset < count {
                        let sent = buffer.withUnsafeBytes {
                            send(to, $0.baseAddress.map { $0 + offset }, count - offset, Int32(MSG_NOSIGNAL))
                        }
                        guard sent > 0 else { break }
                        offset += sent
                    }
                    guard offset == count else { break }
                }
                shutdown(from, Int32(SHUT_RDWR))
                shutdown(to, Int32(SHUT_RDWR))
                group.leave()
            }
        }
        group.notify(queue: .global()) {
            shared.state.withLock { state in
                state.connections.subtract([client, server])
                close(client)
                close(server)
            }
        }
    }
}
