internal import HTTPTypes
internal import JSONDocument

/// Server-sent events (WHATWG HTML §9.2).
struct EventStream: Sendable {
    /// How long there may be silence before a comment says that the server lives.
    static let pause = Duration.seconds(15)

    private let write: @Sendable ([UInt8]) async throws -> Void

    /// - Parameter id: what `Last-Event-ID` of a later request may be; one line.
    func send(_ name: String, id: String?, _ data: JSON) async throws {
        let text = (id.map { "id: \($0)\n" } ?? "") + "event: \(name)\ndata: \(data.compact)\n\n"
        try await write(Array(text.utf8))
    }

    func beat() async throws { try await write(Array(": still here\n\n".utf8)) }

    static func reply(_ body: @escaping @Sendable (EventStream) async throws -> Void) -> Reply {
        Reply(
            200, headers: [(.contentType, "text/event-stream"), (.cacheControl, "no-store")],
            body: .stream { write in
                let stream = EventStream(write: write)
                // Tells the client at once that it was heard, and when to come back.
                try await write(Array("retry: 2000\n\n".utf8))
                try await body(stream)
            })
    }
}
