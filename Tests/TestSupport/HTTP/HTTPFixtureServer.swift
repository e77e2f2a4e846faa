import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// An HTTP/1.1 server on a port of its own at 127.0.0.1 that does what the test says, good or bad, and remembers who
/// asked for what. It stops with its last reference.
///
///     let server = try HTTPFixtureServer()
///     server.on("/file", .file(bytes).dropped(after: 100), .file(bytes))   // the second and every later time, whole
///     … server.url("/file") … server.count("/file")
///
/// Paths that were never told about get 404. `HEAD` gets the same headers without the body. A `Range` request gets its
/// part (with `Content-Range`) unless the reply says otherwise; with an `If-Range` that is not the reply's `ETag` it gets
/// the whole.
public final class HTTPFixtureServer: Sendable {
    public typealias Handler = @Sendable (HTTPRequest) -> HTTPReply

    private struct State {
        var handlers: [String: Handler] = [:]
        var fallback: Handler = { _ in HTTPReply(404, "nothing here".utf8, type: "text/plain") }
        var requests: [HTTPRequest] = []
        var cut: @Sendable (HTTPRequest) -> Int? = { _ in nil }
        var received: UInt64 = 0
        var connections: Set<Int32> = []
        var accepted = 0
        var active = 0
        var mostActive = 0
        var stopped = false
        var listenerClosed = false
    }

