import Foundation
import Synchronization
import Testing

/// Stands between a client and a server, and loses what the test says.
final class Between: Sendable {
    private struct State {
        var connections: [Int32] = []
        var answersToLose = 0
        var isOver = false
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared = Shared()
    private let listener: Int32
    private let port: UInt16

    var url: String { "http://127.0.0.1:\(port)" }

    init(port target: Int) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        port = UInt16(bigEndian: address.sin_port)
        let shared = shared
        Thread.detachNewThread {
            while true {
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { return }
                Thread.detachNewThread { Self.serve(client, target, shared) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        breakAll()
    }

    /// The next so many connections bring their request to the server, and its answer to nobody.
    func loseAnswers(_ count: Int) { shared.state.withLock { $0.answersToLose = count } }

    /// Breaks all connections that there are.
    func breakAll() {
        shared.state.withLock { state in
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    private static func serve(_ client: Int32, _ target: Int, _ shared: Shared) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = address(UInt16(target))
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        let isLost = shared.state.withLock { state in
            state.connections += [client, server]
            guard state.answersToLose > 0 else { return false }
            state.answersToLose -= 1
            return true
        }
        if isConnected {
            let up = Thread { pump(client, server, drops: false) }
            up.start()
            pump(server, client, drops: isLost)
            // The other direction ends with its sockets.
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
            while !up.isFinished { usleep(500) }
        }
        shared.state.withLock { state in
            state.connections.removeAll { $0 == client || $0 == server }
            close(client)
            close(server)
        }
    }

    /// Carries bytes until one side ends; or ends both when the first of them would be carried.
    private static func pump(_ from: Int32, _ to: Int32, drops: Bool) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0, !drops else { break }
            var sent = 0
            while sent < count {
                let more = buffer.withUnsafeBytes {
                    send(to, $0.baseAddress.map { $0 + sent }, count - sent, Int32(MSG_NOSIGNAL))
                }
                guard more > 0 else { return }
                sent += more
            }
        }
        shutdown(to, Int32(SHUT_WR))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }
}
