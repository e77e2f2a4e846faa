internal import Diagnostics
internal import Documents
internal import HTTPTypes
internal import HummingbirdCore
internal import JobAPI
internal import JobModel
internal import JobStore
internal import NIOCore

extension HTTPServer {
    /// Answers one request, whatever happens.
    ///
    /// - Throws: what ends the connection.
    func respond(to request: Request, _ writer: consuming ResponseWriter, on channel: any Channel) async throws {
        connections.began(channel)
        var generator = SystemRandomNumberGenerator()
        var incoming = Incoming(
            request: request, id: Self.requestID(request.headers),
            trace: request.headers[.traceParent].flatMap { TraceContext(header: $0, using: &generator) }
                ?? TraceContext(using: &generator))
        defer { if let user = incoming.share { shares.end(user) } }
        var body = BodyReader(request)
        var isAwaited = request.headers[.expect]?.lowercased() == "100-continue"
        var reply: Reply
        do {
            if let registry, registry.isMeant(by: request.head.path) {
                reply = await self.reply(of: registry, to: &incoming)
            } else {
                let route = try await route(&incoming)
                if route.body != nil {
                    if let length = incoming.claimedLength, length > configuration.limits.body {
                        throw Problem.tooLarge(configuration.limits.body)
                    }
                    if isAwaited { try await writer.writeInformationalHead(HTTPResponse(status: .continue)) }
                    isAwaited = false
                }
                let bytes = route.body == nil ? [] : try await body.collect(configuration.limits)
                reply = try await answer(route, incoming, bytes)
            }
        } catch {
            reply = Reply(error, request: incoming.id)
        }
        // Whoever waits for leave to send a body, and gets none, will not send it, or will: only a new connection tells.
        let mustClose = isAwaited || (incoming.claimedLength ?? 0) > Self.mostDiscarded
        if mustClose { reply.headers.append((.connection, "close")) }
        try await write(reply, to: writer, on: channel, incoming)
        connections.ended(channel)
        if mustClose { throw ConnectionEnds() }
        guard try await body.discard(limit: Self.mostDiscarded) else { throw ConnectionEnds() }
    }

    /// Bytes of a body that nobody reads that are passed over to keep the connection.
    private static let mostDiscarded = 8 << 20

    /// Ends a connection, in which nothing more can be understood.
    private struct ConnectionEnds: Error {}

    /// A request whose route is being found.
    private struct Incoming {
        let request: Request
        let id: String
        let trace: TraceContext
        var target: RequestTarget?
        var parameters: [String: String] = [:]
        var caller = Caller.nobody
        /// The caller's.
        var token: String?
        /// Among whose requests it is counted.
        var share: String?

        /// Whom and what it is for, with no body.
        func exchange(_ target: RequestTarget, body: [UInt8] = []) -> Exchange {
            Exchange(
                method: request.method.rawValue, target: target, headers: request.headers, id: id, trace: trace,
                parameters: parameters, caller: caller, body: body)
        }

        /// Bytes of the body, as its sender says.
        var claimedLength: Int? { request.headers[.contentLength].flatMap { Int($0) } }
    }

    /// The route, if the caller may come there.
    private func route(_ incoming: inout Incoming) async throws -> Route {
        let head = incoming.request.head
        try checkHost(head)
        guard let target = RequestTarget(head.path ?? "") else { throw Problem.badTarget }
        incoming.target = target
        let method = head.method.rawValue
        let path = "/" + target.segments.joined(separator: "/")
        switch table.match(method, target.segments == [""] ? [] : target.segments) {
        case .nothing: throw Problem.noRoute(path)
        case .otherMethods(let methods): throw MethodNotAllowed(method: method, allowed: methods)
        case .route(let route, let parameters):
            incoming.parameters = parameters
            if case .everybody = route.access { return route }
            try await authenticate(&incoming, path)
            return route
        }
    }

