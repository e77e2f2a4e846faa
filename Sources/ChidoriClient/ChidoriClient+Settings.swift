internal import Documents
internal import JSONDocument
public import JobAPI
public import JobModel
internal import Transfer

/// Something that an admin sets, as it was read: for setting it to something else only if nobody else has meanwhile.
public struct Tagged<Value: Sendable>: Sendable {
    public var value: Value
    public var tag: String
}

extension ChidoriClient {
    public func queues() async throws -> [QueueReport] {
        try read(try await send(.get, APIPath.base + "/queues"), QueueReport.listShape).items
    }

    public func queue(_ name: String) async throws -> Tagged<QueueReport> {
        let answer = try await send(.get, Self.queuePath(name))
        return Tagged(value: try read(answer, QueueReport.shape), tag: answer.headers["ETag"] ?? "")
    }

    /// - Parameter tag: what it was read with; without one the last writer wins.
    @discardableResult
    public func set(_ queue: QueueSettings, ifMatches tag: String? = nil) async throws -> QueueReport {
        let answer = try await send(
            .put, Self.queuePath(queue.name), headers: Self.condition(tag), body: QueueSettings.shape.json(queue),
            mayRepeat: tag == nil)
        return try read(answer, QueueReport.shape)
    }

    public func removeQueue(_ name: String) async throws {
        _ = try await send(.delete, Self.queuePath(name))
    }

    public func caps() async throws -> Tagged<Caps> {
        let answer = try await send(.get, APIPath.base + "/caps")
        return Tagged(value: try read(answer, Caps.shape), tag: answer.headers["ETag"] ?? "")
    }

    /// - Parameter tag: what they were read with; without one the last writer wins.
    @discardableResult
    public func set(_ caps: Caps, ifMatches tag: String? = nil) async throws -> Caps {
        let answer = try await send(
            .put, APIPath.base + "/caps", headers: Self.condition(tag), body: Caps.shape.json(caps),
            mayRepeat: tag == nil)
        return try read(answer, Caps.shape)
    }

    public func sizes() async throws -> [DriverSize] {
        try read(try await send(.get, APIPath.base + "/sizes"), DriverSize.listShape).items
    }

    public func cluster() async throws -> ClusterReport {
        try read(try await send(.get, APIPath.base + "/cluster"), ClusterReport.shape)
    }

    private static func queuePath(_ name: String) -> String { "\(APIPath.base)/queues/\(encoded(name))" }

    private static func condition(_ tag: String?) -> [(String, String)] { tag.map { [("If-Match", $0)] } ?? [] }
}