    private let state: Shared
    private let listener: Int32
    public let port: UInt16

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    public init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 512) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else {
            close(listener)
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        let shared = Shared()
        state = shared
        Thread.detachNewThread { Self.takeConnections(of: listener, shared) }
    }

    deinit { stop() }

    /// `http://127.0.0.1:PORT` and the path.
    public func url(_ path: String = "") -> String { "http://127.0.0.1:\(port)\(path)" }

    /// The same server under another host name, for what must not cross origins.
    public func urlAsOtherHost(_ path: String = "") -> String { "http://localhost:\(port)\(path)" }

    /// Answers requests for `path` (without query) with these replies in turn; the last one serves for ever.
    public func on(_ path: String, _ replies: HTTPReply...) {
        let turn = Mutex(0)
        let replies = replies.isEmpty ? [HTTPReply()] : replies
        on(path) { _ in
            turn.withLock { turn in
                defer { turn += 1 }
                return replies[min(turn, replies.count - 1)]
            }
        }
    }

    /// Answers requests for `path` with what the handler makes of them.
    public func on(_ path: String, handler: @escaping Handler) {
        state.state.withLock { $0.handlers[path] = handler }
    }

    /// Answers every path that was not told about.
    public func onAnyOther(handler: @escaping Handler) {
        state.state.withLock { $0.fallback = handler }
    }

    /// Breaks connections in the midst of requests' bodies: after so many bytes of the body as `decide` says, which sees the
    /// request without it. The handler still gets the request, with what came, and its reply goes nowhere.
    public func cutBodies(_ decide: @escaping @Sendable (HTTPRequest) -> Int?) {
        state.state.withLock { $0.cut = decide }
    }

    /// Bytes of requests so far: their heads and bodies.
    public var receivedBytes: UInt64 { state.state.withLock { $0.received } }

    /// Every request so far, in order of arrival; of one path if given.
    public func requests(_ path: String? = nil) -> [HTTPRequest] {
        state.state.withLock { state in state.requests.filter { path == nil || $0.path == path } }
    }

    /// How often a path was asked for.
    public func count(_ path: String) -> Int { requests(path).count }

    /// How many connections were opened.
    public var connectionCount: Int { state.state.withLock { $0.accepted } }

    /// How many requests were being answered at once, at the most.
    public var mostConcurrentRequests: Int { state.state.withLock { $0.mostActive } }

    /// Forgets the requests so far, and how many there were at once.
    public func forgetRequests() {
        state.state.withLock { state in
            state.requests = []
            state.mostActive = state.active
        }
    }

    /// Closes every connection and the port: from now on connections are refused.
    public func stop() {
        // Under the lock, so that no descriptor has been closed and given to somebody else meanwhile.
        state.state.withLock { state in
            guard !state.stopped else { return }
            state.stopped = true
            if !state.listenerClosed { shutdown(listener, Int32(SHUT_RDWR)) }
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
    }

    // MARK: - Connections

    private static func takeConnections(of listener: Int32, _ shared: Shared) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else {
                if errno == EINTR || errno == ECONNABORTED { continue }
                break
            }
            _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
            let number = shared.state.withLock { state -> Int? in
                guard !state.stopped else { return nil }
                state.connections.insert(connection)
                state.accepted += 1
                return state.accepted - 1
            }
            guard let number else {
                close(connection)
                break
            }
            Thread.detachNewThread {
                serve(connection, number, shared)
                shared.state.withLock { state in
                    state.connections.remove(connection)
                    close(connection)
                }
            }
        }
        shared.state.withLock { state in
            state.listenerClosed = true
            close(listener)
        }
    }

    private static func serve(_ connection: Int32, _ number: Int, _ shared: Shared) {
        var on: Int32 = 1
        setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var pending: [UInt8] = []
        while let head = readHead(connection, &pending) {
            guard var request = HTTPRequest(head: head, connection: number) else { return }
            let cut = shared.state.withLock { state in
                state.received += UInt64(head.count + 4)
                return state.cut
            }(request)
            let size = request.header("Content-Length").flatMap { Int($0) } ?? 0
            request.body = readBody(connection, &pending, min(cut ?? size, size))
            shared.state.withLock { $0.received += UInt64(request.body.count) }
            let isWhole = request.body.count == size
            let handler = shared.state.withLock { state -> Handler in
                state.requests.append(request)
                state.active += 1
                state.mostActive = max(state.mostActive, state.active)
                return state.handlers[request.path] ?? state.fallback
            }
            let reply = handler(request)
            let goesOn = isWhole && answer(request, reply, on: connection)
            shared.state.withLock { $0.active -= 1 }
            guard goesOn else { return }
        }
    }

    /// So many bytes after the head, or fewer if the peer goes away.
    private static func readBody(_ connection: Int32, _ pending: inout [UInt8], _ count: Int) -> [UInt8] {
        var body = Array(pending.prefix(count))
        pending.removeFirst(body.count)
        body.reserveCapacity(count)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while body.count < count {
            let got = recv(connection, &buffer, min(buffer.count, count - body.count), 0)
            guard got > 0 else { break }
            body += buffer[..<got]
        }
        return body
    }

    /// The bytes up to the empty line; `nil` when the peer is gone.
    private static func readHead(_ connection: Int32, _ pending: inout [UInt8]) -> [UInt8]? {
        let end: [UInt8] = [13, 10, 13, 10]
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            if let found = pending.firstRange(of: end) {
                let head = Array(pending[..<found.lowerBound])
                pending.removeSubrange(..<found.upperBound)
                return head
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return nil }
            pending += buffer[..<count]
            // The first byte of a TLS handshake: answered as web servers do.
            if pending.first == 0x16 {
                _ = deliver(Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8), to: connection)
                return nil
            }
        }
    }

    /// Sends the reply; `false` when the connection is to be closed.
    private static func answer(_ request: HTTPRequest, _ reply: HTTPReply, on connection: Int32) -> Bool {
        if reply.hangs {
            var byte: UInt8 = 0
            while recv(connection, &byte, 1, 0) > 0 {}
            return false
        }
        if reply.delayMilliseconds > 0 { usleep(UInt32(reply.delayMilliseconds) * 1000) }
        if let raw = reply.raw {
            _ = deliver(raw, to: connection)
            return false
        }
        var status = reply.status
        var body = reply.body
        var headers = reply.headers
        let eTag = headers.first { $0.name.lowercased() == "etag" }?.value
        let condition = request.header("If-Range")
        if status == 200, reply.honoursRange, condition == nil || condition == eTag,
            let range = request.range(of: body.count)
        {
            if range.isEmpty {
                headers.append(("Content-Range", "bytes */\(body.count)"))
                (status, body) = (416, [])
            } else {
                headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(body.count)"))
                (status, body) = (206, Array(body[range]))
            }
        }
        if reply.honoursRange { headers.append(("Accept-Ranges", "bytes")) }
        if status != 304, status != 204 {
            headers.append(("Content-Length", "\(reply.claimedLength ?? body.count)"))
        }
        let text = "HTTP/1.1 \(status) Said\r\n" + headers.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
        guard deliver(Array(text.utf8), to: connection) else { return false }
        guard request.method != "HEAD", status != 304 else { return true }
        if let end = reply.droppedAfter, end < body.count {
            _ = deliver(Array(body[..<end]), to: connection)
            return false
        }
        if let drip = reply.drip {
            var offset = 0
            while offset < body.count {
                let next = min(offset + drip.bytes, body.count)
                guard deliver(Array(body[offset..<next]), to: connection) else { return false }
                offset = next
                usleep(UInt32(drip.milliseconds) * 1000)
            }
        } else {
            guard deliver(body, to: connection) else { return false }
        }
        return reply.claimedLength == nil || reply.claimedLength == body.count
    }

    private static func deliver(_ bytes: [UInt8], to connection: Int32) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes.withUnsafeBytes {
                send(connection, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return false }
            offset += sent
        }
        return true
    }
}