    private func authenticate(_ incoming: inout Incoming, _ path: String) async throws {
        guard let token = TokenKeeper.token(in: incoming.request.headers[.authorization]),
            let caller = try await parts.tokens.caller(bearing: token)
        else {
            try await parts.audit.refuseStranger(incoming.id, path)
            throw Problem.noToken
        }
        (incoming.caller, incoming.token) = (caller, token)
        guard shares.begin(caller.asker, isAdministrator: caller.isAdministrator) else {
            throw Problem.tooManyRequests(shares.most)
        }
        incoming.share = caller.asker
    }

    /// What the registry says, also of what goes wrong.
    private func reply(of registry: RegistryDoor, to incoming: inout Incoming) async -> Reply {
        var reply: Reply
        do {
            let head = incoming.request.head
            try checkHost(head)
            guard let target = RequestTarget(head.path ?? "") else { throw DistributionError.badTarget }
            // Registries' clients ask without a token first, to learn how one is shown: that is no try.
            guard head.headerFields[.authorization] != nil else { throw Problem.noToken }
            try await authenticate(&incoming, "/" + target.segments.joined(separator: "/"))
            reply = try await registry.reply(to: incoming.exchange(target))
        } catch {
            reply = DistributionError(error).reply
        }
        reply.headers.append((.registryVersion, "registry/2.0"))
        return reply
    }

    private func answer(_ route: Route, _ incoming: Incoming, _ body: [UInt8]) async throws -> Reply {
        let request = incoming.request
        guard let target = incoming.target else { throw Problem.badTarget }
        if !body.isEmpty, case .other(let type) = MediaType(request.headers[.contentType]) {
            throw Problem.wrongMedia(type)
        }
        let exchange = incoming.exchange(target, body: body)
        if case .administrator = route.access, !incoming.caller.isAdministrator {
            let subject = "/" + target.segments.joined(separator: "/")
            try await parts.audit.refuse(exchange, route.operation, subject)
            throw Problem.forbidden(subject, needs: .admin, in: nil)
        }
        return try await route.handle(exchange)
    }

    /// On loopback a web page could have its own name lead here (DNS rebinding); its requests name another host.
    private func checkHost(_ head: HTTPRequest) throws {
        let named = configuration.hosts
        guard configuration.address.isLoopback || !named.isEmpty else { return }
        let authority = head.authority ?? head.headerFields[.host] ?? ""
        let isWhole = authority.wholeMatch(of: /(?:\[[0-9A-Fa-f:.]+\]|[^:\[\]@\/]*)(?::[0-9]*)?/) != nil
        guard isWhole, head.headerFields[values: .host].count <= 1 else { throw Problem.wrongHost(authority) }
        var host = authority[...]
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else if let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        let name = host.lowercased()
        let isMeant =
            ListenAddress(host: name, port: 0).isLoopback || name == configuration.address.host.lowercased()
            || named.contains { $0.lowercased() == name }
        guard isMeant else { throw Problem.wrongHost(authority) }
    }

    /// The caller's, if it is harmless, or one of our own.
    private static func requestID(_ headers: HTTPFields) -> String {
        if let given = headers[.requestID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") })
        {
            return given
        }
        return String(UInt64.random(in: .min ... .max), radix: 36) + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    private func write(
        _ reply: Reply, to writer: consuming ResponseWriter, on channel: any Channel, _ incoming: Incoming
    ) async throws {
        let isHead = incoming.request.method == .head
        var fields = HTTPFields()
        for (name, value) in reply.headers { fields.append(HTTPField(name: name, value: value)) }
        fields[.requestID] = incoming.id
        fields[.traceParent] = incoming.trace.header
        fields[.contentTypeOptions] = "nosniff"
        if fields[.cacheControl] == nil { fields[.cacheControl] = "no-store" }
        switch reply.body {
        case .bytes(let bytes):
            let mayHaveBody = reply.status != 204 && reply.status != 304
            if mayHaveBody { fields[.contentLength] = String(bytes.count) }
            let head = HTTPResponse(status: .init(code: reply.status), headerFields: fields)
            guard mayHaveBody, !isHead, !bytes.isEmpty else { return try await writer.writeResponse(head) }
            var body = try await writer.writeHead(head)
            try await body.write(ByteBuffer(bytes: bytes))
            try await body.finish(nil)
        case .stream(let produce):
            let head = HTTPResponse(status: .init(code: reply.status), headerFields: fields)
            if isHead { return try await writer.writeResponse(head) }
            let sink = StreamSink(try await writer.writeHead(head), on: channel.eventLoop)
            try await whileValid(incoming.token) { try await produce { try await sink.write($0) } }
            try await sink.finish()
        case .file(let file):
            defer { file.end() }
            fields[.contentLength] = String(file.span.count)
            let head = HTTPResponse(status: .init(code: reply.status), headerFields: fields)
            guard !isHead, !file.span.isEmpty else { return try await writer.writeResponse(head) }
            let sink = StreamSink(try await writer.writeHead(head), on: channel.eventLoop)
            try await whileValid(incoming.token) { [threads] in
                try await file.read(on: threads) { try await sink.write($0) }
            }
            try await sink.finish()
        }
    }

    /// Lets a stream go on for as long as its token is valid: one that is revoked, or over, ends it within a second.
    private func whileValid(_ token: String?, _ produce: @escaping @Sendable () async throws -> Void) async throws {
        guard let token else { return try await produce() }
        @Sendable func isValid() async throws -> Bool { try await parts.tokens.caller(bearing: token) != nil }
        // Some streams come after a long wait.
        guard try await isValid() else { throw ConnectionEnds() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await produce() }
            group.addTask {
                while try await isValid() { try await Task.sleep(for: .seconds(1)) }
                throw ConnectionEnds()
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}

/// What is written to while an answer comes about. One task writes.
///
/// A piece is on its way to the client before the next one is taken: what is written reaches the connection when its event
/// loop comes by, and only then is it known that there is no room for more.
private final class StreamSink: @unchecked Sendable {
    private var writer: any ResponseBodyWriter
    private let loop: any EventLoop

    init(_ writer: any ResponseBodyWriter, on loop: any EventLoop) {
        self.writer = writer
        self.loop = loop
    }

    func write(_ bytes: [UInt8]) async throws { try await write(ByteBuffer(bytes: bytes)) }

    func write(_ bytes: ByteBuffer) async throws {
        try await writer.write(bytes)
        try await loop.submit {}.get()
    }

    func finish() async throws { try await writer.finish(nil) }
}

/// A path that is there, with a method that is not.
struct MethodNotAllowed: Error {
    let method: String
    let allowed: [String]
}

extension Reply {
    /// An error as problem details.
    init(_ error: any Error, request: String) {
        var problem: Problem
        var headers: [(HTTPField.Name, String)] = []
        if let error = error as? MethodNotAllowed {
            problem = .methodNotAllowed(error.method, error.allowed)
            headers.append((.allow, error.allowed.joined(separator: ", ")))
        } else {
            problem = Problem(error)
        }
        problem.request = request
        self = Reply.document(problem, Problem.shape, status: problem.status)
        if problem.status == 401 { headers.append((.wwwAuthenticate, "Bearer realm=\"chidori\"")) }
        if [429, 503].contains(problem.status) { headers.append((.retryAfter, "1")) }
        self.headers = [(.contentType, Problem.mediaType)] + headers
    }
}

extension HTTPField.Name {
    static let requestID = known("X-Request-Id")
    static let traceParent = known("traceparent")
    static let contentTypeOptions = known("X-Content-Type-Options")
    static let host = known("Host")
    static let idempotencyKey = known("Idempotency-Key")
    static let lastEventID = known("Last-Event-ID")
    static let logStart = known(LogQuery.startHeader)
    static let logEnd = known(LogQuery.endHeader)
    static let logComplete = known(LogQuery.completeHeader)
    static let logAttempt = known(LogQuery.attemptHeader)

    /// Of a name that is a token, which these are.
    static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no header's name") }
        return name
    }
}
